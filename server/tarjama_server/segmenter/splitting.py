"""Splits one block of text at the ends of its sentences."""

from __future__ import annotations

import re

from sentencex import get_sentence_boundaries

from tarjama_server.text.script import INVISIBLE

# A stop after these is an abbreviation's, not a sentence's. A single letter is a title or an
# initial (د. = Dr, أ. = Prof., ص. = p., هـ. = A.H.); the longer ones are the titles and units
# that Arabic prose abbreviates with a stop. When in doubt a sentence is not split: the model does
# better on two sentences at once than on half of one.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[«\"'.،,:/-])"
    r"(?:\w\u0640?|[اأ]\.د|ق\.م|ب\.م|ص\.ب|ت\.ب|دك|دكت|أد|مم|كم|سم|كغ|كج|مج|تلف|هات|جوال|ط\.أ|إلخ|الخ|"
    r"Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|U\.S|Inc|Ltd|Jr|Sr)"
    r"\.\s*$"
)
# What closes a sentence may stand after its stop: quotes, brackets and invisible marks.
_CLOSERS = re.compile(f"[»”’\"')\\]}}{INVISIBLE}]+\\s*")
_WORD = re.compile(r"[^\W\d_]")
_MARK = re.compile(f"[.!?؟。…۔،؛:,;–—-][»”’\"')\\]}}{INVISIBLE}]*\\s*$")
_TERMINAL = re.compile(f"[.!?؟。…۔][»”’\"')\\]}}{INVISIBLE}]*\\s*$")


def is_terminated(sentence: str) -> bool:
    """Whether `sentence` ends with a mark that ends sentences, whatever closes after it."""
    return _TERMINAL.search(sentence) is not None


def ends_in_mark(piece: str) -> bool:
    """Whether `piece` ends with any mark that sets off what follows, whatever closes after it."""
    return _MARK.search(piece) is not None


def sentence_starts(block: str) -> list[int]:
    """Find where sentences begin in `block`.

    Wraps sentencex (https://github.com/wikimedia/sentencex), whose Arabic rules split after `د.`
    and other abbreviations, after the number of a list item and between a stop and the quote that
    closes after it.

    Args:
        block: text of one paragraph or line, trailing white space included.

    Returns:
        Offsets in code points, ascending, the first one 0. White space is never at the beginning
        of a sentence but the first.
    """
    starts = [0]
    core = block.rstrip()
    position = len(core) - len(core.lstrip())
    for boundary in get_sentence_boundaries("ar", core[position:]):
        position += len(boundary["text"])
        if position >= len(core):
            break
        # A mark right after the stop closes what it ends; one after a space opens what follows.
        closers = None if block[position - 1].isspace() else _CLOSERS.match(block, position)
        end = closers.end() if closers else position
        while end < len(block) and block[end].isspace():
            end += 1
        if end > starts[-1] and end < len(block) and _is_split(block, starts[-1], end):
            starts.append(end)
    # A last piece without a word (a lone quote, a bullet) belongs to the sentence before it.
    if len(starts) > 1 and not _WORD.search(block, starts[-1]):
        starts.pop()
    return starts


def _is_split(block: str, start: int, end: int) -> bool:
    """Whether the sentence that began at `start` really ends at `end`."""
    if not block[end - 1].isspace() and block[end - 1] not in "!?؟…":
        # `أ.د.`, `قال.ثم`, `3.5`: a stop with no space behind it splits no sentence.
        return False
    sentence = block[start:end]
    return _WORD.search(sentence) is not None and not _ABBREVIATION.search(sentence)
