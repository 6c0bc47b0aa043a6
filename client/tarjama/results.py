"""What a call gives. All offsets are code points, as Python indexes a `str`."""

from dataclasses import dataclass
from enum import StrEnum, auto

from tarjama.options import GlossaryTerm

__all__ = [
    "AlignmentLink",
    "AlignmentSupport",
    "Alternative",
    "DecodingDefaults",
    "GlossaryApplication",
    "Health",
    "Model",
    "ModelLimits",
    "ModelReference",
    "Segment",
    "SegmentFlag",
    "Span",
    "StreamProgress",
    "Translation",
]


class SegmentFlag(StrEnum):
    """What happened to a segment."""

    PASSED_THROUGH = auto()
    """Holds nothing to translate: the translation is the source, unchanged."""

    SPLIT = auto()
    """A piece of a sentence that was cut because it was longer than the model does well."""

    REPAIRED = auto()
    """The model's first output was degenerate and another was found."""

    DEGENERATE = auto()
    """The output is degenerate and could not be repaired. Needs a translator."""

    LOW_CONFIDENCE = auto()
    """The score is low for this model. Set only by calibrated models."""

    CHECK_NUMBERS = auto()
    """A number of the source is not in the translation, or the other way round."""

    CHECK_VERBATIM = auto()
    """A URL, e-mail address, handle, tag, code or Latin name is not in the translation."""

    UNKNOWN_CARRIED_OVER = auto()
    """Characters unknown to the model were carried over; their place is approximate."""

    GLOSSARY_MISSED = auto()
    """A glossary term was found but not enforced. See `Segment.glossary_applications`."""

    TAG_MOVED = auto()
    """An inline tag could not be placed by alignment and stands at the segment's edge."""

    PLACED_BY_PROPORTION = auto()
    """Tags, line breaks or phrases to carry over were placed by proportion: the model's alignment
    is not trained, or was not sure of a phrase."""

    LINES_JOINED = auto()
    """Lines of a hard-wrapped paragraph were joined for this segment, then laid out again."""


class AlignmentSupport(StrEnum):
    """Whether a model's word alignments mean anything."""

    TRAINED = auto()
    NONE = auto()
    UNKNOWN = auto()
    """The server said nothing that this version of the client understands."""


class Health(StrEnum):
    """What a server says of itself."""

    SERVING = auto()
    NOT_SERVING = auto()
    """It is loading its model, or going down."""

    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of a text, in code points: `text[span.start:span.end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """One more translation of a segment, ending in the source's white space.

    Attributes:
        translation: The text.
        score: As `Segment.score`.
    """

    translation: str
    score: float


@dataclass(frozen=True, slots=True)
class AlignmentLink:
    """Links a word of the source to a word of the translation. A word may be in several links.

    Attributes:
        source: The source word, relative to the document.
        target: The translation's word, relative to the segment's translation.
    """

    source: Span
    target: Span


@dataclass(frozen=True, slots=True)
class GlossaryApplication:
    """What became of a glossary term, or of a phrase to carry over, in a segment.

    Attributes:
        term: The term as given. A phrase has itself as target.
        source: Where it was found, relative to the document, proclitics left out.
        target: Where its translation stands in the segment's translation. None when missed.
    """

    term: GlossaryTerm
    source: Span
    target: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One piece of a document that the model saw, or that was passed through.

    Attributes:
        source_span: Where the piece stands in the document, trailing white space included.
        sentence_index: Counts the document's sentences from 0. Pieces of one sentence share it.
        translation: The translation, ending in the white space that ends the source.
        score: Mean log-probability per token, to 2 decimals: 0 is certain. None when the
            model did not see the segment.
        alternatives: Further translations, best first, at most the number asked for.
        alignment: Word alignment, ordered by source; given when asked for.
        flags: What happened to this segment.
        unknown_flags: Numbers of flags that a newer server set and this client cannot name.
        glossary_applications: The glossary terms found in this segment.
    """

    source_span: Span
    sentence_index: int
    translation: str
    score: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    alignment: tuple[AlignmentLink, ...] = ()
    flags: frozenset[SegmentFlag] = frozenset()
    unknown_flags: frozenset[int] = frozenset()
    glossary_applications: tuple[GlossaryApplication, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Names a model and the exact weights behind the name.

    Attributes:
        name: As `Model.name`.
        checksum: As `Model.checksum`.
    """

    name: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Translation:
    """One document's translation.

    Attributes:
        text: The whole translation: the translations of `segments`, joined.
        segments: The pieces that the model saw. They tile the document; empty only for an
            empty one.
        model: The model that translated; the last one, where the server changed models while
            a long text was resumed.
    """

    text: str
    segments: tuple[Segment, ...]
    model: ModelReference


@dataclass(frozen=True, slots=True)
class StreamProgress:
    """How far a stream has come, over the whole document. Never goes back.

    Attributes:
        received_bytes: Bytes of UTF-8 that the server has received.
        found_segment_count: Segments found so far. Grows as more text arrives.
        answered_segment_count: Segments answered.
        acknowledged_bytes: Bytes of UTF-8 wholly translated and kept by the client no more.
    """

    received_bytes: int = 0
    found_segment_count: int = 0
    answered_segment_count: int = 0
    acknowledged_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLimits:
    """What the server accepts with a model.

    Attributes:
        max_source_tokens: Tokens the model reads at once. Longer sentences are split.
        max_target_tokens: Tokens the model writes at once.
        max_call_texts: Texts in one call. `translate_many` splits by it.
        max_call_characters: Code points in one call, all texts together; likewise.
        max_beam_size: Largest `TranslationOptions.beam_size`.
        max_alternative_count: Largest `TranslationOptions.alternative_count`.
        look_ahead_characters: Code points the server reads ahead, at most, before it decides
            where a segment ends.
    """

    max_source_tokens: int
    max_target_tokens: int
    max_call_texts: int
    max_call_characters: int
    max_beam_size: int
    max_alternative_count: int
    look_ahead_characters: int


@dataclass(frozen=True, slots=True)
class DecodingDefaults:
    """How a model decodes unless asked otherwise.

    Attributes:
        beam_size: Beam size.
        length_penalty: Exponent of the length by which a hypothesis' log-probability is divided.
    """

    beam_size: int
    length_penalty: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A translation model.

    Attributes:
        name: Name to ask for it by, such as `opus-mt-ar-en`.
        version: Release of the model, such as `opus-2019-12-18`.
        license: SPDX identifier of the weights' licence, or its name.
        source_languages: BCP 47 tags of the languages it reads.
        target_languages: BCP 47 tags of the languages it writes.
        checksum: SHA-256 of the model's files and settings, in hexadecimal.
        limits: What the server accepts with it.
        decoding_defaults: How it decodes unless asked otherwise.
        alignment: Whether its word alignments mean anything.
        calibrated: Whether length ratios and score percentiles were measured for it.
        is_default: Whether an empty model name means this one.
    """

    name: str
    version: str
    license: str
    source_languages: tuple[str, ...]
    target_languages: tuple[str, ...]
    checksum: str
    limits: ModelLimits
    decoding_defaults: DecodingDefaults
    alignment: AlignmentSupport
    calibrated: bool
    is_default: bool
