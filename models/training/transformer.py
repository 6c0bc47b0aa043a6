"""The network: a post-norm Transformer in Marian's shape, which CTranslate2 runs as it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from models.training.vocabulary import PAD_ID
from torch import Tensor, nn
from torch.nn import functional

MAX_POSITIONS: Final = 1024
"""Longest sentence in pieces. Positions are computed, not learnt, so this bounds only memory."""
# Marian's.
_NORM_EPSILON: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a network.

    Attributes:
        source_pieces: of the source vocabulary.
        target_pieces: of the target vocabulary.
        width: of embeddings and layers.
        heads: of every attention; divides the width.
        inner_width: of the feed-forward layers.
        encoder_layers: deep is cheap, as the encoder runs once a sentence.
        decoder_layers: few, as the decoder runs once a piece.
    """

    source_pieces: int
    target_pieces: int
    width: int = 512
    heads: int = 8
    inner_width: int = 2048
    encoder_layers: int = 8
    decoder_layers: int = 2


class Attention(nn.Module):
    """Multi-head attention with the residual and the norm behind it."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, dropout
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)
        self.output = nn.Linear(shape.width, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=_NORM_EPSILON)

    def forward(self, inputs: Tensor, memory: Tensor, mask: Tensor | None) -> Tensor:
        """Attend to where `mask` is true of `memory`; without it, to no later position."""
        query, key, value = (
            projected.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for projected in (self.query(inputs), self.key(memory), self.value(memory))
        )
        if inputs.is_cuda:
            mixed = functional.scaled_dot_product_attention(
                query, key, value, attn_mask=mask, is_causal=mask is None
            )
        else:
            # On a CPU plain products beat the fused kernel at sentence lengths.
            weights = _scores(query, key, mask).softmax(-1, dtype=value.dtype)
            mixed = weights @ value
        output = self.output(mixed.transpose(1, 2).flatten(2))
        return self.norm(inputs + functional.dropout(output, self.dropout, self.training))

    def first_head(self, inputs: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """Give the first head's log-probabilities of attending, by input and memory position."""
        size = self.query.out_features // self.heads
        query = functional.linear(inputs, self.query.weight[:size], self.query.bias[:size])
        key = functional.linear(memory, self.key.weight[:size], self.key.bias[:size])
        return _scores(query, key, mask.squeeze(1)).float().log_softmax(-1)


def _scores(query: Tensor, key: Tensor, mask: Tensor | None) -> Tensor:
    scores = (query * query.shape[-1] ** -0.5) @ key.mT
    if mask is None:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    return scores.masked_fill(~mask, float("-inf"))


class FeedForward(nn.Module):
    """Two linear layers with the residual and the norm behind them."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.inner = nn.Linear(shape.width, shape.inner_width)
        self.outer = nn.Linear(shape.inner_width, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=_NORM_EPSILON)

    def forward(self, inputs: Tensor) -> Tensor:
        """Transform each position by itself."""
        output = self.outer(self.inner(inputs).relu())
        return self.norm(inputs + functional.dropout(output, self.dropout, self.training))


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward layer."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(shape, dropout)
        self.feed_forward = FeedForward(shape, dropout)

    def forward(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """Read the whole sentence at each position."""
        return self.feed_forward(self.attention(inputs, inputs, mask))


class DecoderLayer(nn.Module):
    """Self-attention to what precedes, attention to the source, and a feed-forward layer."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(shape, dropout)
        self.context = Attention(shape, dropout)
        self.feed_forward = FeedForward(shape, dropout)

    def forward(
        self, inputs: Tensor, memory: Tensor, mask: Tensor, *, align: bool
    ) -> tuple[Tensor, Tensor | None]:
        """Give the layer's outputs and, to `align`, its first head's log-probabilities."""
        attended = self.attention(inputs, inputs, None)
        aligned = self.context.first_head(attended, memory, mask) if align else None
        return self.feed_forward(self.context(attended, memory, mask)), aligned


class Transformer(nn.Module):
    """Encoder and decoder; the target embeddings are the output layer's weights as well."""

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape, self.dropout = shape, dropout
        self.source_embedding = nn.Embedding(shape.source_pieces, shape.width)
        self.target_embedding = nn.Embedding(shape.target_pieces, shape.width)
        self.output_bias = nn.Parameter(torch.zeros(shape.target_pieces))
        self.encoder = nn.ModuleList(
            EncoderLayer(shape, dropout) for _ in range(shape.encoder_layers)
        )
        self.decoder = nn.ModuleList(
            DecoderLayer(shape, dropout) for _ in range(shape.decoder_layers)
        )
        self.register_buffer("positions", _sinusoids(shape.width), persistent=False)
        self._initialize()

    def forward(
        self, source: Tensor, target: Tensor, *, align: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Predict each target piece from the source and the pieces before it.

        Args:
            source: ids, padded behind `</s>`.
            target: ids of the right answers, padded behind `</s>`.
            align: also give the alignment head of the last decoder layer.

        Returns:
            The decoder's outputs, one for each target position, of which `logits` makes scores;
            and the log-probabilities of each source position at each target position.
        """
        mask = (source != PAD_ID)[:, None, None, :]
        memory = self._enter(self.source_embedding(source))
        for layer in self.encoder:
            memory = layer(memory, mask)
        embedded = self.target_embedding(target)
        # Marian begins with an embedding of zeros.
        state = self._enter(functional.pad(embedded[:, :-1], (0, 0, 1, 0)))
        aligned = None
        for layer in self.decoder:
            is_last = layer is self.decoder[-1]
            state, aligned = layer(state, memory, mask, align=align and is_last)
        return state, aligned

    def logits(self, state: Tensor) -> Tensor:
        """Give the unnormalized scores of every target piece, in float32."""
        return functional.linear(state, self.target_embedding.weight, self.output_bias).float()

    def _enter(self, embedded: Tensor) -> Tensor:
        entered = embedded * math.sqrt(self.shape.width) + self.positions[: embedded.shape[1]]
        return functional.dropout(entered, self.dropout, self.training)

    @torch.no_grad()
    def _initialize(self) -> None:
        for name, parameter in self.named_parameters():
            if "embedding" in name:
                nn.init.normal_(parameter, 0, self.shape.width**-0.5)
            elif parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        # Small residual branches let a post-norm network start without a long warm-up.
        layers = self.shape.encoder_layers + self.shape.decoder_layers
        for module in self.modules():
            if isinstance(module, Attention):
                module.output.weight.mul_(2 * (2 * layers) ** -0.5)
            elif isinstance(module, FeedForward):
                module.outer.weight.mul_(2 * (2 * layers) ** -0.5)


def _sinusoids(width: int) -> Tensor:
    """Make Marian's positions: all sines in the first half, all cosines in the second."""
    rates = 10000 ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = torch.arange(MAX_POSITIONS, dtype=torch.float64)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1).float()
