"""Lays a translation back over the cues of its source, and over their lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from tarjama.formats.inline import Inline, LineBreak, Paired, Standalone
from tarjama.formats.subtitles.cues import CODE, Code

__all__ = ["BORDER", "lay_over", "wrap"]

BORDER = Code("")
"""Stands between the passages of a speech. Written as nothing."""

MAX_LINE_CHARACTERS = 42
"""The usual limit of a subtitle's line for Latin scripts (BBC, Netflix), if the source keeps none
that is wider."""
# A passage's share of the words may be so many times more or less than that of its source before
# the place that the alignment gave is not believed: what is read must be what is heard.
_MAX_STRETCH = 2.0
# A word, with the codes that touch it.
_UNBROKEN = re.compile(rf"(?:{CODE.pattern}|\S)+")


@dataclass(frozen=True, slots=True)
class _Atom:
    """A word, with the white space behind it, or a code."""

    text: str
    code: Code | None = None
    is_end: bool = False

    @property
    def is_border(self) -> bool:
        return self.code is BORDER


def lay_over(content: Sequence[Inline[Code]], weights: Sequence[int]) -> list[str]:
    """Divides a translation among passages.

    Args:
        content: The translation, with a `BORDER` between passages.
        weights: How much each passage says: the characters of its source.

    Returns:
        The text of each passage, on one line, with its codes. None lacks words as long as there
        are as many words as passages. A code around words of several passages is in each.
    """
    atoms = list(_atoms(content))
    words = [_word_count(part) for part in _parts(atoms)]
    if not _is_believable(words, weights):
        atoms = _by_share([atom for atom in atoms if not atom.is_border], weights)
    return _written(atoms)


def wrap(text: str, *, line_count: int, max_characters: int) -> list[str]:
    """Breaks a passage into lines of about the same length.

    As few lines as the limit allows, but as many as the source has where the text is longer than
    one line of it; longer words overstep. Codes have no length, and are never broken.

    Args:
        text: One line, with codes.
        line_count: Lines of the source.
        max_characters: Length of the source's longest line; the usual limit if that is greater.
    """
    words = _UNBROKEN.findall(text)
    limit = max(max_characters, MAX_LINE_CHARACTERS)
    wanted = len(_broken(words, limit))
    if sum(map(_shown_length, words)) + len(words) - 1 > limit // 2:
        wanted = max(wanted, min(line_count, len(words)))
    # The narrowest that needs no more lines makes them about equal.
    narrowest = next(width for width in range(1, limit + 1) if len(_broken(words, width)) <= wanted)
    return [" ".join(line) for line in _broken(words, narrowest)]


def _broken(words: Sequence[str], width: int) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    length = 0
    for word in words:
        length += 1 + _shown_length(word)
        if lines[-1] and length > width:
            lines.append([])
            length = _shown_length(word)
        lines[-1].append(word)
    return lines


def _shown_length(word: str) -> int:
    return len(CODE.sub("", word))


def _atoms(content: Iterable[Inline[Code]]) -> Iterator[_Atom]:
    for item in content:
        if isinstance(item, Paired):
            yield _Atom(item.code.begin, item.code)
            yield from _atoms(item.content)
            yield _Atom(item.code.end, item.code, is_end=True)
        elif isinstance(item, Standalone | LineBreak):
            yield _Atom(item.code.begin, item.code)
        else:
            start = 0
            for at in range(1, len(item) + 1):
                if at == len(item) or (item[at - 1].isspace() and not item[at].isspace()):
                    yield _Atom(item[start:at])
                    start = at


def _parts(atoms: Sequence[_Atom]) -> list[list[_Atom]]:
    parts: list[list[_Atom]] = [[]]
    for atom in atoms:
        if atom.is_border:
            parts.append([])
        else:
            parts[-1].append(atom)
    return parts


def _word_count(atoms: Iterable[_Atom]) -> int:
    return sum(atom.code is None and bool(atom.text.strip()) for atom in atoms)


def _is_believable(words: Sequence[int], weights: Sequence[int]) -> bool:
    """Whether each passage has words, and about the share of them that it had in the source."""
    if len(words) != len(weights) or min(words) == 0:
        return len(weights) == 1
    total, whole = sum(words), sum(weights)
    return all(
        1 / _MAX_STRETCH <= (count / total) / (weight / whole) <= _MAX_STRETCH
        or abs(count - total * weight / whole) <= 1
        for count, weight in zip(words, weights, strict=True)
    )


def _by_share(atoms: Sequence[_Atom], weights: Sequence[int]) -> list[_Atom]:
    """Puts borders so that each passage has its share of the words, and one at least."""
    total, whole = _word_count(atoms), sum(weights)
    places: list[int] = []
    for index, weight in enumerate(accumulate(weights[:-1]), start=1):
        least = places[-1] + 1 if places else 1
        # As many words are left as there are passages to come, if there are.
        most = max(total - (len(weights) - index), least)
        places.append(min(max(round(total * weight / whole), least), most))
    laid: list[_Atom] = []
    seen = 0
    for atom in atoms:
        is_word = atom.code is None and bool(atom.text.strip())
        while is_word and places and seen == places[0]:
            laid.append(_Atom("", BORDER))
            places.pop(0)
        laid.append(atom)
        seen += is_word
    return [*laid, *(_Atom("", BORDER) for _ in places)]


def _written(atoms: Sequence[_Atom]) -> list[str]:
    """Writes each passage; codes that are open at a border are closed and opened again."""
    texts = [""]
    has_words = False
    open_codes: list[Code] = []
    for atom in atoms:
        if atom.is_border:
            texts[-1] = texts[-1].rstrip() + "".join(each.end for each in reversed(open_codes))
            texts.append("".join(each.begin for each in open_codes))
            has_words = False
            continue
        if atom.code is not None and atom.code.end:
            if atom.is_end:
                open_codes.pop()
            else:
                open_codes.append(atom.code)
        texts[-1] += atom.text if has_words or atom.code is not None else atom.text.lstrip()
        has_words |= atom.code is None and bool(atom.text.strip())
    return [text.strip() for text in texts]
