"""Puts back into a translation what was taken out of its source before the model saw it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tarjama_server.tokenizer import UnknownRun

Place = Callable[[int, int], int]
"""From an offset in the source, in code points, and the translation's number of words to how many
of those words stand before the place that corresponds to the offset."""

_WORD = re.compile(r"\S+")
_WORD_START = "▁"
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A line end that was read as a space."""

    text: str
    """The line end, with the white space around it."""
    offset: int
    """Where the space stands in the text that was read, in code points."""


def by_proportion(source: str) -> Place:
    """Place things as far along the translation as they stand along `source`, in words."""

    def place(offset: int, word_count: int) -> int:
        words = len(_WORD.findall(source))
        return round(len(_WORD.findall(source[:offset])) / max(words, 1) * word_count)

    return place


def by_alignment(
    source_starts: Sequence[int], target_tokens: Sequence[str], alignment: Sequence[int]
) -> Place:
    """Place things where the model's attention says that the words around them went.

    Args:
        source_starts: offset of each source token in the source, ascending.
        target_tokens: what the model wrote.
        alignment: for each target token the source token it attends to most.
    """
    word_of_token: list[int] = []
    words = 0
    for token in target_tokens:
        words += token.startswith(_WORD_START) or not word_of_token
        word_of_token.append(words - 1)

    def place(offset: int, word_count: int) -> int:
        first_after = bisect_left(source_starts, offset)
        # A gap's cost: the target tokens on either side of it that belong on the other.
        cost = sum(source < first_after for source in alignment)
        best, best_cost = 0, cost
        for index, source in enumerate(alignment):
            cost += 1 if source >= first_after else -1
            ends_word = (
                index + 1 == len(alignment) or word_of_token[index + 1] > word_of_token[index]
            )
            if ends_word and cost <= best_cost:
                best, best_cost = word_of_token[index] + 1, cost
        # Joined clitics make the edited translation a word or two shorter than the output.
        return round(best / max(words, 1) * word_count)

    return place


def carry_over(source: str, translation: str, runs: Sequence[UnknownRun], place: Place) -> str:
    """Put each of `runs` of `source` into `translation`, in order.

    A run with no word before it goes to the beginning, one with no word behind it to the end, any
    other into the gap between words that `place` gives.
    """
    words = [match.span() for match in _WORD.finditer(translation)]
    pieces: list[tuple[int, str]] = []
    for run in runs:
        before, behind = source[: run.start], source[run.start + len(run.text) :]
        if not _LETTER_OR_DIGIT.search(behind):
            glue = " " if before[-1:].isspace() and (words or pieces) else ""
            pieces.append((len(translation), glue + run.text))
        elif not _LETTER_OR_DIGIT.search(before) or not words:
            pieces.append((0, run.text + (" " if behind[:1].isspace() else "")))
        else:
            gap = min(max(place(run.start, len(words)), 1), max(len(words) - 1, 1))
            pieces.append((words[gap - 1][1], " " + run.text))
    for position, piece in sorted(reversed(pieces), key=lambda each: -each[0]):
        translation = translation[:position] + piece + translation[position:]
    return translation


def join_lines(text: str, line_break: re.Pattern[str]) -> tuple[str, list[LineBreak]]:
    """Read each match of `line_break` in `text` as a space."""
    parts: list[str] = []
    breaks: list[LineBreak] = []
    position = length = 0
    for match in line_break.finditer(text):
        parts += [text[position : match.start()], " "]
        length += match.start() - position
        breaks.append(LineBreak(match[0], length))
        length += 1
        position = match.end()
    return "".join([*parts, text[position:]]), breaks


def lay_back_lines(translation: str, breaks: Sequence[LineBreak], place: Place) -> str:
    """Break `translation`, which is one line, where `place` puts the breaks of its source.

    Every break is laid back. Where the translation has too few gaps, the last ones follow it.
    """
    words = [match.span() for match in _WORD.finditer(translation)]
    result: list[str] = []
    position = gap = 0
    for index, line_break in enumerate(breaks):
        # Each break has a gap of its own behind the one before, as long as there are enough.
        last = len(words) - (len(breaks) - index)
        gap = max(gap + 1, min(place(line_break.offset, len(words)), last))
        end = words[gap - 1][1] if gap <= len(words) else len(translation)
        result += [translation[position:end], line_break.text]
        position = words[gap][0] if gap < len(words) else len(translation)
    return "".join([*result, translation[position:]])
