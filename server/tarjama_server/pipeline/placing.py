"""Puts back into a translation what was taken out of its source before the model saw it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tarjama_server.tokenizer import UnknownRun

_WORD = re.compile(r"\S+")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


def carry_over(source: str, translation: str, runs: Sequence[UnknownRun]) -> str:
    """Put each of `runs` of `source` into `translation`, in order.

    A run with no word before it goes to the beginning, one with no word behind it to the end, any
    other into the gap between words that stands as far along the translation as the run along the
    source.
    """
    words = [match.span() for match in _WORD.finditer(translation)]
    pieces: list[tuple[int, str]] = []
    for run in runs:
        before, behind = source[: run.start], source[run.start + len(run.text) :]
        if not _LETTER_OR_DIGIT.search(behind):
            glue = " " if before[-1:].isspace() and words else ""
            pieces.append((len(translation), glue + run.text))
        elif not _LETTER_OR_DIGIT.search(before) or not words:
            pieces.append((0, run.text + (" " if behind[:1].isspace() else "")))
        else:
            share = len(_WORD.findall(before)) / len(_WORD.findall(source))
            gap = min(max(round(share * len(words)), 1), len(words) - 1) if len(words) > 1 else 1
            pieces.append((words[gap - 1][1], " " + run.text))
    for place, piece in reversed(pieces):
        translation = translation[:place] + piece + translation[place:]
    return translation


def lay_back_lines(source: str, breaks: Sequence[str], translation: str) -> str:
    """Break `translation` into as many lines as `source`, at gaps as far along as its breaks.

    Args:
        source: text whose line ends are `breaks`, in order.
        breaks: line ends, each with the white space around it.
        translation: one line. When it has too few gaps, the breaks left over follow it.
    """
    gaps = [match.span() for match in re.finditer(r"(?<=\S)\s+(?=\S)", translation)]
    result: list[str] = []
    position, seen, next_gap = 0, 0, 0
    for index, line_end in enumerate(breaks):
        at = source.index(line_end, seen)
        target = at / len(source) * len(translation)
        seen = at + len(line_end)
        # Leave a gap for each break still to come.
        last = len(gaps) - (len(breaks) - index - 1)
        choices = range(next_gap, max(last, next_gap + 1))
        best = min(
            (gap for gap in choices if gap < len(gaps)),
            key=lambda gap: abs(gaps[gap][0] - target),
            default=None,
        )
        if best is None:
            result.append(translation[position:] + line_end)
            position = len(translation)
            continue
        result.append(translation[position : gaps[best][0]] + line_end)
        position = gaps[best][1]
        next_gap = best + 1
    return "".join(result) + translation[position:]
