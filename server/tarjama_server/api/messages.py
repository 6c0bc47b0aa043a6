"""Requests checked and turned into the pipeline's options; its segments turned into messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.api.status import CallError, alignment_not_trained, invalid
from tarjama_server.api.terms import read_terms
from tarjama_server.auth import Caller
from tarjama_server.batching import Priority
from tarjama_server.model_store.manifest import Manifest
from tarjama_server.pipeline.model import Options, TranslatedSegment
from tarjama_server.segmenter.layout import LineHandling
from tarjama_server.segmenter.machine import LOOK_AHEAD
from tarjama_server.text.offsets import OffsetUnit

MAX_CALL_TEXTS = 1024
MAX_CALL_CHARACTERS = 200_000
"""About 30,000 words: more than anyone waits for in one answer. Streams have no limit."""
MAX_CHUNK_BYTES = 1 << 20
MAX_BEAM_SIZE = 8
MAX_ALTERNATIVE_COUNT = 7

_PRIORITIES = {
    pb.PRIORITY_INTERACTIVE: Priority.INTERACTIVE,
    pb.PRIORITY_BULK: Priority.BULK,
}
_MAX_PRIORITIES = {"interactive": Priority.INTERACTIVE, "bulk": Priority.BULK}
_LINE_HANDLINGS = {
    pb.LINE_HANDLING_UNSPECIFIED: LineHandling.PARAGRAPHS,
    pb.LINE_HANDLING_PARAGRAPHS: LineHandling.PARAGRAPHS,
    pb.LINE_HANDLING_LINES: LineHandling.LINES,
}
_ARE_TAGGED = {
    pb.TEXT_FORMAT_UNSPECIFIED: False,
    pb.TEXT_FORMAT_PLAIN: False,
    pb.TEXT_FORMAT_TAGGED: True,
}
_OFFSET_UNITS = {
    pb.OFFSET_UNIT_UNSPECIFIED: OffsetUnit.CODE_POINTS,
    pb.OFFSET_UNIT_CODE_POINTS: OffsetUnit.CODE_POINTS,
    pb.OFFSET_UNIT_UTF8: OffsetUnit.UTF8,
    pb.OFFSET_UNIT_UTF16: OffsetUnit.UTF16,
}
_ALIGNMENT_SUPPORT = {
    "trained": pb.ALIGNMENT_SUPPORT_TRAINED,
    "none": pb.ALIGNMENT_SUPPORT_NONE,
}


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What a call asks for: of the pipeline, and of the answer."""

    pipeline: Options
    offset_unit: OffsetUnit


def read_options(
    options: pb.TranslationOptions,
    manifest: Manifest,
    *,
    default_priority: Priority,
    caller: Caller,
) -> CallOptions:
    """Check and read a call's options.

    Args:
        options: as they came.
        manifest: of the model.
        default_priority: of the method.
        caller: whose share it is, and whose priority is bounded; a request for more is served with
            the bound.

    Raises:
        CallError: a value is out of range, or is not implemented.
    """
    _check_values(options)
    _check_implemented(options, manifest)
    return CallOptions(
        Options(
            beam_size=options.beam_size or None,
            alternative_count=options.alternative_count,
            # The less urgent of the two.
            priority=max(
                _PRIORITIES.get(options.priority, default_priority),
                _MAX_PRIORITIES[caller.max_priority],
            ),
            share=caller.share,
            line_handling=_LINE_HANDLINGS[options.line_handling],
            is_tagged=_ARE_TAGGED[options.text_format],
            alignment=options.alignment,
            terms=read_terms(options),
        ),
        _OFFSET_UNITS[options.offset_unit],
    )


def _check_values(options: pb.TranslationOptions) -> None:
    _check_range("options.beam_size", options.beam_size, MAX_BEAM_SIZE)
    _check_range("options.alternative_count", options.alternative_count, MAX_ALTERNATIVE_COUNT)
    priority = options.priority
    if priority != pb.PRIORITY_UNSPECIFIED and priority not in _PRIORITIES:
        raise _unknown_value("options.priority", priority)
    if options.text_format not in _ARE_TAGGED:
        raise _unknown_value("options.text_format", options.text_format)
    if options.line_handling not in _LINE_HANDLINGS:
        raise _unknown_value("options.line_handling", options.line_handling)
    if options.offset_unit not in _OFFSET_UNITS:
        raise _unknown_value("options.offset_unit", options.offset_unit)


def _check_implemented(options: pb.TranslationOptions, manifest: Manifest) -> None:
    if options.alignment and manifest.alignment == "none":
        raise alignment_not_trained(manifest.name)


def _check_range(field: str, value: int, limit: int) -> None:
    if not 0 <= value <= limit:
        raise invalid(field, f"is {value}; it must be from 0 to {limit}")


def _unknown_value(field: str, value: int) -> CallError:
    return invalid(field, f"has the value {value}, which this server does not know")


def check_texts(texts: Sequence[str]) -> None:
    """Check the texts of a unary call.

    Raises:
        CallError: there are none or too many, they are too long, or one holds U+0000.
    """
    if not texts:
        raise invalid("texts", "is empty; send 1 to 1024 texts", reason="NO_TEXTS")
    if len(texts) > MAX_CALL_TEXTS:
        raise invalid(
            "texts",
            f"holds {len(texts)} texts; the limit is {MAX_CALL_TEXTS}. Make several calls",
            reason="TOO_MANY_TEXTS",
        )
    total = sum(map(len, texts))
    if total > MAX_CALL_CHARACTERS:
        raise invalid(
            "texts",
            f"hold {total} characters together; the limit is {MAX_CALL_CHARACTERS}. "
            "Make several calls, or send long documents by StreamingTranslateText",
            reason="TEXT_TOO_LONG",
        )
    for index, text in enumerate(texts):
        offset = text.find("\0")
        if offset >= 0:
            raise nul_character(f"texts[{index}]", offset, "code point")


def nul_character(field: str, offset: int, unit: str) -> CallError:
    """U+0000 is in no text: what was sent is binary, or in another encoding."""
    return invalid(
        field, f"holds U+0000 at {unit} {offset}, which is never text", reason="NUL_CHARACTER"
    )


class SegmentWriter:
    """Turns segments into messages, counting offsets as it goes. One for each document."""

    def __init__(self, unit: OffsetUnit, offset: int = 0) -> None:
        """Begin at `offset`, in `unit`."""
        self._unit = unit
        self.offset = offset

    def write(self, segment: TranslatedSegment) -> pb.Segment:
        """The message of the document's next segment."""
        start = self.offset
        self.offset += self._unit.length(segment.source.text)
        spans = _Spans(self._unit, start, segment)
        return pb.Segment(
            source_span=pb.Span(start=start, end=self.offset),
            sentence_index=segment.source.sentence_index,
            translation=segment.translation,
            score=segment.score,
            alternatives=[
                pb.Alternative(translation=alternative.translation, score=alternative.score)
                for alternative in segment.alternatives
            ],
            alignment=[
                pb.AlignmentLink(source=spans.source(link.source), target=spans.target(link.target))
                for link in segment.alignment
            ],
            flags=[pb.SegmentFlag.ValueType(flag) for flag in sorted(segment.flags)],
            glossary_applications=[
                pb.GlossaryApplication(
                    term=pb.GlossaryTerm(source=found.term.source, target=found.term.target),
                    source=spans.source(found.source),
                    target=None if found.target is None else spans.target(found.target),
                )
                for found in segment.terms
            ],
        )


class _Spans:
    """Spans of one segment and its translation as messages."""

    def __init__(self, unit: OffsetUnit, start: int, segment: TranslatedSegment) -> None:
        """Count in `unit`, in the document from `start` on."""
        self._unit = unit
        self._start = start
        self._segment = segment

    def source(self, span: tuple[int, int]) -> pb.Span:
        """A span of the segment, relative to the document."""
        return self._span(self._segment.source.text, span, self._start)

    def target(self, span: tuple[int, int]) -> pb.Span:
        """A span of the translation."""
        return self._span(self._segment.translation, span, 0)

    def _span(self, text: str, span: tuple[int, int], begin: int) -> pb.Span:
        start, end = (begin + self._unit.length(text[:offset]) for offset in span)
        return pb.Span(start=start, end=end)


def write_model(manifest: Manifest, *, is_default: bool) -> pb.Model:
    """The message that describes a model."""
    return pb.Model(
        name=manifest.name,
        version=manifest.version,
        license=manifest.license,
        source_languages=manifest.source_languages,
        target_languages=manifest.target_languages,
        checksum=manifest.checksum,
        limits=pb.ModelLimits(
            max_source_tokens=manifest.limits.max_source_tokens,
            max_target_tokens=manifest.limits.max_target_tokens,
            max_call_texts=MAX_CALL_TEXTS,
            max_call_characters=MAX_CALL_CHARACTERS,
            max_beam_size=MAX_BEAM_SIZE,
            max_alternative_count=MAX_ALTERNATIVE_COUNT,
            look_ahead_characters=LOOK_AHEAD,
        ),
        decoding_defaults=pb.DecodingDefaults(
            beam_size=manifest.decoding.beam_size, length_penalty=manifest.decoding.length_penalty
        ),
        alignment=_ALIGNMENT_SUPPORT[manifest.alignment],
        calibrated=manifest.calibration is not None,
        is_default=is_default,
    )
