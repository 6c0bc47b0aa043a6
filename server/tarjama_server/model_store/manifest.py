"""The manifest: what is known of an installed model, kept beside its files as `manifest.json`."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from tarjama_server.model_store.errors import ManifestInvalid
from tarjama_server.text.hygiene import Hygiene
from tarjama_server.text.normalization import NormalizationProfile

MANIFEST_NAME = "manifest.json"

SCORE_PERCENTILES = (1, 5, 10, 25, 50, 75, 90)
"""Those that a calibration holds."""

LOW_CONFIDENCE_PERCENTILE = 10
"""Segments that score below this one are marked: so many in a hundred of the calibration's text."""

MAX_POSITIONS = 1024
"""Tokens that a converted model can read or write at once; the limits are far below."""

# Facts about a model that change nothing of what it writes or how the service judges it.
_NOT_IN_CHECKSUM = frozenset(
    {
        "name", "version", "license", "source_url", "source_sha256", "source_languages",
        "target_languages", "quantization", "tools",
    }
)  # fmt: skip

AlignmentSupport = Literal["trained", "none"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
PositiveCount = Annotated[int, Field(ge=1)]
TokenCount = Annotated[int, Field(ge=1, le=MAX_POSITIONS)]


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the model decodes unless a request asks otherwise.

    Attributes:
        beam_size: hypotheses kept at each step; 1 is greedy.
        length_penalty: exponent of the length by which a hypothesis' log-probability is divided,
            Marian's `normalize`; 0 for no division.
    """

    beam_size: PositiveCount
    length_penalty: Annotated[float, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """How much text the model reads and writes at once, in tokens, at most `MAX_POSITIONS`.

    Attributes:
        max_source_tokens: hard limit of a sentence, `</s>` included; longer ones are split.
        preferred_source_tokens: up to here the model does its best; `</s>` included.
        max_target_tokens: the decoder stops here.
    """

    max_source_tokens: TokenCount
    preferred_source_tokens: TokenCount
    max_target_tokens: TokenCount

    def __post_init__(self) -> None:
        if self.preferred_source_tokens > self.max_source_tokens:
            raise ValueError(
                f"preferred_source_tokens is {self.preferred_source_tokens}, "
                f"above max_source_tokens, {self.max_source_tokens}"
            )


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured with a model on clean text and its translation by people.

    Tokens are those of the model's own vocabularies, `</s>` counted on neither side, both here and
    in `tarjama_server.guard.degeneration`, which allows short sentences some tokens besides.

    Attributes:
        length_ratio_low: target tokens per source token; an output below is suspiciously short.
        length_ratio_high: the same; an output above is suspiciously long.
        score_percentiles: from a percentile, 0 to 100, to the score (mean log-probability per
            token, `</s>` counted) that so many percent of the segments stay under; those of
            `SCORE_PERCENTILES` as `models calibrate` writes it.
    """

    length_ratio_low: Annotated[float, Field(gt=0)]
    length_ratio_high: Annotated[float, Field(gt=0)]
    score_percentiles: Mapping[Annotated[int, Field(ge=0, le=100)], float]

    def __post_init__(self) -> None:
        if self.length_ratio_low >= self.length_ratio_high:
            raise ValueError(
                f"length_ratio_low is {self.length_ratio_low}, "
                f"not below length_ratio_high, {self.length_ratio_high}"
            )
        if LOW_CONFIDENCE_PERCENTILE not in self.score_percentiles:
            raise ValueError(f"score_percentiles lacks {LOW_CONFIDENCE_PERCENTILE}")


@dataclass(frozen=True)  # without slots: the checksum is kept
class Manifest:
    """What is known of one installed model.

    Attributes:
        name: what requests call it.
        version: the release, such as `opus-2019-12-18`.
        license: SPDX identifier of the weights' licence, or its name.
        source_url: where the release was fetched; None when it was converted from a local copy.
        source_sha256: SHA-256 of the release's archive; None when it was converted from a folder.
        source_languages: BCP 47 tags of the languages it reads.
        target_languages: BCP 47 tags of the languages it writes.
        alignment: `trained` when its attention was trained to align words.
        normalization: what is done to a sentence before SentencePiece.
        quantization: CTranslate2's name of the weights' type.
        decoding: defaults of the release.
        limits: sizes in tokens.
        calibration: None until the model was calibrated.
        files: file name to SHA-256 of all that translation depends on.
        tools: name to version of the software that converted it.
        hygiene: what is cleaned away from a sentence before `normalization`.
    """

    name: str
    version: str
    license: str
    source_url: str | None
    source_sha256: Sha256 | None
    source_languages: tuple[LanguageTag, ...]
    target_languages: tuple[LanguageTag, ...]
    alignment: AlignmentSupport
    normalization: NormalizationProfile
    quantization: str
    decoding: Decoding
    limits: TokenLimits
    calibration: Calibration | None
    files: Mapping[FileName, Sha256]
    tools: Mapping[str, str]
    hygiene: Hygiene = field(default_factory=Hygiene)

    @cached_property
    def checksum(self) -> str:
        """SHA-256, in hexadecimal, of all that translations, scores and flags depend on.

        That is everything but name, version, licence, origin, languages, quantization (the
        files have it) and tools, written as JSON with sorted keys and no white space.
        """
        facts = dataclasses.asdict(self)
        relevant = {key: value for key, value in facts.items() if key not in _NOT_IN_CHECKSUM}
        text = json.dumps(relevant, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read a manifest file.

        Raises:
            ManifestInvalid: it is missing, no JSON, or lacks or misstates something.
        """
        try:
            return _adapter().validate_json(path.read_bytes())
        except OSError as error:
            raise ManifestInvalid(f"cannot read {path}: {error.strerror or error}") from error
        except ValidationError as error:
            raise ManifestInvalid(f"{path} is no valid manifest: {first_problem(error)}") from error

    def write(self, path: Path) -> None:
        """Write the manifest as JSON, replacing what `path` held in one step."""
        text = json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=2)
        written = path.with_suffix(".new")
        written.write_text(text + "\n", encoding="utf-8")
        written.replace(path)


@cache
def _adapter() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)


def first_problem(error: ValidationError) -> str:
    """Say in one line what is wrong first, and where, without repeating the input."""
    problem = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]
