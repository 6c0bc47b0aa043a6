"""The weights of a Marian release in transformers' MarianMTModel. Needs the peers' environment.

transformers had a converter of its own until version 5. What it does differently from the release:
layers are normalized with an epsilon of 1e-5, as CTranslate2 does, too.
"""

# mypy: disable-error-code="import-not-found, no-any-return"

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import yaml
from transformers import MarianConfig, MarianMTModel, MarianTokenizer

EOS: Final = 0
UNK: Final = 1
PAD: Final = 2

_CONFIG_NAME: Final = "special:model.yml"


def load_model(release: Path) -> MarianMTModel:
    """Load the weights in `release`, in float32.

    Raises:
        ValueError: the network has norms before its layers, or trained positions.
    """
    [path] = release.glob("*.npz")
    with np.load(path) as arrays:
        marian = yaml.safe_load(arrays[_CONFIG_NAME].tobytes().rstrip(b"\0"))
        if marian["transformer-postprocess"] != "dan" or marian["transformer-preprocess"]:
            raise ValueError(f"{path} is no post-norm Transformer: MarianMTModel is another")
        weights = {
            name: torch.from_numpy(arrays[name].astype(np.float32))
            for name in arrays.files
            if name != _CONFIG_NAME
        }
    model = MarianMTModel(_config(marian))
    state = dict(_state(marian, weights))
    # Marian starts from an embedding of zeros; here that of the padding is one, which makes its
    # output a mere bias that must not win.
    state["model.decoder.embed_tokens.weight"][PAD] = 0
    state["final_logits_bias"][0, PAD] = float("-inf")
    state["lm_head.weight"] = state["model.decoder.embed_tokens.weight"]
    missing, unexpected = model.load_state_dict(state, strict=False)
    unset = [name for name in missing if "embed_positions" not in name]
    if unset or unexpected:
        raise ValueError(f"{path} does not fit MarianMTModel: {unset or unexpected}")
    return model.eval()


def load_tokenizer(release: Path) -> MarianTokenizer:
    """Load the two vocabularies of `release`, each side its own; writes them as JSON beside."""
    decoder = yaml.safe_load((release / "decoder.yml").read_text(encoding="utf-8"))
    paths = []
    for name in decoder["vocabs"]:
        vocabulary = yaml.safe_load((release / name).read_text(encoding="utf-8"))
        paths.append(release / f"{name}.json")
        paths[-1].write_text(json.dumps(vocabulary), encoding="utf-8")
    source, target = paths
    return MarianTokenizer(
        source_spm=str(release / "source.spm"),
        target_spm=str(release / "target.spm"),
        vocab=str(source),
        target_vocab_file=str(target),
        separate_vocabs=True,
    )


def _config(marian: dict[str, Any]) -> MarianConfig:
    source_pieces, target_pieces = marian["dim-vocabs"]
    return MarianConfig(
        vocab_size=source_pieces,
        decoder_vocab_size=target_pieces,
        share_encoder_decoder_embeddings=False,
        d_model=marian["dim-emb"],
        encoder_layers=marian["enc-depth"],
        decoder_layers=marian["dec-depth"],
        encoder_attention_heads=marian["transformer-heads"],
        decoder_attention_heads=marian["transformer-heads"],
        encoder_ffn_dim=marian["transformer-dim-ffn"],
        decoder_ffn_dim=marian["transformer-dim-ffn"],
        activation_function=marian["transformer-ffn-activation"],
        scale_embedding=True,
        eos_token_id=EOS,
        forced_eos_token_id=EOS,
        pad_token_id=PAD,
        decoder_start_token_id=PAD,
    )


def _state(
    marian: dict[str, Any], weights: dict[str, torch.Tensor]
) -> Iterator[tuple[str, torch.Tensor]]:
    yield "model.encoder.embed_tokens.weight", weights["encoder_Wemb"]
    yield "model.decoder.embed_tokens.weight", weights["decoder_Wemb"].clone()
    yield "final_logits_bias", weights["decoder_ff_logit_out_b"].reshape(1, -1).clone()
    for side, depth in (("encoder", marian["enc-depth"]), ("decoder", marian["dec-depth"])):
        for number in range(depth):
            theirs, here = f"{side}_l{number + 1}", f"model.{side}.layers.{number}"
            yield from _attention(weights, f"{theirs}_self", f"{here}.self_attn")
            if side == "decoder":
                yield from _attention(weights, f"{theirs}_context", f"{here}.encoder_attn")
            for index in (1, 2):
                yield f"{here}.fc{index}.weight", weights[f"{theirs}_ffn_W{index}"].T.contiguous()
                yield f"{here}.fc{index}.bias", weights[f"{theirs}_ffn_b{index}"].flatten()
            yield from _norm(weights, f"{theirs}_ffn_ffn", f"{here}.final_layer_norm")


def _attention(
    weights: dict[str, torch.Tensor], theirs: str, here: str
) -> Iterator[tuple[str, torch.Tensor]]:
    for letter, part in (("q", "q_proj"), ("k", "k_proj"), ("v", "v_proj"), ("o", "out_proj")):
        yield f"{here}.{part}.weight", weights[f"{theirs}_W{letter}"].T.contiguous()
        yield f"{here}.{part}.bias", weights[f"{theirs}_b{letter}"].flatten()
    yield from _norm(weights, f"{theirs}_Wo", f"{here}_layer_norm")


def _norm(
    weights: dict[str, torch.Tensor], theirs: str, here: str
) -> Iterator[tuple[str, torch.Tensor]]:
    yield f"{here}.weight", weights[f"{theirs}_ln_scale"].flatten()
    yield f"{here}.bias", weights[f"{theirs}_ln_bias"].flatten()
