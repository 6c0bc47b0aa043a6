"""Checks that what must survive translation did: numbers, addresses, code, Latin names, emoji.

Dates and times are numbers here: each of their parts has to be found again. A name may change its
case, accents, hyphens or spaces (`Wi-Fi`, `wifi`); an address or a piece of code may not.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from tarjama_server.guard.numbers import compare_numbers
from tarjama_server.text.script import has_arabic_letter

__all__ = ["Lost", "LostKind", "VerbatimReport", "check", "find_verbatim"]


class LostKind(Enum):
    """What sort of thing has to come through as it is."""

    NUMBER = "number"
    URL = "URL"
    EMAIL = "e-mail address"
    HANDLE = "handle"
    TAG = "tag"
    CODE = "code"
    LATIN = "Latin word"
    EMOJI = "emoji"


_TOP_LEVEL = (
    "com|org|net|edu|gov|int|info|io|co|ai|me|tv|eu|uk|us|fr|de|tr|ir|il|"
    "ae|bh|dz|eg|iq|jo|kw|lb|ly|ma|mr|om|ps|qa|sa|sd|sy|tn|ye"
)
_EXTENSIONS = (
    "py|js|ts|sh|c|h|cpp|java|json|xml|ya?ml|toml|ini|cfg|conf|log|md|txt|csv|pdf|docx?|xlsx?|"
    "pptx?|html?|css|png|jpe?g|gif|svg|mp[34]|zip|gz|exe|apk"
)
_LATIN = "A-Za-zÀ-ÖØ-öø-ʯḀ-ỿ"
_PICTURE = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_VERBATIM = re.compile(
    rf"""
    (?P<CODE>
        `[^`\n]+`
      | [A-Za-z]:\\[^\s"'«»،؛]+
      | (?<![\w/.:])(?:~|\.{{1,2}})?/[A-Za-z][\w.+-]*(?:/[\w.+-]+)*
      | (?<![\w/@.-])[A-Za-z0-9][\w-]*\.(?:{_EXTENSIONS})(?![\w/])
      | (?<![\w@#/.])_*[A-Za-z]\w*(?:_[A-Za-z0-9]+)+(?:\(\))?
      | (?<![\w@#/.])[A-Za-z]\w*\(\)
      | (?<!\S)--?[A-Za-z][A-Za-z0-9-]*(?:=[^\s،؛]+)?
    )
    | (?P<EMAIL>[A-Za-z0-9][\w.+-]{{0,63}}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)
    | (?P<URL>
        (?:(?:https?|ftp)://|(?<![\w.])www\.)[^\s<>"'«»“”،؛()\[\]]+
      | (?<![\w@.-])(?:[A-Za-z0-9-]{{2,}}\.)+(?:{_TOP_LEVEL})(?![\w@.-])(?:/[^\s<>"'«»،؛()]*)?
    )
    | (?P<HANDLE>(?<![\w@])@[A-Za-z0-9_]{{2,}})
    | (?P<TAG>(?u:(?<![\w&])\#\w*[^\W\d_]\w*))
    | (?P<LATIN>
        (?<![0-9{_LATIN}])[{_LATIN}][{_LATIN}0-9]*(?:[-'’.&/+][{_LATIN}0-9]+)*
        (?:[+#]+(?![0-9{_LATIN}]))?
    )
    | (?P<EMOJI>
        [\U0001f1e6-\U0001f1ff]{{2}}
      | [{_PICTURE}][\ufe0f\U0001f3fb-\U0001f3ff]*
        (?:\u200d[{_PICTURE}][\ufe0f\U0001f3fb-\U0001f3ff]*)*
    )
    """,
    re.VERBOSE | re.ASCII,
)
_MAY_BE_VERBATIM = re.compile(f"[`@#/{_LATIN}{_PICTURE}]")
_TRAILING = ".,:;!?'’*_…"
_SHORT_NAME = 3
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
# U.S.A. is one word and Wi-Fi two, or the other way round: a name may be any of these.
_WORD_EDGES = tuple(map(re.compile, (r"\s+", r"[^\w.]+", rf"[^{_LATIN}0-9]+")))
# A unit may be written out.
_UNITS = {"km": "kilomet", "cm": "centimet", "mm": "millimet", "kg": "kilogram", "mg": "milligram"}
_UNITS |= {"kw": "kilowatt", "mw": "megawatt", "hz": "hertz", "mph": "miles"}


@dataclass(frozen=True, slots=True)
class Lost:
    """A piece of the source that the translation lacks: its kind and span, in code points."""

    kind: LostKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class VerbatimReport:
    """What of a source survived in its translation.

    Attributes:
        missing: What the translation lacks, in the order of the source.
        invented: Spans in the translation of numbers that the source does not have.
    """

    missing: tuple[Lost, ...]
    invented: tuple[tuple[int, int], ...]

    @property
    def numbers_ok(self) -> bool:
        """Whether every number in digits, of either side, is on the other in some form."""
        return not self.invented and all(each.kind is not LostKind.NUMBER for each in self.missing)


def check(source: str, translation: str) -> VerbatimReport:
    """Compare what must survive in an Arabic source with its English translation."""
    kept = list(find_verbatim(source))
    found = _Translation.of(translation) if kept else None
    missing = [item for item in kept if found and not found.holds(item, source)]
    numbers = compare_numbers(source, translation)
    # The digits of an address or of COVID-19 stand or fall with the whole.
    lost = _outside(numbers.lost, kept)
    missing += (Lost(LostKind.NUMBER, start, end) for start, end in lost)
    missing.sort(key=lambda item: item.start)
    invented = _outside(numbers.invented, find_verbatim(translation)) if numbers.invented else []
    return VerbatimReport(tuple(missing), tuple(invented))


def find_verbatim(text: str) -> Iterator[Lost]:
    """Find all that must survive in a text, but for its numbers, in order."""
    if not _MAY_BE_VERBATIM.search(text):
        return
    for match in _VERBATIM.finditer(text):
        kind = LostKind[match.lastgroup or ""]
        start, end = match.span()
        if kind is LostKind.URL:
            end = start + len(match[0].rstrip(_TRAILING))
        yield Lost(kind, start, end)


def _folded(text: str) -> str:
    """A text without case, accents, spaces and punctuation, to compare names by."""
    bare = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return _NOT_ALPHANUMERIC.sub("", "".join(bare).casefold())


def _outside(spans: Iterable[tuple[int, int]], items: Iterable[Lost]) -> list[tuple[int, int]]:
    """The spans that lie in none of the items, which are in order."""
    held = [(item.start, item.end) for item in items]
    starts = [start for start, _ in held]

    def is_inside(start: int, end: int) -> bool:
        before = bisect_right(starts, start) - 1
        return before >= 0 and end <= held[before][1]

    return [span for span in spans if not is_inside(*span)]


@dataclass(frozen=True, slots=True)
class _Translation:
    """A translation in the forms in which things are looked for in it."""

    text: str
    lower: str
    folded: str
    words: frozenset[str]

    @classmethod
    def of(cls, text: str) -> _Translation:
        words = frozenset(_folded(word) for edge in _WORD_EDGES for word in edge.split(text))
        return cls(text, text.casefold(), _folded(text), words)

    def holds(self, item: Lost, source: str) -> bool:
        text = source[item.start : item.end]
        if item.kind is LostKind.EMOJI:
            return text.replace("\ufe0f", "") in self.text.replace("\ufe0f", "")
        if item.kind is LostKind.TAG and has_arabic_letter(text):
            return "#" in self.text  # its words are translated
        if item.kind is LostKind.CODE:
            return text.strip("`") in self.text
        if item.kind is LostKind.LATIN:
            return self._holds_name(text)
        return text.casefold() in self.lower

    def _holds_name(self, name: str) -> bool:
        if name in self.text and re.search(
            rf"(?<![{_LATIN}0-9]){re.escape(name)}(?![{_LATIN}0-9])", self.text
        ):
            return True
        key = _folded(name)
        # Most texts hold two or three given letters somewhere: IT is in "italy".
        if key in self.words or (len(key) > _SHORT_NAME and key in self.folded):
            return True
        written_out = (_UNITS.get(part) for part in name.casefold().split("/"))
        return any(unit in self.lower for unit in written_out if unit)
