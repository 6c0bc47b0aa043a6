"""What a file format gives to be translated, and what a file format is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from tarjama.formats.content import FileContent
from tarjama.options import LineHandling

__all__ = ["Direction", "FileFormat", "FormatDocument", "Unit"]

Direction = Literal["ltr", "keep"]
"""What happens to right-to-left marks: turned to left-to-right, or kept as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One piece of a file that is translated by itself: a paragraph, a cell, an attribute.

    Attributes:
        id: Names the unit. Unique in the file, and the same whenever the same file is read.
        text: Tagged text (see `tarjama.formats.inline`) without white space at its ends; never
            empty. Text of the file that is not in Arabic script need not be in any unit.
        line_handling: What a line end in `text` means.
        is_translatable: False for what must stay as it is, such as a locked segment.
        target: The translation that the file holds already, as tagged text, or None.
        context: Where it stands, for a reader: `Sheet "2024", B7`. Never sent to the server.
        note: What the file's author tells its translator. Never sent to the server.
    """

    id: str
    text: str
    line_handling: LineHandling = LineHandling.PARAGRAPHS
    is_translatable: bool = True
    target: str | None = None
    context: str = ""
    note: str = ""


class FormatDocument(Protocol):
    """A file that was read whole, and can be written with its units replaced."""

    @property
    def units(self) -> Sequence[Unit]:
        """What there is to translate, in reading order."""

    @property
    def notices(self) -> Sequence[str]:
        """What the user should know about the result, a sentence each: "The signature is void."."""

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the file with units replaced. May be called more than once.

        Args:
            target: Takes the bytes; only its `write` is called.
            translations: Tagged text by `Unit.id`. A unit that is missing, or whose translation
                equals its text, stays byte for byte. Tags that are wrong are mended as
                `repair_tags` does; to know of it, ask `tag_problem` before.
            direction: "ltr" turns whatever the file stores as right-to-left. "keep" leaves it, so
                that without translations the same file is written: the same bytes, or in an
                archive entries of the same content.
        """


class FileFormat(Protocol):
    """A kind of file. Holds no state of any file."""

    @property
    def name(self) -> str:
        """What people call such a file, with its article: `an HTML page`."""

    @property
    def extensions(self) -> tuple[str, ...]:
        """In lower case, each with its dot, the usual one first."""

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the content can be of this format. Does not judge whether it is whole."""

    def claims(self, content: FileContent) -> bool:
        """Tells whether the content is surely of this format, whatever the file is called."""

    def read(self, path: Path) -> FormatDocument:
        """Reads a file whole.

        Raises:
            BadFile: the file is broken, hostile or encrypted, or cannot be opened.
        """
