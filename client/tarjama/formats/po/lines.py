"""The lines of a PO file: where an entry stands, and how its translation is written there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polib

from tarjama.formats.errors import BadFile

__all__ = ["EntryLines", "PoLines"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
# Gettext's own width: lines of at most 79 characters.
_WRAP_WIDTH = 78
_MAX_WRAPPED_CHARACTERS = 80
_FIELD = re.compile(r'"(?P<name>[A-Za-z-]+):')


@dataclass(frozen=True, slots=True)
class EntryLines:
    """Where the parts of an entry stand, as indices of lines.

    Attributes:
        start: The first line, comments included.
        flags: The line of flags, `#, fuzzy`; or where one goes.
        has_flags: Whether there is a line of flags.
        translation: The first line of `msgstr`.
        end: The line behind the last of `msgstr`.
    """

    start: int
    flags: int
    has_flags: bool
    translation: int
    end: int


class PoLines:
    """The lines of a file, and what takes the place of some."""

    def __init__(self, text: str) -> None:
        """Takes the text of a file."""
        self._lines: list[str] = _LINE.findall(text)
        self._line_end = next(
            (line[len(line.rstrip("\r\n")) :] for line in self._lines if line.strip()), "\n"
        )
        longest = max((len(line) for line in self._lines if line.startswith('"')), default=0)
        # A file with longer lines was written without wrapping, so as to be kept in a repository.
        self._width = 0 if longest > _MAX_WRAPPED_CHARACTERS + 1 else _WRAP_WIDTH
        self._edits: dict[tuple[int, int], list[str]] = {}

    def locate(self, entry: polib.POEntry) -> EntryLines:
        """Finds an entry that polib read from the same text.

        Raises:
            BadFile: it has no `msgstr`.
        """
        # polib gives the first entry of a file without a header no line.
        start = max((entry.linenum or 1) - 1, 0)
        message = self._first(start, "msgctxt", "msgid")
        translation = self._first(message, "msgstr")
        heads = [
            line.split(None, 1)[0] for line in self._lines[message:translation] if line.strip()
        ]
        if translation == len(self._lines) or heads.count("msgid") != 1:
            raise BadFile(
                f"The message at line {message + 1:,} has no msgstr. Add an empty one, or get the "
                "file anew."
            )
        comments = [line.lstrip() for line in self._lines[start:message]]
        flagged = next((at for at, line in enumerate(comments) if line.startswith("#,")), None)
        # Flags go before what the message was, as gettext has it.
        old = next((at for at, line in enumerate(comments) if line.startswith("#|")), len(comments))
        end = translation + 1
        while end < len(self._lines) and self._lines[end].lstrip().startswith(('"', "msgstr")):
            end += 1
        return EntryLines(
            start=start,
            flags=start + (old if flagged is None else flagged),
            has_flags=flagged is not None,
            translation=translation,
            end=end,
        )

    def translate(self, at: EntryLines, forms: Sequence[str], *, is_plural: bool) -> None:
        """Writes a translation, marks it fuzzy, and takes out what the message was before.

        Args:
            at: Where the entry stands.
            forms: The translation; for a plural one for each number.
            is_plural: Whether the entry has forms for numbers.
        """
        entry = polib.POEntry(msgid="", msgstr="" if is_plural else forms[0])
        if is_plural:
            entry.msgid_plural = "x"
            entry.msgstr_plural = dict(enumerate(forms))
        written = entry.__unicode__(wrapwidth=self._width).rstrip("\n").split("\n")
        first = next(number for number, line in enumerate(written) if line.startswith("msgstr"))
        self._edits[at.translation, at.end] = self._ended(written[first:])
        for number in range(at.start, at.translation):
            if self._lines[number].lstrip().startswith("#|"):
                self._edits[number, number + 1] = []
        self._mark_fuzzy(at)

    def set_fields(self, at: EntryLines, values: Mapping[str, str]) -> None:
        """Sets fields of the header, where they stand or else at its end.

        Args:
            at: Where the header stands.
            values: By name, such as `Language`.
        """
        missing = dict(values)
        number = at.translation
        while number < at.end:
            found = _FIELD.search(self._lines[number])
            end = number + 1
            # A long field goes on until a line that ends in a line feed.
            while end < at.end and not self._lines[end - 1].rstrip().endswith('\\n"'):
                if self._lines[end - 1].lstrip().startswith("msgstr"):
                    break
                end += 1
            if found and found["name"] in missing:
                name = found["name"]
                self._edits[number, end] = self._ended([f'"{name}: {missing.pop(name)}\\n"'])
            number = end
        fields = [f'"{name}: {value}\\n"' for name, value in missing.items()]
        if fields:
            self._edits[at.end, at.end] = self._ended(fields)

    def text(self) -> str:
        """Gives the whole text, changed."""
        pieces: list[str] = []
        at = 0
        for (start, end), lines in sorted(self._edits.items()):
            pieces += [*self._lines[at:start], *lines]
            at = end
        return "".join([*pieces, *self._lines[at:]])

    def _mark_fuzzy(self, at: EntryLines) -> None:
        line = self._lines[at.flags]
        if not at.has_flags:
            replaced = self._edits.get((at.flags, at.flags + 1))
            self._edits[at.flags, at.flags + (replaced is not None)] = self._ended(["#, fuzzy"])
        elif "fuzzy" not in re.findall(r"[\w-]+", line):
            self._edits[at.flags, at.flags + 1] = [line.replace("#,", "#, fuzzy,", 1)]

    def _first(self, start: int, *keywords: str) -> int:
        """The first line from `start` on that begins with a keyword, or where lines end."""
        found = (
            number
            for number in range(start, len(self._lines))
            if self._lines[number].lstrip().startswith(keywords)
        )
        return next(found, len(self._lines))

    def _ended(self, lines: Sequence[str]) -> list[str]:
        return [line + self._line_end for line in lines]
