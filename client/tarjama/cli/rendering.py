"""Writes segments as text or as JSON."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

from tarjama import Segment, SegmentFlag, Span
from tarjama.cli.output import Output
from tarjama.encoding.decoding import DocumentDecoder

# What a translator has to look at. The other flags say how a good translation came about.
_CALLS_FOR_A_LOOK = (
    SegmentFlag.DEGENERATE,
    SegmentFlag.LOW_CONFIDENCE,
    SegmentFlag.CHECK_NUMBERS,
    SegmentFlag.CHECK_VERBATIM,
    SegmentFlag.GLOSSARY_MISSED,
    SegmentFlag.TAG_MOVED,
)


class SegmentWriter(Protocol):
    """Writes the segments of one document, in order."""

    def write(self, segment: Segment, source: str) -> None:
        """Writes a segment and the source text that it translates."""

    def finish(self) -> None:
        """Writes what is still due at the document's end."""


class TextWriter:
    """Writes the translation alone, in the encoding that the source has."""

    def __init__(self, output: Output, decoder: DocumentDecoder) -> None:
        self._output = output
        self._decoder = decoder
        self._begun = False

    def write(self, segment: Segment, source: str) -> None:
        """Writes the segment's translation."""
        self._begin()
        self._output.write(segment.translation.encode(self._decoder.output_encoding.codec))

    def finish(self) -> None:
        """Sees to it that an empty document keeps its byte order mark."""
        self._begin()

    def _begin(self) -> None:
        if not self._begun and self._decoder.output_encoding.bom:
            self._output.write(self._decoder.output_encoding.bom)
        self._begun = True


class JsonLinesWriter:
    """Writes one line of JSON for each segment, in UTF-8."""

    def __init__(self, output: Output, name: str) -> None:
        """Begins a document.

        Args:
            output: Where the lines go.
            name: The document's name, repeated in each line.
        """
        self._output = output
        self._name = name

    def write(self, segment: Segment, source: str) -> None:
        """Writes the segment's line."""
        self._write({"file": self._name, **segment_fields(segment, source)})

    def write_of_unit(self, unit_id: str, origin: str, segment: Segment, source: str) -> None:
        """Writes the line of a segment whose spans are relative to a unit of the document.

        Args:
            unit_id: The unit.
            origin: Where the translation is from.
            segment: The segment.
            source: The text that it translates.
        """
        fields = segment_fields(segment, source)
        self._write({"file": self._name, "unit": unit_id, "origin": origin, **fields})

    def finish(self) -> None:
        """Writes nothing: a document without segments has no lines."""

    def _write(self, fields: Mapping[str, Any]) -> None:
        self._output.write(json.dumps(fields, ensure_ascii=False).encode() + b"\n")


def segment_fields(segment: Segment, source: str) -> dict[str, Any]:
    """Gives what JSON tells about a segment of the source text `source`."""
    return {
        "source": source,
        "source_span": _offsets(segment.source_span),
        "sentence_index": segment.sentence_index,
        "translation": segment.translation,
        "score": segment.score,
        "flags": flag_names(segment),
        "alternatives": [
            {"translation": alternative.translation, "score": alternative.score}
            for alternative in segment.alternatives
        ],
        "alignment": [
            {"source": _offsets(link.source), "target": _offsets(link.target)}
            for link in segment.alignment
        ],
        "glossary_applications": [
            {
                "term": applied.term.source,
                "translation": applied.term.target,
                "source": _offsets(applied.source),
                "target": _offsets(applied.target) if applied.target else None,
            }
            for applied in segment.glossary_applications
        ],
    }


def _offsets(span: Span) -> list[int]:
    return [span.start, span.end]


class FlagCount:
    """Counts the segments that a translator should look at."""

    def __init__(self) -> None:
        self._segments = 0
        self._flags: Counter[SegmentFlag] = Counter()

    def add(self, segment: Segment) -> None:
        """Counts one segment."""
        calling = segment.flags.intersection(_CALLS_FOR_A_LOOK)
        self._segments += bool(calling)
        self._flags.update(calling)

    def by_kind(self) -> str:
        """Lists the flags and how often each was set, on one line; empty if there are none."""
        return ", ".join(
            f"{flag} {self._flags[flag]:,}" for flag in SegmentFlag if self._flags[flag]
        )

    def summary(self) -> str:
        """Says how many segments call for a look and why; empty if none does."""
        if not self._segments:
            return ""
        return f"segments to look at: {self._segments:,} ({self.by_kind()}); --json shows which"


def flag_names(segment: Segment) -> list[str]:
    """Gives the names of a segment's flags in the contract's order.

    A flag that only a newer client could name is given as `flag_` and its number.
    """
    known = [flag.value for flag in SegmentFlag if flag in segment.flags]
    return known + [f"flag_{number}" for number in sorted(segment.unknown_flags)]
