"""Puts back into a translation what was taken out of its source before the model saw it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tarjama_server.alignment.origins import Origin, Translation
from tarjama_server.alignment.places import Places
from tarjama_server.text.tracked import TrackedText
from tarjama_server.tokenizer import UnknownRun

_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A line end that was read as a space."""

    text: str
    """The line end, with the white space around it."""
    offset: int
    """Where the space stands in the text that was read, in code points."""


def carry_over(source: str, translation: Translation, runs: Sequence[UnknownRun]) -> Translation:
    """Put each of `runs` of `source` into `translation`, in order.

    A run with no word before it goes to the beginning, one with no word behind it to the end, any
    other into the gap between words that corresponds to its place.
    """
    if not runs:
        return translation
    places = Places(source, translation)
    pieces: list[tuple[int, Translation]] = []
    for run in runs:
        end = run.start + len(run.text)
        before, behind = source[: run.start], source[end:]
        carried: Translation = TrackedText.of(run.text, Origin.exactly(run.start, end))
        if not _LETTER_OR_DIGIT.search(behind):
            glue = " " if before[-1:].isspace() and (places.words or pieces) else ""
            pieces.append((len(translation), _glued(glue, carried)))
        elif not _LETTER_OR_DIGIT.search(before) or not places.words:
            glue = " " if behind[:1].isspace() else ""
            pieces.append((0, carried + TrackedText.of(glue)))
        else:
            count = len(places.words)
            gap = min(max(places.gap(run.start), 1), max(count - 1, 1))
            pieces.append((places.words[gap - 1][1], _glued(" ", carried)))
    for position, piece in sorted(reversed(pieces), key=lambda each: -each[0]):
        translation = translation.spliced(position, position, piece)
    return translation


def _glued(glue: str, piece: Translation) -> Translation:
    return piece.spliced(0, 0, TrackedText.of(glue))


def lay_back_lines(
    source: str, translation: Translation, breaks: Sequence[LineBreak]
) -> Translation:
    """Break `translation`, which is one line, where the breaks of `source` belong in it.

    Every break is laid back. Where the translation has too few gaps, the last ones follow it.
    """
    if not breaks:
        return translation
    places = Places(source, translation)
    words = places.words
    parts: list[Translation] = []
    position = gap = 0
    for index, line_break in enumerate(breaks):
        # Each break has a gap of its own behind the one before, as long as there are enough.
        last = len(words) - (len(breaks) - index)
        gap = max(gap + 1, min(places.gap(line_break.offset), last))
        end = words[gap - 1][1] if gap <= len(words) else len(translation)
        parts += [translation[position:end], TrackedText.of(line_break.text)]
        position = words[gap][0] if gap < len(words) else len(translation)
    return TrackedText.joined([*parts, translation[position:]])
