"""Cleans Arabic source text before a model's own normalisation, without losing track of offsets.

Text is pasted from PDFs, web pages, chats and Persian keyboards. A model has learned little of
presentation forms, zero-width marks or a Persian yeh, and spells such words out in noise. Each kind
of dirt has its own switch in `Hygiene`, because models differ in what their own normalisation does.

What is *not* mapped: پ چ ڤ گ ژ and other letters that stand for sounds Arabic lacks (a reader of
گوگل sees "Google"; كوكل is another word), the pair ى/ي (a model's own matter), and guillemets.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.entities import html5

from tarjama_server.text.script import WESTERN_DIGITS

__all__ = ["CleanText", "Hygiene", "clean"]

# Arabic-script letters that are only other shapes of an Arabic letter.
_LETTER_VARIANTS = {
    "ک": "ك", "ڪ": "ك",  # Persian/Urdu and swash kaf
    "ی": "ي", "ے": "ي", "ۓ": "ئ",  # Farsi yeh, yeh barree
    "ھ": "ه", "ہ": "ه", "ە": "ه", "ۀ": "ه", "ۂ": "ه", "ۃ": "ة",  # Urdu and Kurdish hehs
    "ٱ": "ا",  # alef wasla
    "ڢ": "ف", "ڧ": "ق",  # Maghrebi feh and qaf
}  # fmt: skip
# Letter + madda, hamza above or below. Unicode does not compose ى + hamza; fonts show it as ئ.
_COMPOSED = {
    "ا\u0653": "آ", "ا\u0654": "أ", "ا\u0655": "إ", "و\u0654": "ؤ", "ي\u0654": "ئ", "ى\u0654": "ئ",
}  # fmt: skip
_DIGITS = WESTERN_DIGITS | {"٪": "%"}
_QUOTES = dict.fromkeys("“”„‟″〝〞＂", '"') | dict.fromkeys("‘’‚‛′´", "'")
_SPACES = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_PRESENTATION = "\ufb50-\ufdff\ufe70-\ufefc\U0001ee00-\U0001eeff"
_MARKS = (
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff"
)
_BASMALA = "\ufdfd"  # the one ligature that Unicode gives no decomposition
_ZWJ = "\u200d"
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"

_HAMZA = re.compile("([اويى])([\u064b-\u0652\u0670]*)([\u0653-\u0655])")
_LETTERS = f"\u0620-\u063f\u0641-\u064a\u066e-\u06d5\u0750-\u077f{_MARKS}"
_TATWEEL = re.compile("ـ+")
_HIJRI = re.compile(f"(?<![{_LETTERS}])هـ(?![{_LETTERS}ـ])")
_SEPARATOR = re.compile("[٫٬]")
_LONGEST_ENTITY = max(map(len, html5)) + 1
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")

# From text and its source offsets to text and its source offsets.
_Stage = Callable[[str, Sequence[int]], tuple[str, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class Hygiene:
    """Which kinds of dirt are cleaned away before a model sees the text.

    Attributes:
        letter_forms: Presentation forms and ligatures (ﻻ, ﷲ) become plain letters; a letter and a
            separate hamza or madda become one letter.
        letter_variants: Persian, Urdu, Kurdish and Maghrebi shapes of Arabic letters.
        tatweel: The stretching mark, save in هـ ("AH"). Between non-letters it becomes a hyphen,
            which is what it was typed for.
        diacritics: Vowel and Quranic marks are dropped. Off for a model trained with them.
        digits: Arabic-Indic and Persian digits, ٪, and ٫ ٬ between digits, become ASCII.
        invisible: Zero-width and bidirectional marks are dropped (not the joiner inside an emoji);
            control characters and odd spaces become spaces. Tab and line ends stay.
        entities: Well-formed HTML entities are decoded, also those escaped twice.
        quotes: Curly, low and prime quotation marks become ASCII ones; guillemets stay.
    """

    letter_forms: bool = True
    letter_variants: bool = True
    tatweel: bool = True
    diacritics: bool = True
    digits: bool = True
    invisible: bool = True
    entities: bool = True
    quotes: bool = True


@dataclass(frozen=True, slots=True)
class CleanText:
    """A cleaned text and where each of its code points came from.

    Attributes:
        text: The cleaned text.
        source_offsets: For each code point of `text`, the offset of the first source code point
            that it stands for. Never decreases.
        source_length: Code points in the source.
    """

    text: str
    source_offsets: Sequence[int]
    source_length: int

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of the cleaned text to the span of the source that it stands for.

        What was dropped belongs to the code point before it, or to the first one; so the whole
        text maps to the whole source and the spans of neighbours meet.
        """
        if start >= end:
            at = self._offset(start)
            return at, at
        first = 0 if start == 0 else self.source_offsets[start]
        last = self.source_offsets[end - 1]
        # A ligature became several code points with one offset: the span holds all of it.
        while end < len(self.text) and self.source_offsets[end] == last:
            end += 1
        return first, self._offset(end)

    def _offset(self, index: int) -> int:
        return self.source_offsets[index] if index < len(self.text) else self.source_length


def clean(text: str, hygiene: Hygiene | None = None) -> CleanText:
    """Clean a piece of source text; text that is already clean comes back as it is.

    Args:
        text: Any text. Line ends and tabs are kept.
        hygiene: What to clean; everything by default.
    """
    rules = _rules(hygiene or Hygiene())
    offsets: Sequence[int] = range(len(text))
    length = len(text)
    # Each stage may uncover work for another (a dropped mark may complete an entity), hence rounds.
    # Stages only ever shorten or settle text, so two rounds are the rule and the loop ends.
    while not rules.dirt.isdisjoint(text):
        before = text
        for stage in rules.stages:
            text, offsets = stage(text, offsets)
        if text == before:
            break
    return CleanText(text, offsets, length)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one `Hygiene` comes to: the code points that may be dirt, and the stages that clean."""

    dirt: frozenset[str]
    stages: tuple[_Stage, ...]


@lru_cache(maxsize=32)
def _rules(hygiene: Hygiene) -> _Rules:
    table = _table(hygiene)
    dirt = set(table)
    stages: list[_Stage] = []
    if hygiene.invisible:
        dirt.add(_ZWJ)
    if table:
        # The lookarounds spare the joiner of an emoji such as a family.
        joiner = f"|(?<![{_EMOJI}]){_ZWJ}|{_ZWJ}(?![{_EMOJI}])" if hygiene.invisible else ""
        mapped = re.compile(f"[{re.escape(''.join(table))}]{joiner}")
        stages.append(_replacing(mapped, lambda match: table.get(match[0], "")))
    if hygiene.tatweel:
        dirt.add("ـ")
        stages.append(_replacing(_TATWEEL, _without_tatweel))
    if hygiene.letter_forms:
        dirt.update("\u0653\u0654\u0655")
        stages.append(_replacing(_HAMZA, _with_hamza))
    if hygiene.diacritics:
        dirt.update(_members(_MARKS))
        stages.append(_replacing(re.compile(f"[{_MARKS}]"), lambda match: ""))
    if hygiene.entities:
        dirt.add("&")
        decoded = table | dict.fromkeys(_ZWJ if hygiene.invisible else "", "")
        stages.append(lambda text, offsets: _decode_entities(text, offsets, decoded))
    if hygiene.digits:
        dirt.update("٫٬")
        stages.append(_replacing(_SEPARATOR, _plain_separator))
    return _Rules(frozenset(dirt), tuple(stages))


def _table(hygiene: Hygiene) -> dict[str, str]:
    """The code points that are replaced whatever stands beside them."""
    table: dict[str, str] = {}
    if hygiene.letter_variants:
        table |= _LETTER_VARIANTS
    if hygiene.digits:
        table |= _DIGITS
    if hygiene.quotes:
        table |= _QUOTES
    if hygiene.invisible:
        table |= dict.fromkeys(_members(_INVISIBLE), "")
        table |= dict.fromkeys(_members(_SPACES + _CONTROLS), " ")
        del table[_ZWJ]
    if hygiene.letter_forms:
        for form in _members(_PRESENTATION):
            plain = _plain_letters(form)
            if plain != form:
                table[form] = "".join(table.get(letter, letter) for letter in plain)
    return table


def _members(ranges: str) -> Iterable[str]:
    """The code points of the inside of a character class, such as `a-fx`."""
    for low, high in re.findall("(.)(?:-(.))?", ranges, re.DOTALL):
        yield from map(chr, range(ord(low), ord(high or low) + 1))


def _plain_letters(form: str) -> str:
    if form == _BASMALA:
        return "بسم الله الرحمن الرحيم"
    if form in "﴾﴿":
        return form
    plain = unicodedata.normalize("NFKC", form)
    # A mark's spacing form decomposes into a space or tatweel that carries it.
    return plain.lstrip(" ـ") if unicodedata.combining(plain[-1]) else plain


def _replacing(pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> _Stage:
    """A stage that replaces each match, giving all of the replacement the match's offset.

    A replacement that keeps the match's length keeps its offsets too.
    """

    def stage(text: str, offsets: Sequence[int]) -> tuple[str, Sequence[int]]:
        pieces: list[str] = []
        kept: list[int] = []
        last = 0
        for match in pattern.finditer(text):
            start, end = match.span()
            new = replacement(match)
            pieces += text[last:start], new
            kept += offsets[last:start]
            kept += offsets[start:end] if len(new) == end - start else [offsets[start]] * len(new)
            last = end
        if not pieces:
            return text, offsets
        return "".join(pieces) + text[last:], [*kept, *offsets[last:]]

    return stage


def _without_tatweel(match: re.Match[str]) -> str:
    text, (start, end) = match.string, match.span()
    if _HIJRI.match(text, start - 1) if end == start + 1 and start else None:
        return match[0]
    beside = text[start - 1 : start] + text[end : end + 1]
    return "" if re.search(f"[{_LETTERS}]", beside) else "-"


def _with_hamza(match: re.Match[str]) -> str:
    base, vowels, hamza = match.groups()
    composed = _COMPOSED.get(base + hamza)
    return composed + vowels if composed else match[0]


def _plain_separator(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    if text[at - 1 : at].isdecimal() and text[at + 1 : at + 2].isdecimal():
        return "." if match[0] == "٫" else ","
    return "،"  # typed for the comma that it looks like


def _decode_entities(
    text: str, offsets: Sequence[int], table: dict[str, str]
) -> tuple[str, Sequence[int]]:
    """Decode entities in one pass, also those that decoding completes (`&amp;quot;`)."""
    if not _ENTITY.search(text):
        return text, offsets
    out: list[str] = []
    kept: list[int] = []
    for char, offset in zip(text, offsets, strict=True):
        out.append(char)
        kept.append(offset)
        while out and out[-1] == ";":
            tail = "".join(out[-_LONGEST_ENTITY:])
            start = tail.rfind("&")
            decoded = _decoded(tail[start:]) if start >= 0 else None
            if decoded is None:
                break
            begin = len(out) - len(tail) + start
            at = kept[begin]
            del out[begin:], kept[begin:]
            new = "".join(table.get(letter, letter) for letter in decoded)
            out += new
            kept += [at] * len(new)
    return "".join(out), kept


def _decoded(entity: str) -> str | None:
    """What a whole, known entity stands for; None for anything else."""
    if not _ENTITY.fullmatch(entity):
        return None
    if not entity.startswith("&#") and entity[1:] not in html5:
        return None
    decoded = html.unescape(entity)
    if not decoded or decoded == "\ufffd":
        return None
    return " " if decoded.isspace() else decoded
