"""The registry: models known by name, as `registry.toml` lists them."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from tarjama_server.model_store.errors import RegistryInvalid
from tarjama_server.model_store.manifest import (
    AlignmentSupport,
    Decoding,
    LanguageTag,
    PositiveCount,
    Sha256,
    TokenLimits,
    first_problem,
)
from tarjama_server.text.hygiene import Hygiene

REGISTRY_NAME = "registry.toml"

HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://")]


@dataclass(frozen=True, slots=True)
class ReferenceScore:
    """A published score of a model.

    Attributes:
        test_set: its name, with the version.
        bleu: sacreBLEU's BLEU with the 13a tokenizer, 0 to 100.
        chrf: sacreBLEU's chrF2, 0 to 100.
    """

    test_set: str
    bleu: Annotated[float, Field(ge=0, le=100)]
    chrf: Annotated[float, Field(ge=0, le=100)]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What is known of a model before it is installed.

    Attributes:
        kind: `bundled` with this software, or an `opus-mt-zip` to fetch.
        summary: one sentence to choose by.
        version: its release.
        license: SPDX identifier of the weights' licence.
        source_languages: BCP 47 tags.
        target_languages: BCP 47 tags.
        alignment: whether its attention was trained to align words.
        decoding: used where the release's `decoder.yml` is silent.
        limits: sizes in tokens.
        hygiene: what is cleaned away from text before the model's own normalization.
        scores: for orientation; the bench of this software makes its own.
        url: where the release is; None for a bundled model.
        sha256: of the release's archive; None when nobody has checked it.
        size_bytes: of the release's archive; None when nobody has checked it.
    """

    kind: Literal["bundled", "opus-mt-zip"]
    summary: str
    version: str
    license: str
    source_languages: tuple[LanguageTag, ...]
    target_languages: tuple[LanguageTag, ...]
    alignment: AlignmentSupport
    decoding: Decoding
    limits: TokenLimits
    hygiene: Hygiene = field(default_factory=Hygiene)
    scores: tuple[ReferenceScore, ...] = ()
    url: HttpUrl | None = None
    sha256: Sha256 | None = None
    size_bytes: PositiveCount | None = None

    def __post_init__(self) -> None:
        if (self.kind == "opus-mt-zip") != (self.url is not None):
            raise ValueError("a model to fetch has a url, and a bundled one has none")


def read_registry(path: Path) -> dict[str, KnownModel]:
    """Read the known models, in the file's order.

    Raises:
        RegistryInvalid: the file is missing, no TOML, or misstates something.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return _adapter().validate_python(document.get("models", {}))
    except OSError as error:
        raise RegistryInvalid(f"cannot read {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryInvalid(f"{path} is no TOML: {error}") from error
    except ValidationError as error:
        raise RegistryInvalid(f"{path} is no valid registry: {first_problem(error)}") from error


@cache
def _adapter() -> TypeAdapter[dict[str, KnownModel]]:
    # A misspelt switch would otherwise be its default, in silence.
    return TypeAdapter(dict[str, KnownModel], config=ConfigDict(extra="forbid"))
