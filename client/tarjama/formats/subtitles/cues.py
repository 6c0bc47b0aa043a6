"""Finds the cues of a file, byte for byte, and reads their text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tarjama.formats.inline import Inline, Paired, Standalone

__all__ = [
    "CODE",
    "DIRECTION_MARKS",
    "LINE_END",
    "Code",
    "Cue",
    "Edges",
    "find_cues",
    "read_content",
    "split_edges",
]

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[,.:](\d{1,3})"
_TIMING = re.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}[^\r\n]*(?:\r\n|\n|\r|\Z)", re.M)
# The next cue's head: a blank line, perhaps a number or a name, and the times.
_NEXT_HEAD = re.compile(
    rf"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)(?=\s*(?:[^\r\n]*(?:\r\n|\n|\r))?[ \t]*{_TIME}[ \t]*-->)"
)
_BLANK_LINE = re.compile(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r|\Z)")
# Tags of both formats, times within a line of WebVTT, and overrides of SubRip such as {\an8}.
_KNOWN_CODE = re.compile(
    r"<(?P<close>/)?(?P<name>[A-Za-z]+)(?P<rest>[^<>]*)>|<[\d:.]+>|\{\\[^{}]*\}|&(?:nbsp|lrm|rlm);"
)
CODE = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
"""Anything that looks like a tag or an override, and so is not shown."""
LINE_END = re.compile(r"\r\n|\n|\r")
DIRECTION_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]|&(?:lrm|rlm);")
"""Characters that turn the direction of a line, often found in Arabic subtitles."""


@dataclass(frozen=True, slots=True)
class Code:
    """A tag as the file writes it. A tag with an end has both."""

    begin: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """A text and when it is shown.

    Attributes:
        number: Counts the cues from 1.
        begin_s: When it appears.
        end_s: When it goes.
        start: Where its text begins in the file.
        stop: Where its text ends, its last line end left out.
    """

    number: int
    begin_s: float
    end_s: float
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Edges:
    """The codes at both ends of a text, as the file writes them: they are no part of a sentence."""

    before: str
    after: str


def find_cues(text: str, *, is_webvtt: bool) -> Iterator[Cue]:
    """Finds the cues of a file.

    A blank line ends a cue of WebVTT. SubRip files have blank lines within cues, too: there a cue
    ends where the next one's times are in sight.
    """
    for number, timing in enumerate(_TIMING.finditer(text), start=1):
        start = timing.end()
        ending = _BLANK_LINE if is_webvtt else _NEXT_HEAD
        # From the timing's own line end on, so that a cue without text has none.
        found = ending.search(text, max(start - 2, 0)) if start else None
        stop = len(text) if found is None else max(found.start(), start)
        stop = start + len(text[start:stop].rstrip())
        yield Cue(number, _seconds(timing, 1), _seconds(timing, 5), start, stop)


def read_content(text: str) -> tuple[Inline[Code], ...]:
    """Reads text with codes. A tag without its end, as `<v Name>` may be, stands by itself."""
    open_at: list[tuple[str, str, list[Inline[Code]]]] = []
    content: list[Inline[Code]] = []
    at = 0
    for match in _KNOWN_CODE.finditer(text):
        content += [text[at : match.start()]] if match.start() > at else []
        at = match.end()
        name = (match["name"] or "").lower()
        if name and not match["close"]:
            open_at.append((name, match[0], content))
            content = []
        elif name and any(name == each for each, _, _ in open_at):
            while open_at[-1][0] != name:
                content = _unpaired(*open_at.pop()[1:], content)
            _, begin, outer = open_at.pop()
            content = [*outer, Paired(Code(begin, match[0]), tuple(content))]
        else:
            content.append(Standalone(Code(match[0])))
    content += [text[at:]] if at < len(text) else []
    while open_at:
        content = _unpaired(*open_at.pop()[1:], content)
    return tuple(content)


def split_edges(content: tuple[Inline[Code], ...]) -> tuple[Edges, tuple[Inline[Code], ...]]:
    """Takes off the codes at the ends of a text, and those around all of it."""
    before = after = ""
    while content:
        first, last = content[0], content[-1]
        if isinstance(first, str) and not first.strip():
            content = content[1:]
        elif isinstance(last, str) and not last.strip():
            content = content[:-1]
        elif isinstance(first, Standalone):
            before += first.code.begin
            content = content[1:]
        elif isinstance(last, Standalone):
            after = last.code.begin + after
            content = content[:-1]
        elif len(content) == 1 and isinstance(first, Paired):
            before += first.code.begin
            after = first.code.end + after
            content = first.content
        else:
            break
    return Edges(before, after), content


def _unpaired(
    begin: str, outer: list[Inline[Code]], content: list[Inline[Code]]
) -> list[Inline[Code]]:
    return [*outer, Standalone(Code(begin)), *content]


def _seconds(match: re.Match[str], first: int) -> float:
    hours, minutes, seconds, fraction = match.groups()[first - 1 : first + 3]
    # One to three digits: a fraction of a second, however many.
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")
