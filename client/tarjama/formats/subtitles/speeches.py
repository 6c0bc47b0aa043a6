"""Tells which cues share a sentence, and which lines of one cue do not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tarjama.formats.script import has_arabic
from tarjama.formats.subtitles.cues import CODE, DIRECTION_MARKS, LINE_END, Cue

__all__ = ["Passage", "Speech", "find_speeches"]

# A cue that follows so closely goes on with what was said. Subtitlers leave two frames between cues
# of one speech, and close any gap under half a second (Netflix' timing guidelines).
_MAX_PAUSE_S = 0.5
# A speech without any mark is cut all the same: the model reads sentences, not scenes.
_MAX_CUES = 8
_END = re.compile(r"[.!?؟…:\u06d4♪♫\])][\"'»”\u2019\s]*$")
_DASH = re.compile(r"^[\s<>/\w{}\\]*?[-‐‑–—]\s*(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Passage:
    """What one speaker says in one cue: a range of the file.

    Attributes:
        cue: The cue that it is in.
        start: Where it begins in the file.
        stop: Where it ends, its line end left out.
    """

    cue: Cue
    start: int
    stop: int


@dataclass(slots=True)
class Speech:
    """Passages that are translated as one text, in order."""

    passages: list[Passage] = field(default_factory=list)


def find_speeches(text: str, cues: Sequence[Cue]) -> Iterator[Speech]:
    """Groups the passages of a file's cues so that sentences stay whole."""
    speech = Speech()
    for cue in cues:
        for passage in _passages(text, cue):
            if speech.passages and not _goes_on(text, speech.passages, passage):
                yield speech
                speech = Speech()
            speech.passages.append(passage)
    if speech.passages:
        yield speech


def _passages(text: str, cue: Cue) -> Iterator[Passage]:
    """The lines of a cue, those of one speaker together. A dash begins another's."""
    starts = [cue.start]
    starts += [each.end() for each in LINE_END.finditer(text, cue.start, cue.stop)]
    ends = [*(start for start in starts[1:]), cue.stop]
    lines = list(zip(starts, ends, strict=True))
    begun = cue.start
    for start, stop in lines:
        if start > begun and _is_turn(text[start:stop]):
            yield Passage(cue, begun, begun + len(text[begun:start].rstrip()))
            begun = start
    if text[begun : cue.stop].strip():
        yield Passage(cue, begun, cue.stop)


def _goes_on(text: str, passages: Sequence[Passage], following: Passage) -> bool:
    last = passages[-1]
    said = text[last.start : last.stop]
    return (
        last.cue is not following.cue
        and len(passages) < _MAX_CUES
        and abs(following.cue.begin_s - last.cue.end_s) <= _MAX_PAUSE_S
        and has_arabic(said)
        and has_arabic(text[following.start : following.stop])
        and not _END.search(_bare(said))
        and not _is_turn(text[following.start : following.stop])
        and "<v" not in text[following.start : following.stop]
    )


def _is_turn(line: str) -> bool:
    return _DASH.match(DIRECTION_MARKS.sub("", line)) is not None


def _bare(text: str) -> str:
    return DIRECTION_MARKS.sub("", CODE.sub("", text)).strip()
