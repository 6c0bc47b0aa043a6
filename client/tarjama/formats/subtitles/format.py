"""Reads and writes subtitles."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tarjama.formats.content import FileContent
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.inline import Inline, Standalone, TaggedText
from tarjama.formats.script import has_arabic
from tarjama.formats.subtitles.cues import (
    CODE,
    DIRECTION_MARKS,
    LINE_END,
    Code,
    Cue,
    Edges,
    find_cues,
    read_content,
    split_edges,
)
from tarjama.formats.subtitles.layout import BORDER, lay_over, wrap
from tarjama.formats.subtitles.speeches import Passage, Speech, find_speeches
from tarjama.formats.tags import escape, unescape
from tarjama.formats.units import Direction, Unit

__all__ = ["SubtitleFormat"]

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]+)>")


class SubtitleFormat:
    """SubRip or WebVTT. Sentences that run over several cues are translated whole.

    A unit is a speech: what is said in one go, over one cue or several. Times, numbers, settings,
    comments and styles keep their bytes.
    """

    def __init__(self, *, is_webvtt: bool = False) -> None:
        """Chooses which of the two."""
        self._is_webvtt = is_webvtt

    @property
    def name(self) -> str:
        """What people call such a file."""
        return "a WebVTT file" if self._is_webvtt else "a SubRip file"

    @property
    def extensions(self) -> tuple[str, ...]:
        """File name extensions."""
        return (".vtt",) if self._is_webvtt else (".srt",)

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the content can be text."""
        return content.description is None

    def claims(self, content: FileContent) -> bool:
        """Tells whether the first line says WebVTT. SubRip says nothing of itself."""
        return self._is_webvtt and content.text_head.startswith("WEBVTT")

    def read(self, path: Path) -> "SubtitleDocument":
        """Reads a file whole.

        Raises:
            BadFile: it is not text, or has no cue.
        """
        encoded = EncodedText.decode(FileContent.of(path).data)
        if self._is_webvtt and not encoded.text.startswith("WEBVTT"):
            raise BadFile("The file is not WebVTT: its first line does not begin with WEBVTT.")
        cues = list(find_cues(encoded.text, is_webvtt=self._is_webvtt))
        if not cues:
            raise BadFile(
                "The file has no subtitles: no line tells times as 00:00:01,000 --> 00:00:02,000."
            )
        return SubtitleDocument(encoded, cues)


@dataclass(frozen=True, slots=True)
class _ReadSpeech:
    """A speech, its text without the codes at the ends of each passage, and those codes."""

    speech: Speech
    tagged: TaggedText[Code]
    edges: Sequence[Edges]


class SubtitleDocument:
    """Subtitles that were read."""

    notices: Sequence[str] = ()

    def __init__(self, encoded: EncodedText, cues: Sequence[Cue]) -> None:
        """Finds the speeches that hold Arabic, and the names of those who speak."""
        self._encoded = encoded
        self._speeches: dict[str, _ReadSpeech] = {}
        self._voices: dict[str, tuple[int, int]] = {}
        self.units: Sequence[Unit] = [
            unit
            for speech in find_speeches(encoded.text, cues)
            for unit in (*self._voice_units(speech), *self._speech_units(speech))
        ]

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the subtitles. Marks of direction in what is translated go with `ltr`."""
        names: dict[tuple[int, int], str] = {}
        edits: list[tuple[int, int, str]] = []
        for unit in self.units:
            translation = translations.get(unit.id, unit.text)
            if translation == unit.text:
                continue
            if unit.id in self._voices:
                names[self._voices[unit.id]] = unescape(translation)
            else:
                edits += self._laid_back(self._speeches[unit.id], translation, names, direction)
        # The names in what is not translated otherwise.
        edits += [
            (*span, name)
            for span, name in names.items()
            if not any(start <= span[0] < stop for start, stop, _ in edits)
        ]
        self._encoded.write(target, self._encoded.edited(sorted(edits)))

    def _speech_units(self, speech: Speech) -> Iterator[Unit]:
        text = self._encoded.text
        content: list[Inline[Code]] = []
        edges: list[Edges] = []
        for number, passage in enumerate(speech.passages):
            content += [" ", Standalone(BORDER), " "] if number else []
            edge, inner = split_edges(read_content(text[passage.start : passage.stop]))
            content += inner
            edges.append(edge)
        tagged = TaggedText(content, collapse_spaces=True)
        if not has_arabic(tagged.text):
            return
        first, last = speech.passages[0], speech.passages[-1]
        unit_id = f"{first.cue.number}+{first.start - first.cue.start}"
        self._speeches[unit_id] = _ReadSpeech(speech, tagged, edges)
        several = "" if first.cue is last.cue else f" to {last.cue.number}"
        yield Unit(id=unit_id, text=tagged.text, context=f"cue {first.cue.number}{several}")

    def _voice_units(self, speech: Speech) -> Iterator[Unit]:
        text = self._encoded.text
        for passage in speech.passages:
            for voice in _VOICE.finditer(text, passage.start, passage.stop):
                if has_arabic(voice[1]):
                    unit_id = f"voice@{voice.start(1)}"
                    self._voices[unit_id] = voice.span(1)
                    context = f"cue {passage.cue.number}, who speaks"
                    yield Unit(id=unit_id, text=escape(voice[1].strip()), context=context)

    def _laid_back(
        self,
        read: "_ReadSpeech",
        translation: str,
        names: Mapping[tuple[int, int], str],
        direction: Direction,
    ) -> Iterator[tuple[int, int, str]]:
        """The text of each passage, for the range of the file that it takes the place of."""
        text = self._encoded.text
        passages = read.speech.passages
        shown = [CODE.sub("", text[each.start : each.stop]) for each in passages]
        weights = [max(len(each.strip()), 1) for each in shown]
        laid = lay_over(read.tagged.restore(translation), weights)
        for passage, source, edges, line in zip(passages, shown, read.edges, laid, strict=True):
            line = edges.before + line + edges.after
            for (start, stop), name in names.items():
                if passage.start <= start < passage.stop:
                    line = line.replace(text[start:stop], name, 1)
            if direction == "ltr":
                line = DIRECTION_MARKS.sub("", line)
            lines = source.splitlines()
            wrapped = wrap(
                " ".join(line.split()),
                line_count=len(lines),
                max_characters=max(map(len, lines), default=0),
            )
            yield passage.start, passage.stop, _line_end(text, passage).join(wrapped)


def _line_end(text: str, passage: Passage) -> str:
    """The line end of the times' line before the cue's text."""
    ends = LINE_END.findall(text, max(passage.cue.start - 2, 0), passage.cue.start)
    return ends[-1] if ends else "\n"
