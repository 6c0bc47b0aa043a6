"""The training loop: mixed precision, two optimizers, averaged weights, and resuming by time."""

from __future__ import annotations

import copy
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import sentencepiece
import torch
from models.training.batching import Batch, BatchStream, Position, make_batch, trainable
from models.training.command import say
from models.training.errors import RecipeError
from models.training.muon import BatchedMuon
from models.training.pairs import EncodedPairs
from models.training.schedule import Schedule
from models.training.splitting import PieceSplitter
from models.training.transformer import MAX_POSITIONS, Shape, Transformer
from models.training.vocabulary import PAD_ID
from torch import Tensor, nn
from torch.nn import functional

_GRADIENT_NORM: Final = 1.0
# Vaswani et al. 2017.
_ADAM_BETAS: Final = (0.9, 0.98)
_ADAM_EPSILON: Final = 1e-9
_BATCHES_AHEAD: Final = 16
_HELD_OUT_PAIRS: Final = 64


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What is trained on, and what only measured on.

    Attributes:
        draws: of pairs, without links; each epoch takes the next.
        held_out: of which the loss is told at the end.
        aligned: with links, for every `guided_every`th step; None to train no alignment head.
        vocabulary: of the source, to cut its pieces.
    """

    draws: Sequence[EncodedPairs]
    held_out: EncodedPairs
    aligned: EncodedPairs | None = None
    vocabulary: sentencepiece.SentencePieceProcessor | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    Attributes:
        batch_pieces: places in the longer side of a batch, padding included.
        max_pieces: pairs with a longer side are left out.
        dropout: between layers.
        smoothing: of labels.
        split_share: of the source pieces that can be cut in two, how many are.
        guided_every: one step in so many is on aligned pairs.
        guide_weight: of the alignment's cross-entropy beside that of the words.
        average_decay: of the averaged weights, for each step.
        float32: train in float32 instead of bfloat16.
        log_every: steps between two lines of progress.
        checkpoint_minutes: between two checkpoints.
        seed: of everything drawn.
    """

    batch_pieces: int = 32_768
    max_pieces: int = 120
    dropout: float = 0.15
    smoothing: float = 0.1
    split_share: float = 0.2
    guided_every: int = 10
    guide_weight: float = 0.1
    average_decay: float = 0.999
    float32: bool = False
    log_every: int = 100
    checkpoint_minutes: float = 5.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Attributes:
        step: steps taken.
        plain: read of the pairs.
        guided: read of the aligned pairs.
        minutes: spent, over all parts.
    """

    step: int = 0
    plain: Position = field(default_factory=Position)
    guided: Position = field(default_factory=Position)
    minutes: float = 0.0

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Progress:
        """Make it of what `dataclasses.asdict` made."""
        positions = {name: Position(**kept[name]) for name in ("plain", "guided")}
        return cls(**(kept | positions))


def training_loss(
    network: Transformer, batch: Batch, *, smoothing: float, guide_weight: float
) -> Tensor:
    """Give the loss of a batch: cross-entropy a piece, and of a guided batch its alignment's too.

    The alignment's is Marian's: the cross-entropy a link of the first head of the last layer's
    attention to the source.
    """
    state, aligned = network(batch.source, batch.target, align=batch.links is not None)
    real = batch.target != PAD_ID
    loss = functional.cross_entropy(
        network.logits(state[real]), batch.target[real], label_smoothing=smoothing
    )
    if batch.links is None:
        return loss
    row, at, of = batch.links.unbind(1)
    return loss - guide_weight * aligned[row, at, of].mean()


class Trainer:
    """Trains a network from where its checkpoint left off."""

    def __init__(
        self,
        shape: Shape,
        data: TrainingData,
        settings: Settings,
        *,
        schedule: Schedule,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a new network.

        Args:
            shape: of the network.
            data: encoded with vocabularies of the shape's sizes.
            settings: how to train.
            schedule: of the learning rate.
            clock: seconds.
        """
        torch.manual_seed(settings.seed)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._settings, self._schedule, self._clock = settings, schedule, clock
        self._held_out = data.held_out
        splitter = None
        if data.vocabulary is not None and settings.split_share:
            splitter = PieceSplitter(data.vocabulary, settings.split_share)
        self._plain = self._stream(data.draws, guided=False, splitter=splitter)
        self._guided = None if data.aligned is None else self._stream([data.aligned], guided=True)
        self.network = Transformer(shape, settings.dropout).to(self._device)
        self.average = copy.deepcopy(self.network).eval()
        self._optimizers = _make_optimizers(self.network)
        self.progress = Progress()

    @property
    def pair_count(self) -> int:
        """Pairs in an epoch: those that are not too long."""
        return self._plain.pair_count

    def take_weights(self, network: Transformer) -> None:
        """Start from another network's weights, of the same shape."""
        self.network.load_state_dict(network.state_dict())
        self.average.load_state_dict(network.state_dict())

    def run(self, minutes: float, checkpoint: Path) -> list[float]:
        """Train for a time and save the checkpoint, at the end and every few minutes.

        Args:
            minutes: of this part.
            checkpoint: where to.

        Returns:
            The mean loss of every `log_every` steps.
        """
        began = self._clock()
        before, saved = self.progress.minutes, 0.0
        journal = _Journal(self._settings.log_every, self._clock)
        self.network.train()
        with closing(self._read_ahead()) as batches:
            while (spent := (self._clock() - began) / 60) < minutes:
                if spent - saved >= self._settings.checkpoint_minutes:
                    self.save(checkpoint)
                    saved = spent
                ahead, batch = next(batches)
                rate = self._schedule.rate(self.progress.step, before + spent)
                loss = self._take_step(batch.to(self._device), rate)
                self.progress = replace(ahead, minutes=before + spent)
                journal.note(self.progress, batch, loss, rate)
        self.progress = replace(self.progress, minutes=before + (self._clock() - began) / 60)
        self.save(checkpoint)
        return journal.means

    @torch.no_grad()
    def held_out_loss(self) -> float:
        """Give the averaged weights' cross-entropy a piece, in nats, of what is held out."""
        total, pieces = 0.0, 0
        chosen = trainable(self._held_out, MAX_POSITIONS)
        for start in range(0, len(chosen), _HELD_OUT_PAIRS):
            indices = chosen[start : start + _HELD_OUT_PAIRS]
            batch = make_batch(self._held_out, indices, guided=False).to(self._device)
            with self._autocast():
                loss = training_loss(self.average, batch, smoothing=0.0, guide_weight=0.0)
            count = int((batch.target != PAD_ID).sum())
            total, pieces = total + loss.item() * count, pieces + count
        return total / max(pieces, 1)

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all."""
        part = path.with_suffix(".part")
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
            "progress": asdict(self.progress),
            "shape": asdict(self.network.shape),
            "random": _random_state(),
        }
        torch.save(state, part)
        part.replace(path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint.

        Raises:
            RecipeError: its network has another shape.
        """
        state = torch.load(path, map_location=self._device, weights_only=True)
        if state["shape"] != asdict(self.network.shape):
            raise RecipeError(f"{path} is of a network of another shape: {state['shape']}")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        for optimizer, kept in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        self.progress = Progress.from_dict(state["progress"])
        _set_random_state(state["random"])

    def _stream(
        self,
        draws: Sequence[EncodedPairs],
        *,
        guided: bool,
        splitter: PieceSplitter | None = None,
    ) -> BatchStream:
        return BatchStream(
            draws,
            max_pieces=self._settings.max_pieces,
            batch_pieces=self._settings.batch_pieces,
            seed=self._settings.seed,
            guided=guided,
            splitter=splitter,
        )

    def _read_ahead(self) -> Generator[tuple[Progress, Batch]]:
        """Yield batches made in a thread, some steps before they are taken."""
        batches = self._batches()
        with ThreadPoolExecutor(1) as thread:
            waiting = deque(thread.submit(next, batches) for _ in range(_BATCHES_AHEAD))
            try:
                while True:
                    yield waiting.popleft().result()
                    waiting.append(thread.submit(next, batches))
            finally:
                for future in waiting:
                    future.cancel()

    def _batches(self) -> Iterator[tuple[Progress, Batch]]:
        """Yield batches from where the progress is, each with the progress behind it."""
        progress = self.progress
        plain = self._plain.read_from(progress.plain)
        guided = None if self._guided is None else self._guided.read_from(progress.guided)
        while True:
            step = progress.step + 1
            if guided is not None and step % self._settings.guided_every == 0:
                position, batch = next(guided)
                progress = replace(progress, step=step, guided=position)
            else:
                position, batch = next(plain)
                progress = replace(progress, step=step, plain=position)
            yield progress, batch

    def _take_step(self, batch: Batch, rate: float) -> Tensor:
        settings = self._settings
        with self._autocast():
            loss = training_loss(
                self.network,
                batch,
                smoothing=settings.smoothing,
                guide_weight=settings.guide_weight,
            )
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), _GRADIENT_NORM)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self._take_average()
        return loss.detach()

    @torch.no_grad()
    def _take_average(self) -> None:
        # Shorter at first, else the average would hold on to the random weights of the start.
        taken = self.progress.step
        decay = min(self._settings.average_decay, (taken + 1) / (taken + 10))
        averaged, current = list(self.average.parameters()), list(self.network.parameters())
        torch._foreach_lerp_(averaged, current, 1 - decay)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device, torch.bfloat16, enabled=not self._settings.float32)


class _Journal:
    """Tells the progress, every so many steps."""

    def __init__(self, log_every: int, clock: Callable[[], float]) -> None:
        self._log_every, self._clock = log_every, clock
        self._began, self._losses = clock(), list[Tensor]()
        self._real = self._places = 0
        self.means: list[float] = []

    def note(self, progress: Progress, batch: Batch, loss: Tensor, rate: float) -> None:
        self._losses.append(loss)
        self._real += int((batch.target != PAD_ID).sum())
        self._places += batch.target.numel()
        if len(self._losses) < self._log_every:
            return
        self.means.append(torch.stack(self._losses).mean().item())
        seconds = max(self._clock() - self._began, 1e-9)
        say(
            f"step {progress.step}, epoch {progress.plain.epoch}, {progress.minutes:.1f} min: "
            f"loss {self.means[-1]:.3f}, rate {rate:.2e}, {self._real / seconds:,.0f} target "
            f"pieces/s, batches {self._real / self._places:.0%} full"
        )
        self._began, self._losses = self._clock(), []
        self._real = self._places = 0


def read_progress(path: Path) -> Progress:
    """Read how far the training of a checkpoint is."""
    return Progress.from_dict(torch.load(path, map_location="cpu", weights_only=True)["progress"])


def load_average(path: Path) -> Transformer:
    """Read the averaged network of a checkpoint, for the CPU."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = Transformer(Shape(**state["shape"]))
    network.load_state_dict(state["average"])
    return network.eval()


def _make_optimizers(network: Transformer) -> tuple[BatchedMuon, torch.optim.AdamW]:
    """Give the layers' matrices to Muon; embeddings, biases and norms to AdamW."""
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in network.named_parameters():
        is_matrix = parameter.dim() == 2 and "embedding" not in name
        (matrices if is_matrix else others).append(parameter)
    # The rates are set at each step.
    return BatchedMuon(matrices, lr=0.0), torch.optim.AdamW(
        others, lr=0.0, betas=_ADAM_BETAS, eps=_ADAM_EPSILON, weight_decay=0.0, fused=True
    )


def _random_state() -> dict[str, Any]:
    cuda = torch.cuda.get_rng_state() if torch.cuda.is_available() else None
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def _set_random_state(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["cpu"].cpu())
    if state["cuda"] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"].cpu())
