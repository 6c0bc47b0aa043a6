"""An OPUS-MT release: what its files say, read and checked before anything is converted."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tarjama_server.model_store.errors import ReleaseInvalid, TargetPrefixRequired
from tarjama_server.model_store.manifest import AlignmentSupport, Decoding, first_problem
from tarjama_server.model_store.normalization import recognize_profile
from tarjama_server.text.normalization import NormalizationProfile

_SENTENCEPIECE_MODELS = ("source.spm", "target.spm")
_NEEDS_TARGET_PREFIX = re.compile(r"language token is required|>>\s*id\s*<<", re.IGNORECASE)
_TRANSFORMER_ALIGN = re.compile(r"transformer-align\b", re.IGNORECASE)


class _DecoderConfig(BaseModel):
    """What we read of `decoder.yml`, under Marian's names."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"))

    models: list[str]
    vocabs: list[str]
    beam_size: Annotated[int, Field(ge=1)] | None = None
    normalize: Annotated[float, Field(ge=0)] | None = None
    word_penalty: float = 0.0


@dataclass(frozen=True, slots=True)
class Release:
    """An unpacked OPUS-MT release.

    Attributes:
        path: its folder, where `decoder.yml` is.
        beam_size: of `decoder.yml`; None where it is silent.
        length_penalty: `normalize` of `decoder.yml`; None where it is silent.
        normalization: what `preprocess.sh` does.
        alignment: `trained` if the weights' name or the README says `transformer-align`.
    """

    path: Path
    beam_size: int | None
    length_penalty: float | None
    normalization: NormalizationProfile
    alignment: AlignmentSupport

    @classmethod
    def read(cls, path: Path) -> "Release":
        """Read a release and check that this server could serve it.

        Args:
            path: the folder with `decoder.yml`, or one whose only entry is that folder.

        Raises:
            ReleaseInvalid: a file is missing, unreadable, or asks for what cannot be served.
        """
        root = _release_root(path)
        config = _read_decoder_config(root / "decoder.yml")
        for name in (*config.models, *config.vocabs, *_SENTENCEPIECE_MODELS):
            _check_inside(root, name)
        readme = _read_text(root / "README.md") if (root / "README.md").is_file() else ""
        if _NEEDS_TARGET_PREFIX.search(readme):
            raise TargetPrefixRequired(
                "the release's README asks for a >>lang<< token before each sentence, as it has "
                "several target languages; only single-target releases can be served"
            )
        aligned = _TRANSFORMER_ALIGN.search(f"{config.models[0]} {readme}") is not None
        return cls(
            path=root,
            beam_size=config.beam_size,
            length_penalty=config.normalize,
            normalization=recognize_profile(_read_text(_required(root, "preprocess.sh"))),
            alignment="trained" if aligned else "none",
        )

    def decoding(self, otherwise: Decoding) -> Decoding:
        """Say how to decode: as `decoder.yml` says, and where it is silent, as `otherwise` says."""
        return Decoding(
            otherwise.beam_size if self.beam_size is None else self.beam_size,
            otherwise.length_penalty if self.length_penalty is None else self.length_penalty,
        )


def _release_root(path: Path) -> Path:
    """Find the folder with `decoder.yml`: the one given, or the only one inside it."""
    if not path.is_dir():
        raise ReleaseInvalid(f"{path} is no folder")
    if (path / "decoder.yml").is_file():
        return path
    entries = list(path.iterdir())
    if len(entries) == 1 and (entries[0] / "decoder.yml").is_file():
        return entries[0]
    raise ReleaseInvalid("no decoder.yml: this is no OPUS-MT (Marian) release")


def _read_decoder_config(path: Path) -> _DecoderConfig:
    try:
        config = _DecoderConfig.model_validate(yaml.safe_load(_read_text(path)))
    except yaml.YAMLError as error:
        raise ReleaseInvalid(f"decoder.yml is no YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise ReleaseInvalid(f"decoder.yml cannot be used: {first_problem(error)}") from error
    if len(config.models) != 1:
        raise ReleaseInvalid(
            f"decoder.yml names {len(config.models)} models; only one can be served, and ensembles "
            "cannot: keep the best one in the list"
        )
    if len(config.vocabs) != 2:
        raise ReleaseInvalid(f"decoder.yml names {len(config.vocabs)} vocabularies instead of 2")
    if config.word_penalty != 0:
        raise ReleaseInvalid(
            f"decoder.yml asks for a word-penalty of {config.word_penalty:g}; "
            "CTranslate2 has none, so only 0 can be honoured"
        )
    return config


def _check_inside(root: Path, name: str) -> None:
    """Check that a file the release names exists, and inside the release."""
    if not _required(root, name).resolve().is_relative_to(root.resolve()):
        raise ReleaseInvalid(f"decoder.yml names a file outside the release: {name!r}")


def _required(root: Path, name: str) -> Path:
    path = root / name
    if not path.is_file():
        raise ReleaseInvalid(f"the release lacks the file {name!r}")
    return path


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseInvalid(f"cannot read {path.name} of the release: {error}") from error
