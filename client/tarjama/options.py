"""How to translate."""

from dataclasses import dataclass
from enum import StrEnum, auto

__all__ = ["GlossaryTerm", "LineHandling", "Priority", "TextFormat", "TranslationOptions"]


class Priority(StrEnum):
    """Which queue sentences wait in."""

    INTERACTIVE = auto()
    """Someone is waiting: served before bulk work."""

    BULK = auto()
    """Throughput matters, latency does not. Bulk work still advances under load."""


class TextFormat(StrEnum):
    """What a text is."""

    PLAIN = auto()
    """Angle brackets and braces are characters like any other."""

    TAGGED = auto()
    """Inline tags and placeholders are placed in the translation, never lost or doubled."""


class LineHandling(StrEnum):
    """What a line end means. The translation has as many lines as the source in either case."""

    PARAGRAPHS = auto()
    """Lines wrapped to a common width are translated as one paragraph, then laid out again."""

    LINES = auto()
    """Every line end ends a sentence."""


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """A term and its translation.

    Attributes:
        source: The term in Arabic, 1 to 200 code points. Matched with clitics allowed.
        target: The term in English, 1 to 200 code points.
    """

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationOptions:
    """How to translate. The limits named here are the server's to enforce: see `ModelLimits`.

    Attributes:
        model: Name of the model, as `Client.models` lists it. Empty for the server's default.
        priority: None for the default: interactive, but bulk for streams, and so for long texts.
        beam_size: 1 (greedy) to `ModelLimits.max_beam_size`. None for the model's own.
        alternative_count: Further translations for each segment, 0 to
            `ModelLimits.max_alternative_count`.
        alignment: Whether to give word alignments. `PreconditionFailed` on a model whose
            alignment is not trained.
        text_format: Plain or tagged.
        glossary: Terms to enforce, at most 1,000.
        do_not_translate: Phrases to carry over verbatim, at most 1,000.
        line_handling: What a line end means.
    """

    model: str = ""
    priority: Priority | None = None
    beam_size: int | None = None
    alternative_count: int = 0
    alignment: bool = False
    text_format: TextFormat = TextFormat.PLAIN
    glossary: tuple[GlossaryTerm, ...] = ()
    do_not_translate: tuple[str, ...] = ()
    line_handling: LineHandling = LineHandling.PARAGRAPHS
