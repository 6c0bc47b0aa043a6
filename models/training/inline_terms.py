"""Puts English terms and placeholders into Arabic sentences: the model learns to copy them.

After Dinu et al., "Training Neural Machine Translation to Apply Terminology Constraints" (ACL
2019): a source word is replaced by what it is aligned to, and the target stays as it is.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import sentencepiece
from models.training.pairs import EncodedPair
from models.training.vocabulary import UNK_ID, Vocabulary

WORD_START: Final = "▁"
PLACEHOLDERS: Final = tuple(f"{{{number}}}" for number in range(10))
"""`{0}` to `{9}`, as message formats write them: any vocabulary of software text has the pieces."""

# Longer translations of one word are mostly alignment errors.
_MAX_TERM_WORDS: Final = 3
_MIN_WORD_LETTERS: Final = 3


@dataclass(frozen=True, slots=True)
class TermShares:
    """Which share of the aligned pairs gets one word replaced, in each way.

    Attributes:
        english: by the English that it is aligned to.
        placeholder: by a placeholder, on both sides.
    """

    english: float = 0.25
    placeholder: float = 0.1


@dataclass(frozen=True, slots=True)
class Term:
    """A source word and its translation, which nothing else in the sentence is linked to.

    Attributes:
        source: positions of its pieces.
        target: positions of the pieces of its translation: whole words, one after another.
    """

    source: range
    target: range


class TermReplacer:
    """Replaces words of aligned pairs."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Take the vocabularies that the pairs are encoded with."""
        self._source, self._target = vocabulary.source, vocabulary.target

    def with_terms(
        self, pairs: Iterable[EncodedPair], rng: random.Random, shares: TermShares
    ) -> Iterator[EncodedPair]:
        """Yield a changed copy, without links, of a share of the pairs, and none of the others.

        Pairs in which no word can be told with its translation are passed over.
        """
        for pair in pairs:
            draw = rng.random()
            if draw >= shares.english + shares.placeholder:
                continue
            terms = self.find_terms(pair)
            if not terms:
                continue
            term = rng.choice(terms)
            if draw < shares.english:
                changed = self.put_english(pair, term)
            else:
                changed = self.put_placeholder(pair, term, rng.choice(PLACEHOLDERS))
            if UNK_ID not in (*changed.source, *changed.target):
                yield changed

    def find_terms(self, pair: EncodedPair) -> list[Term]:
        """Find the words whose translation is one run of whole words, linked to nothing else."""
        source_words = _letter_words(self._source, pair.source)
        target_words = _letter_words(self._target, pair.target)
        candidates = (_term_of(word, target_words, pair) for word in source_words)
        return [term for term in candidates if term is not None]

    def put_english(self, pair: EncodedPair, term: Term) -> EncodedPair:
        """Put the translation of a word into the source in its stead."""
        english = self._target.decode([pair.target[at] for at in term.target])
        return EncodedPair(
            _replace(pair.source, term.source, self._source.encode(english)), pair.target
        )

    def put_placeholder(self, pair: EncodedPair, term: Term, placeholder: str) -> EncodedPair:
        """Put a placeholder for a word into the source, and for its translation into the target."""
        return EncodedPair(
            _replace(pair.source, term.source, self._source.encode(placeholder)),
            _replace(pair.target, term.target, self._target.encode(placeholder)),
        )


def _letter_words(
    processor: sentencepiece.SentencePieceProcessor, ids: Sequence[int]
) -> list[range]:
    """Find the words of letters alone, each as the positions of its pieces. `</s>` is in none."""
    pieces = [processor.id_to_piece(each) for each in ids[:-1]]
    starts = [at for at, piece in enumerate(pieces) if piece.startswith(WORD_START)]
    words = []
    for start, end in zip(starts, [*starts[1:], len(pieces)], strict=True):
        # Punctuation has no space before it: what follows the letters is no part of the word.
        while end > start + 1 and not pieces[end - 1].isalpha():
            end -= 1
        text = "".join(pieces[start:end]).removeprefix(WORD_START)
        if text.isalpha():
            words.append(range(start, end))
    return words


def _term_of(word: range, target_words: Sequence[range], pair: EncodedPair) -> Term | None:
    linked = [at for at, of in pair.links if of in word]
    if not linked:
        return None
    covered = [
        each for each in target_words if each.stop > min(linked) and each.start <= max(linked)
    ]
    if not 1 <= len(covered) <= _MAX_TERM_WORDS:
        return None
    run = range(covered[0].start, covered[-1].stop)
    is_unbroken = all(one.stop == two.start for one, two in pairwise(covered))
    holds_all = min(linked) in run and max(linked) in run
    is_alone = all(of in word for at, of in pair.links if at in run)
    return Term(word, run) if is_unbroken and holds_all and is_alone else None


def _replace(ids: Sequence[int], at: range, new: Sequence[int]) -> list[int]:
    return [*ids[: at.start], *new, *ids[at.stop :]]
