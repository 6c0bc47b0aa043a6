"""Converts an OPUS-MT release to a CTranslate2 model with a manifest."""

import importlib.metadata
import platform
import shutil
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import ctranslate2
import sentencepiece
from ctranslate2.converters import OpusMTConverter
from ctranslate2.specs import ModelSpec

from tarjama_server.model_store.errors import ConversionFailed
from tarjama_server.model_store.manifest import (
    MANIFEST_NAME,
    MAX_POSITIONS,
    AlignmentSupport,
    Decoding,
    Manifest,
    TokenLimits,
)
from tarjama_server.model_store.release import Release
from tarjama_server.model_store.store import file_sha256
from tarjama_server.text.hygiene import Hygiene

Quantization = Literal["int8", "int8_float32", "int8_float16", "int16", "float16", "float32"]
QUANTIZATIONS: tuple[Quantization, ...] = get_args(Quantization)

# Of plain int8, the weights that stay floats would keep the release's type. Where that is float16,
# CTranslate2 would convert them, and warn, at every load on a CPU.
_STORED_TYPES: dict[str, str] = {"int8": "int8_float32"}
# What OPUS-MT's releases say in decoder.yml; used only for one that is silent.
_OPUS_DECODING = Decoding(beam_size=6, length_penalty=1.0)
# OPUS-MT trained on longer sentences, but few of them. Calibration lowers the first where need be.
_OPUS_LIMITS = TokenLimits(max_source_tokens=256, preferred_source_tokens=60, max_target_tokens=512)

# CTranslate2 reports weights it cannot convert by whatever its code happens to raise.
_CONVERTER_ERRORS = (
    AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, RuntimeError,
    TypeError, ValueError, zipfile.BadZipFile,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a release does not say of itself in a form that programs can read.

    Attributes:
        version: the release's name.
        license: SPDX identifier of the weights' licence, or its name.
        source_languages: BCP 47 tags.
        target_languages: BCP 47 tags.
        alignment: whether it was trained; None to go by the release's file names and README.
        decoding: for what the release's `decoder.yml` does not say.
        limits: sizes in tokens.
        hygiene: what is cleaned away from text before the model's own normalization.
        source_url: where the release was fetched.
        source_sha256: of its archive.
    """

    version: str
    license: str = "unknown"
    source_languages: tuple[str, ...] = ("ar",)
    target_languages: tuple[str, ...] = ("en",)
    alignment: AlignmentSupport | None = None
    decoding: Decoding = _OPUS_DECODING
    limits: TokenLimits = _OPUS_LIMITS
    hygiene: Hygiene = field(default_factory=Hygiene)
    source_url: str | None = None
    source_sha256: str | None = None


class ReleaseConverter(OpusMTConverter):  # type: ignore[misc]
    """CTranslate2's converter, without the positions that no text here can reach.

    It writes a table of 2,048 positions in float32, which makes 4.2 MB of a model 512 wide, a tenth
    of its weights in int8. As they are sines, those kept are the same.
    """

    def _load(self) -> ModelSpec:
        spec = super()._load()
        for side in (spec.encoder, spec.decoder):
            side.position_encodings.encodings = side.position_encodings.encodings[:MAX_POSITIONS]
        return spec


def convert_release(
    release: Release, folder: Path, *, name: str, facts: ModelFacts, quantization: Quantization
) -> Manifest:
    """Convert a release and check that the result translates.

    Args:
        release: as read and checked.
        folder: made by this call, with the model, both `.spm` files, the manifest, and the
            README and licence of a release that has them.
        name: what requests will call the model.
        facts: what the release does not say.
        quantization: CTranslate2's type of the weights.

    Returns:
        The manifest written.

    Raises:
        ConversionFailed: CTranslate2 cannot convert the weights, or the result does not work.
    """
    try:
        ReleaseConverter(str(release.path)).convert(
            str(folder), quantization=_STORED_TYPES.get(quantization, quantization)
        )
    except _CONVERTER_ERRORS as error:
        raise ConversionFailed(f"CTranslate2 cannot convert the weights: {error}") from error
    for file_name in ("source.spm", "target.spm"):
        shutil.copyfile(release.path / file_name, folder / file_name)
    _check_translates(folder)
    manifest = _describe(release, folder, name=name, facts=facts, quantization=quantization)
    manifest.write(folder / MANIFEST_NAME)
    for file_name, copy_name in (("README.md", "README.md"), ("LICENSE", "LICENSE.txt")):
        if (release.path / file_name).is_file():
            shutil.copyfile(release.path / file_name, folder / copy_name)
    return manifest


def _describe(
    release: Release, folder: Path, *, name: str, facts: ModelFacts, quantization: Quantization
) -> Manifest:
    """Make the manifest of a folder that holds the model's files and nothing else."""
    return Manifest(
        name=name,
        version=facts.version,
        license=facts.license,
        source_url=facts.source_url,
        source_sha256=facts.source_sha256,
        source_languages=facts.source_languages,
        target_languages=facts.target_languages,
        alignment=release.alignment if facts.alignment is None else facts.alignment,
        normalization=release.normalization,
        quantization=quantization,
        decoding=release.decoding(facts.decoding),
        limits=facts.limits,
        calibration=None,
        files={path.name: file_sha256(path) for path in sorted(folder.iterdir())},
        tools=_tool_versions(),
        hygiene=facts.hygiene,
    )


def _check_translates(folder: Path) -> None:
    """Load what was converted and translate one word, so that a broken model is never installed."""
    try:
        source, target = (
            sentencepiece.SentencePieceProcessor(model_file=str(folder / file_name))
            for file_name in ("source.spm", "target.spm")
        )
        translator = ctranslate2.Translator(str(folder), device="cpu", intra_threads=1)
        pieces = source.encode("سلام", out_type=str)
        (result,) = translator.translate_batch([pieces], beam_size=1, max_decoding_length=8)
        target.decode(result.hypotheses[0])
    except (OSError, RuntimeError, ValueError) as error:
        raise ConversionFailed(f"the converted model does not work: {error}") from error


def _tool_versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in ("ctranslate2", "tarjama")},
    }
