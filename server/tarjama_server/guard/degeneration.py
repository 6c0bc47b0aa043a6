"""Tells a translation from what a model writes when it has lost the thread.

Neural models loop, stop early, copy their input or answer with nothing. The thresholds were chosen
on FLORES-200 dev, on what opus-mt-ar-en really answered and on the bundled model's output. No
reference translation of FLORES or Tatoeba repeats a phrase three times running unless its source
repeats too; a repetition that the source has is therefore never held against the output. Of 12,314
references none is flagged; of 2,009 outputs of opus-mt-ar-en three are, each of which loops.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from tarjama_server.text.script import has_arabic_letter

__all__ = [
    "DEFAULT_RATIO_HIGH",
    "DEFAULT_RATIO_LOW",
    "Degeneration",
    "DegenerationKind",
    "find_degeneration",
]

# For a model without calibration. Of 2,009 FLORES references 8 in 10 lie between 0.8 and 1.25
# target tokens a source token and all within 0.5 to 2.3 (SentencePiece, 8,000 pieces a side).
DEFAULT_RATIO_LOW = 0.4
DEFAULT_RATIO_HIGH = 2.5
# Ratios say little of a few words ("نعم" is "Yes, I do."): so many tokens are allowed besides.
_SLACK_HIGH = 10
_SLACK_LOW = 3

_RUNNING_REPEATS = 3
_LONG_UNIT = 4
_LONGEST_UNIT = 12
# Share of word pairs that were said before. References reach 0.30, where the source repeats too.
_REPEATED_PAIRS = 0.33
_REPEATED_PAIRS_WORDS = 12  # "Get back, get back!" is no loop
_ARABIC_SHARE = 0.3

_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+|,\d+)*")
_ARABIC_LETTER = re.compile("[\u0620-\u064a\u0671-\u06d3\ufb50-\ufdfb\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")
# In a source: جمييييل, هههه and then !!! or a dotted line.
_LENGTHENED_LETTERS = re.compile(r"([^\W\d_])\1{2,}")
_LENGTHENED_SIGNS = re.compile(r"([^\w\s]|_)\1{2,}")
_LENGTHENED_LIMIT = 4  # "haha" is twice as long as هه; some writers shout
_CHARACTER_LOOPS = re.compile(
    r"""(?P<letter>[^\W\d_])(?P=letter){3,}
    | (?P<sign>[^\w\s]|_)(?P=sign){5,}
    | (?P<digit>\d)(?P=digit){7,}
    | (?P<unit>\S{2,8}?)(?P=unit){4,}
    """,
    re.VERBOSE,
)


class DegenerationKind(Enum):
    """How an output degenerated."""

    EMPTY = "empty"
    UNTRANSLATED = "untranslated"
    LOOP = "loop"
    CUT_SHORT = "cut short"
    TOO_LONG = "too long"
    TOO_SHORT = "too short"


@dataclass(frozen=True, slots=True)
class Degeneration:
    """What is wrong with an output.

    Attributes:
        kind: The worst fault.
        severity: Above 0 to 1: about the share of the output that is worthless or missing. Of
            two degenerate candidates the one with the lower severity is the better.
    """

    kind: DegenerationKind
    severity: float


def find_degeneration(
    source: str,
    output: str,
    *,
    source_tokens: int,
    output_tokens: int,
    hit_cap: bool,
    ratio_low: float = DEFAULT_RATIO_LOW,
    ratio_high: float = DEFAULT_RATIO_HIGH,
) -> Degeneration | None:
    """Find the worst fault of an output, or None when it looks sound.

    Args:
        source: What the model read. Without an Arabic letter, nothing is expected of the output.
        output: What the model wrote.
        source_tokens: Model tokens of the source.
        output_tokens: Model tokens of the output.
        hit_cap: The output ended at the decoding limit, not at an end-of-sentence token.
        ratio_low: Least output tokens a source token that a sound output has; from calibration.
        ratio_high: Most output tokens a source token that a sound output has; from calibration.
    """
    if not has_arabic_letter(source):
        return None
    if not re.search(r"\w", output):
        return Degeneration(DegenerationKind.EMPTY, 1.0)
    most = ratio_high * source_tokens + _SLACK_HIGH
    least = ratio_low * source_tokens - _SLACK_LOW
    severities = {
        DegenerationKind.UNTRANSLATED: _untranslated_share(output),
        DegenerationKind.LOOP: _loop_share(source, output),
        # How much is missing is unknown; worse than a stumble, better than nothing.
        DegenerationKind.CUT_SHORT: 0.5 if hit_cap else 0.0,
        DegenerationKind.TOO_LONG: 1 - most / output_tokens if output_tokens > most else 0.0,
        DegenerationKind.TOO_SHORT: 1 - output_tokens / least if output_tokens < least else 0.0,
    }
    kind = max(severities, key=lambda each: severities[each])
    return Degeneration(kind, severities[kind]) if severities[kind] > 0 else None


def _untranslated_share(output: str) -> float:
    """Share of the letters that are Arabic, where it is more than a quoted word's."""
    arabic = len(_ARABIC_LETTER.findall(output))
    share = arabic / len(_LETTER.findall(output)) if arabic else 0.0
    return share if share >= _ARABIC_SHARE else 0.0


def _loop_share(source: str, output: str) -> float:
    """Share of the output that repeats what stands before it, where that is a loop."""
    words = _WORD.findall(output.casefold())
    running = pairs = 0.0
    if _may_loop(words):
        source_words = _WORD.findall(source)
        running = _running_loop(words, source_words) / len(words)
        pairs = _repeated_pairs(words) - _repeated_pairs(source_words)
        if pairs < _REPEATED_PAIRS or len(words) < _REPEATED_PAIRS_WORDS:
            pairs = 0.0
    return max(_character_loop_share(source, output), running, pairs)


def _may_loop(words: Sequence[str]) -> bool:
    """Whether a pair of words comes twice, or a word twice running. Few sentences are so far."""
    pairs = set(pairwise(words))
    return len(pairs) < len(words) - 1 or any(first == second for first, second in pairs)


def _character_loop_share(source: str, output: str) -> float:
    folded = output.casefold()
    looped = 0
    for match in _CHARACTER_LOOPS.finditer(folded):
        # 1,000,000,000,000,000 is a number.
        if match["unit"] and not _LETTER.search(match["unit"]):
            continue
        lengthened = _LENGTHENED_SIGNS if match["sign"] else _LENGTHENED_LETTERS
        longest = max((len(run[0]) for run in lengthened.finditer(source)), default=0)
        if len(match[0]) > _LENGTHENED_LIMIT * longest and match[0] not in source.casefold():
            looped += len(match[0])
    return looped / len(folded)


def _running_loop(words: Sequence[str], source_words: Sequence[str]) -> int:
    """Count the words that repeat the ones just before them, beyond what the source allows."""
    source_repeats = max((repeats for _, repeats, _ in _runs(source_words)), default=1.0)
    redundant = 0
    for unit, repeats, count in _runs(words):
        # Four words said twice running are no more natural than one said three times.
        limit = 2.0 if unit >= _LONG_UNIT else _RUNNING_REPEATS
        if source_repeats >= 2:
            limit = 2 * source_repeats + 1
        if repeats >= limit:
            redundant = max(redundant, count)
    return redundant


def _runs(words: Sequence[str]) -> list[tuple[int, float, int]]:
    """Find phrases said at least twice running: words in one, times said, words that repeat."""
    runs = []
    for unit in range(1, min(_LONGEST_UNIT, len(words) // 2) + 1):
        count = 0
        for at in range(unit, len(words) + 1):
            if at < len(words) and words[at] == words[at - unit]:
                count += 1
            else:
                if count >= unit:
                    runs.append((unit, 1 + count / unit, count))
                count = 0
    return runs


def _repeated_pairs(words: Sequence[str]) -> float:
    """Share of word pairs that came before: high where phrases return in changing order."""
    pairs = list(pairwise(words))
    return 1 - len(set(pairs)) / len(pairs) if pairs else 0.0
