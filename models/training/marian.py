"""Marian's `.npz` files: the network's weights and shape, as OPUS-MT publishes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import yaml
from models.training.errors import RecipeError
from models.training.transformer import Shape, Transformer
from numpy.typing import NDArray

_CONFIG_NAME: Final = "special:model.yml"
_FIXED_CONFIG: Final = {
    "type": "transformer",
    "version": "v1.12.0",
    "transformer-ffn-activation": "relu",
    "transformer-ffn-depth": 2,
    "transformer-preprocess": "",
    "transformer-postprocess": "dan",
    "transformer-postprocess-emb": "d",
    "transformer-postprocess-top": "",
    "transformer-decoder-autoreg": "self-attention",
    "transformer-no-projection": False,
    "transformer-guided-alignment-layer": "last",
    "transformer-train-position-embeddings": False,
    "tied-embeddings": True,
    "tied-embeddings-all": False,
    "tied-embeddings-src": False,
    "layer-normalization": False,
    "max-length": 256,
    "skip": False,
}
"""What this network is in Marian's words. A file that says otherwise of one of them is refused."""
_UNCHECKED: Final = frozenset({"version", "max-length"})


def write_marian(network: Transformer, path: Path) -> None:
    """Write the weights, in float16: half the size, and no loss once they are in int8."""
    state = network.state_dict()
    arrays: dict[str, NDArray[Any]] = {}
    for marian_name, name, form in _layout(network.shape):
        weights = state[name].detach().cpu().to(torch.float16).numpy()
        arrays[marian_name] = _FORMS[form](weights)
    shape = network.shape
    config = _FIXED_CONFIG | {
        "dim-vocabs": [shape.source_pieces, shape.target_pieces],
        "dim-emb": shape.width,
        "transformer-heads": shape.heads,
        "transformer-dim-ffn": shape.inner_width,
        "enc-depth": shape.encoder_layers,
        "dec-depth": shape.decoder_layers,
    }
    text = yaml.safe_dump(config).encode() + b"\0"
    arrays[_CONFIG_NAME] = np.frombuffer(text, dtype=np.int8)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def read_marian(path: Path) -> Transformer:
    """Read a network of this shape.

    Raises:
        RecipeError: the file's network is of another kind, or a weight is missing.
    """
    with np.load(path) as arrays:
        if _CONFIG_NAME not in arrays:
            raise RecipeError(f"{path} is no Marian model: it has no {_CONFIG_NAME}")
        config = yaml.safe_load(arrays[_CONFIG_NAME].tobytes().rstrip(b"\0"))
        unlike = [
            f"{key}: {config.get(key)!r}"
            for key, value in _FIXED_CONFIG.items()
            if key not in _UNCHECKED and config.get(key) != value
        ]
        if unlike:
            raise RecipeError(f"{path} holds a network of another kind ({', '.join(unlike)})")
        network = Transformer(_shape_of(config))
        state = network.state_dict()
        for marian_name, name, form in _layout(network.shape):
            if marian_name not in arrays:
                raise RecipeError(f"{path} lacks the weights {marian_name}")
            weights = torch.from_numpy(arrays[marian_name].astype(np.float32))
            state[name] = weights.T.contiguous() if form == "turned" else weights
            if form == "row":
                state[name] = weights.flatten()
    network.load_state_dict(state)
    return network


def _shape_of(config: dict[str, Any]) -> Shape:
    source_pieces, target_pieces = config["dim-vocabs"]
    return Shape(
        source_pieces,
        target_pieces,
        width=config["dim-emb"],
        heads=config["transformer-heads"],
        inner_width=config["transformer-dim-ffn"],
        encoder_layers=config["enc-depth"],
        decoder_layers=config["dec-depth"],
    )


_FORMS: Final = {
    "same": lambda weights: weights,
    "turned": lambda weights: np.ascontiguousarray(weights.T),
    "row": lambda weights: weights[None],
}


def _layout(shape: Shape) -> Iterator[tuple[str, str, str]]:
    """Yield Marian's name, ours, and how Marian stores it, of all weights."""
    yield "encoder_Wemb", "source_embedding.weight", "same"
    yield "decoder_Wemb", "target_embedding.weight", "same"
    yield "decoder_ff_logit_out_b", "output_bias", "row"
    for index in range(shape.encoder_layers):
        marian, ours = f"encoder_l{index + 1}", f"encoder.{index}"
        yield from _attention_layout(f"{marian}_self", f"{ours}.attention")
        yield from _feed_forward_layout(f"{marian}_ffn", f"{ours}.feed_forward")
    for index in range(shape.decoder_layers):
        marian, ours = f"decoder_l{index + 1}", f"decoder.{index}"
        yield from _attention_layout(f"{marian}_self", f"{ours}.attention")
        yield from _attention_layout(f"{marian}_context", f"{ours}.context")
        yield from _feed_forward_layout(f"{marian}_ffn", f"{ours}.feed_forward")


def _attention_layout(marian: str, ours: str) -> Iterator[tuple[str, str, str]]:
    for part in ("query", "key", "value", "output"):
        yield f"{marian}_W{part[0]}", f"{ours}.{part}.weight", "turned"
        yield f"{marian}_b{part[0]}", f"{ours}.{part}.bias", "row"
    yield f"{marian}_Wo_ln_scale", f"{ours}.norm.weight", "row"
    yield f"{marian}_Wo_ln_bias", f"{ours}.norm.bias", "row"


def _feed_forward_layout(marian: str, ours: str) -> Iterator[tuple[str, str, str]]:
    for number, part in enumerate(("inner", "outer"), 1):
        yield f"{marian}_W{number}", f"{ours}.{part}.weight", "turned"
        yield f"{marian}_b{number}", f"{ours}.{part}.bias", "row"
    yield f"{marian}_ffn_ln_scale", f"{ours}.norm.weight", "row"
    yield f"{marian}_ffn_ln_bias", f"{ours}.norm.bias", "row"
