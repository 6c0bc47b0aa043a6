"""Finds terms in Arabic text as whole words, whatever their spelling and proclitics.

Two spellings are the same term when they differ in what `text.hygiene` cleans away (vowel marks,
tatweel, presentation forms, Persian letters, kinds of digits and quotes), in hamza on its carriers
(أ إ آ ٱ are ا, ؤ is و, ئ is ي), in ى for ي, in ه for ة, or in case. Writers mix these freely. A
phrase that is not to be translated is found only as it is spelt. White space of any kind and length
counts as one space.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tarjama_server.alignment.words import Span, find_words
from tarjama_server.glossary.terms import Term, TermMatch
from tarjama_server.text.hygiene import CleanText, clean

_FOLDED = str.maketrans("أإآٱؤئىة", "ااااوييه")
_CONJUNCTIONS = ("", "و", "ف")
_PREPOSITIONS = ("", "ب", "ك", "ل")
_ARTICLE = "ال"
# "To the": the article loses its alef, and its lam too before a word that begins with one.
_TO_THE = "لل"
_PROCLITICS = frozenset(
    conjunction + rest
    for conjunction in _CONJUNCTIONS
    for rest in (*_PREPOSITIONS, *(each + _ARTICLE for each in ("", "ب", "ك")), _TO_THE)
    if conjunction + rest
)
_LONGEST_PROCLITICS = max(map(len, _PROCLITICS))
# Of two letters, what is left over is more likely to be half of a word: وطن is no "and a ton".
_SHORTEST_STEM = 3
_TATWEEL = "ـ"


@dataclass(frozen=True, slots=True)
class _Words:
    """A text taken apart: as many words as `gaps` less one, and what stands around them."""

    spans: Sequence[Span]
    words: Sequence[str]
    gaps: Sequence[str]
    """Before, between and behind the words, white space made one space."""

    @classmethod
    def of(cls, text: str) -> _Words:
        spans = find_words(text)
        edges = [0, *(edge for span in spans for edge in span), len(text)]
        gaps = [text[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2)]
        return cls(spans, [text[start:end] for start, end in spans], list(map(_one_space, gaps)))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A term as it is looked for."""

    term: Term
    rank: int
    form: _Words

    def is_at(self, text: _Words, first: int) -> bool:
        """Whether all but the first word stand in `text` from word number `first` on."""
        last = first + len(self.form.words) - 1
        if last >= len(text.words):
            return False
        later = zip(self.form.words[1:], text.words[first + 1 : last + 1], strict=True)
        return (
            all(word in (found, found.removeprefix(_ARTICLE)) for word, found in later)
            and list(self.form.gaps[1:-1]) == list(text.gaps[first + 1 : last + 1])
            and text.gaps[first].endswith(self.form.gaps[0])
            and text.gaps[last + 1].startswith(self.form.gaps[-1])
        )


class _Index:
    """Terms of one way of spelling, by their first word."""

    def __init__(self, terms: Iterable[Term], spelling: Callable[[str], CleanText]) -> None:
        self._spelling = spelling
        self._entries: dict[str, list[_Entry]] = {}
        for rank, term in enumerate(terms):
            form = _Words.of(spelling(" ".join(term.source.split())).text)
            if form.words:
                self._entries.setdefault(form.words[0], []).append(_Entry(term, rank, form))

    def find(self, text: str) -> Iterator[TermMatch]:
        """For each word of `text` the longest term that begins in it, if there is one."""
        if not self._entries:
            return
        spelt = self._spelling(text)
        words = _Words.of(spelt.text)
        for first in range(len(words.words)):
            found = max(self._candidates(words, first), key=lambda each: each[0], default=None)
            if found is not None:
                _, term, start, end = found
                yield TermMatch(term, *spelt.to_source(start, end))

    def _candidates(
        self, text: _Words, first: int
    ) -> Iterator[tuple[tuple[int, int, int], Term, int, int]]:
        begin = text.spans[first][0]
        for length, stem in _stems(text.words[first]):
            for entry in self._entries.get(stem, ()):
                if not entry.is_at(text, first) or (length and entry.form.gaps[0]):
                    continue
                start = begin + length - len(entry.form.gaps[0])
                last = first + len(entry.form.words) - 1
                end = text.spans[last][1] + len(entry.form.gaps[-1])
                # The longest, with the least taken for proclitics; of equals the first given.
                yield (end, -start, -entry.rank), entry.term, start, end


class TermFinder:
    """Finds the terms of one call. Made once for a call, which may have thousands of sentences.

    A thousand terms of two words take 15 ms to prepare. A line of FLORES dev (19 words) takes
    0.12 ms to search, whether for one term or a thousand: half of that is folding the line.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        """Prepare to find `terms`. Of two that are found alike, the first given holds."""
        self._indexes = (
            _Index((term for term in terms if term.is_verbatim), _as_spelt),
            _Index((term for term in terms if not term.is_verbatim), _folded),
        )

    def find(self, text: str) -> list[TermMatch]:
        """Find terms in a text, in its order and without overlaps.

        Of matches that overlap the one that begins first holds; of those that begin in one place
        the longest, and a phrase that is not to be translated before a term.
        """
        found = [match for index in self._indexes for match in index.find(text)]
        found.sort(key=lambda match: (match.start, -match.end, not match.term.is_verbatim))
        chosen: list[TermMatch] = []
        for match in found:
            if not chosen or match.start >= chosen[-1].end:
                chosen.append(match)
        return chosen


def _stems(word: str) -> Iterator[tuple[int, str]]:
    """What `word` may be without proclitics, and how many code points those take."""
    yield 0, word
    for length in range(1, min(_LONGEST_PROCLITICS, len(word) - 1) + 1):
        proclitics = word[:length]
        if proclitics not in _PROCLITICS:
            continue
        rest = word[length:].lstrip(_TATWEEL)
        stems = [(len(word) - len(rest), rest)]
        if proclitics.endswith(_TO_THE):
            before = len(word) - len(rest) - 1
            stems += [(before, _ARTICLE + rest), (before, _ARTICLE + "ل" + rest)]
        for taken, stem in stems:
            if len(stem.removeprefix(_ARTICLE)) >= _SHORTEST_STEM:
                yield taken, stem


def _one_space(gap: str) -> str:
    return " ".join(f"|{gap}|".split())[1:-1]


def _folded(text: str) -> CleanText:
    cleaned = clean(text)
    # Letter by letter, so that offsets hold: the lower case of some letters is longer.
    lower = "".join(
        small if len(small := letter.lower()) == 1 else letter for letter in cleaned.text
    )
    return CleanText(lower.translate(_FOLDED), cleaned.source_offsets, cleaned.source_length)


def _as_spelt(text: str) -> CleanText:
    return CleanText(text, range(len(text)), len(text))
