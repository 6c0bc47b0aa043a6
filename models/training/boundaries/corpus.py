"""Reads the training corpus and joins its sentences to run-on text, with the joins known."""

from __future__ import annotations

import bz2
import html
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from runons import ALL_MARKS, FINAL_MARKS, strip_marks

SOURCE_WEIGHTS: Final = {
    "gen_mtgeneval": 4.0,
    "gen_xquad": 3.0,
    "gen_pud": 2.0,
    "gen_asp_stories": 0.7,
    "gen_un_conflict": 5.0,
    "gen_un_conflict_mt": 4.0,
    "gen_cspapers": 4.0,
    "gen_3b1b": 3.0,
    "gen_mmlu": 2.0,
    "gen_rasaif": 1.5,
    "gen_comve": 1.0,
    "gen_tatoeba": 1.0,
    "gen_madar_msa": 0.6,
    "gen_aralects": 0.6,
    "gen_flickr8k": 0.5,
    "gen_hadith_lk": 0.2,
    "rel_bible_svd_web": 0.8,
    "doc_umbrella_security": 3.0,
    "doc_ms_alchemy_mt": 3.0,
    "doc_freecodecamp": 3.0,
    "doc_ms_d365_ops": 2.0,
    "doc_debian_handbook": 2.0,
    "doc_mozilla_www": 1.5,
    "doc_opensource_guide": 1.0,
    "doc_ms_d365_projops": 1.0,
    "doc_coop_iot": 1.0,
    "doc_kobotoolbox_docs": 0.8,
    "doc_coop_aiagents": 0.8,
    "doc_scratch": 0.8,
    "doc_bitcoin_org": 0.7,
    "doc_react_docs": 0.7,
    "doc_electron": 0.7,
    "doc_ms_d365_custinsights": 0.6,
    "doc_ms_alchemy_ht": 0.6,
    "doc_owasp_asvs": 0.5,
    "doc_mslearn_ai": 0.5,
}
"""How often each source is drawn from, against the others. Prose like news and encyclopedias,
which is what comes without full stops, counts most; the corpus has more documentation than that."""

UNMARKED_SOURCES: Final = frozenset({"gen_flickr8k"})
"""Sources whose sentences end without a mark."""

# What share of the run-on texts or joins is made in each way; see the README for why.
_SHARE_ALL_MARKS_STRIPPED = 0.6
_SHARE_MARKS_KEPT = 0.03
_SHARE_WA_ADDED = 0.05
_SHARE_COMMA_BEFORE_WA = 0.25
_SHARE_SAME_MATTER = 0.8
_SHARE_OTHER_SOURCE = 0.05

_WORDS_PER_LINE = range(3, 91)
# A line without a mark is a heading if it is short, and likely a fragment if it is not.
_WORDS_PER_HEADING = range(4, 13)
# "That ...": an item of a list, as in resolutions. Sentences that stand alone never begin so.
_FRAGMENT_OPENERS = ("أن ", "وأن ", "بأن ", "وبأن ", "التي ", "الذي ", "والتي ", "والذي ")
_MIN_ARABIC_SHARE = 0.55
_ARABIC = re.compile("[\u0621-\u064a]")
_SENTENCE_END = re.compile(r"[.!?؟…]+[\"'»”’)\]]*$")
_NO_SENTENCE_END = re.compile(r"^\W*(?:\w|\w\.\w|\d+|Dr|Mr|Mrs|St|vs|No)\.$")


def read_lines(folder: Path) -> dict[str, list[str]]:
    """Read the Arabic lines that are prose, by the name of their source.

    Args:
        folder: holds `corpus.ar.bz2` and `corpus.src.bz2`, line by line aligned.
    """
    lines: dict[str, list[str]] = defaultdict(list)
    with (
        bz2.open(folder / "corpus.ar.bz2", "rt", encoding="utf-8") as texts,
        bz2.open(folder / "corpus.src.bz2", "rt", encoding="utf-8") as sources,
    ):
        for text, source in zip(texts, sources, strict=True):
            name = source.strip()
            line = html.unescape(text.strip())
            if name in SOURCE_WEIGHTS and _is_prose(line, marked=name not in UNMARKED_SOURCES):
                lines[name].append(line)
    return dict(lines)


def _is_prose(line: str, *, marked: bool) -> bool:
    word_count = len(line.split())
    if word_count not in _WORDS_PER_LINE:
        return False
    if marked and not _SENTENCE_END.search(line) and word_count not in _WORDS_PER_HEADING:
        return False
    if line.startswith(_FRAGMENT_OPENERS):
        return False
    return len(_ARABIC.findall(line)) >= _MIN_ARABIC_SHARE * len(line.replace(" ", ""))


class RunOnSampler:
    """Draws run-on texts at random."""

    def __init__(self, lines: dict[str, list[str]], *, seed: int) -> None:
        self._rng = random.Random(seed)
        self._lines = lines
        self._sources = list(lines)
        self._source_weights = [SOURCE_WEIGHTS[source] for source in lines]
        self._lines_with = {source: _index_words(texts) for source, texts in lines.items()}

    def draw(self, word_count: int) -> tuple[list[str], list[bool]]:
        """Draw one text.

        Returns:
            `word_count` words, and for each of them whether a sentence ends behind it.
        """
        words: list[str] = []
        ends: list[bool] = []
        clipped = self._rng.randrange(8)
        strip_all = self._rng.random() < _SHARE_ALL_MARKS_STRIPPED
        marks = ALL_MARKS if strip_all else FINAL_MARKS
        for line in self._draw_lines():
            kept = self._rng.random() < _SHARE_MARKS_KEPT
            for sentence in _split_sentences(line.split()):
                spoken = sentence if kept else strip_marks(sentence, marks)
                # News chains its sentences with "and"; the translations of the corpus seldom do.
                if spoken and self._rng.random() < _SHARE_WA_ADDED and _ARABIC.match(spoken[0]):
                    spoken = [f"و{spoken[0]}", *spoken[1:]]
                if not spoken:
                    continue
                # Writers who leave out full stops often have a comma before "and" instead.
                joined_by_wa = ends and ends[-1] and spoken[0].startswith("و") and not strip_all
                if joined_by_wa and self._rng.random() < _SHARE_COMMA_BEFORE_WA:
                    words[-1] = words[-1].rstrip(ALL_MARKS) + "،"
                words += spoken
                ends += [False] * (len(spoken) - 1) + [True]
            if len(words) >= clipped + word_count:
                break
        return words[clipped : clipped + word_count], ends[clipped : clipped + word_count]

    def _draw_lines(self) -> Iterator[str]:
        """Yield lines without end, most of them of one source and many of one matter."""
        rng = self._rng
        source = rng.choices(self._sources, self._source_weights)[0]
        line = rng.choice(self._lines[source])
        while True:
            yield line
            if rng.random() < _SHARE_OTHER_SOURCE:
                source = rng.choices(self._sources, self._source_weights)[0]
            alike = self._lines_with[source].get(rng.choice(line.split()))
            if alike and rng.random() < _SHARE_SAME_MATTER:
                line = self._lines[source][rng.choice(alike)]
            else:
                line = rng.choice(self._lines[source])


def _index_words(texts: Sequence[str]) -> dict[str, list[int]]:
    """Map each long word of 2 to 200 of the `texts` to their indices.

    Words in more of them are too common to tell what a text is about.
    """
    found: dict[str, list[int]] = defaultdict(list)
    for index, text in enumerate(texts):
        for word in set(text.split()):
            if len(word) > 4:
                found[word].append(index)
    return {word: indices for word, indices in found.items() if 2 <= len(indices) <= 200}


def _split_sentences(words: Sequence[str]) -> list[list[str]]:
    """Split a line that holds several sentences."""
    sentences: list[list[str]] = [[]]
    for index, word in enumerate(words):
        sentences[-1].append(word)
        ends = _SENTENCE_END.search(word) and not _NO_SENTENCE_END.match(word)
        if ends and index + 1 < len(words) and not words[index + 1][0].islower():
            sentences.append([])
    return sentences
