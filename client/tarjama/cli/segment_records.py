"""Segments as JSON, as the journal keeps them."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from tarjama import (
    AlignmentLink,
    Alternative,
    GlossaryApplication,
    GlossaryTerm,
    Segment,
    SegmentFlag,
    Span,
)

VERSION = 1
"""Of the records' shape: part of what identifies a journal."""


def write_segments(segments: Sequence[Segment]) -> str:
    """Writes segments as JSON that `read_segments` reads."""
    return json.dumps([_fields(segment) for segment in segments], ensure_ascii=False)


def read_segments(record: str) -> tuple[Segment, ...]:
    """Reads what `write_segments` wrote."""
    return tuple(map(_segment, json.loads(record)))


def _fields(segment: Segment) -> dict[str, Any]:
    fields = dataclasses.asdict(segment)
    fields["flags"] = sorted(segment.flags)
    fields["unknown_flags"] = sorted(segment.unknown_flags)
    return fields


def _segment(fields: dict[str, Any]) -> Segment:
    return Segment(
        source_span=Span(**fields["source_span"]),
        sentence_index=fields["sentence_index"],
        translation=fields["translation"],
        score=fields["score"],
        alternatives=tuple(Alternative(**each) for each in fields["alternatives"]),
        alignment=tuple(
            AlignmentLink(Span(**each["source"]), Span(**each["target"]))
            for each in fields["alignment"]
        ),
        flags=frozenset(map(SegmentFlag, fields["flags"])),
        unknown_flags=frozenset(fields["unknown_flags"]),
        glossary_applications=tuple(
            GlossaryApplication(
                GlossaryTerm(**each["term"]),
                Span(**each["source"]),
                None if each["target"] is None else Span(**each["target"]),
            )
            for each in fields["glossary_applications"]
        ),
    )
