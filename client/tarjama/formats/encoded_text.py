"""Decodes files of text, and encodes them again so that every untouched byte comes back."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from tarjama.encoding.decoding import DocumentDecoder, Encoding, UnreadableText
from tarjama.formats.errors import BadFile

__all__ = ["EncodedText"]

# What documents say and what is meant, where Python's codec of that name differs: WHATWG's
# Encoding Standard.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "utf-16": "utf-8", "utf-8-sig": "utf-8"}
_BOMS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}


@dataclass(frozen=True, slots=True)
class EncodedText:
    """The text of a file, and how its bytes stand for it.

    Attributes:
        text: The text, without byte order mark.
        codec: Python's name of the encoding.
        bom: The byte order mark of the file, or nothing.
    """

    text: str
    codec: str
    bom: bytes = b""

    @classmethod
    def decode(cls, data: bytes, *, declared: str | None = None) -> "EncodedText":
        """Decodes a file.

        Args:
            data: The whole file.
            declared: The encoding that the file itself names, as in a `meta` of HTML. A byte order
                mark outweighs it. None, or a name that nobody knows, to recognise it.

        Raises:
            BadFile: the file is binary, its encoding is not clear, or a byte is wrong in it.
        """
        for codec, bom in _BOMS.items():
            if data.startswith(bom):
                return cls(_decoded(data, len(bom), codec), codec, bom)
        codec = _known_codec(declared)
        if codec:
            return cls(_decoded(data, 0, codec), codec)
        recognised: list[Encoding] = []
        try:
            text = DocumentDecoder(on_recognised=recognised.append).decode(data, final=True)
        except UnreadableText as error:
            raise BadFile(str(error)) from error
        return cls(text, recognised[0].codec, recognised[0].bom)

    def edited(self, edits: Iterable[tuple[int, int, str]]) -> str:
        """Gives the text with parts of it replaced.

        Args:
            edits: Where each part begins and ends, and what takes its place; in order, and none
                within another.
        """
        pieces: list[str] = []
        at = 0
        for start, end, written in edits:
            pieces += [self.text[at:start], written]
            at = end
        return "".join([*pieces, self.text[at:]])

    def write(self, target: BinaryIO, text: str, *, markup: bool = False) -> None:
        """Writes a text in the file's encoding.

        A text that differs from the file's goes out in UTF-8 where the file is in an 8-bit
        encoding, which the file itself does not name: nobody would know it again, nor would
        it have every character.

        Args:
            target: Takes the bytes.
            text: The text in place of `text`.
            markup: Whether the file itself names its encoding, which stays then, and a character
                that it lacks can be a character reference (`&#8212;`), as in HTML.
        """
        if markup or text == self.text or self.codec in _BOMS:
            target.write(self.bom + text.encode(self.codec, "xmlcharrefreplace"))
        else:
            target.write(text.encode("utf-8"))


def _known_codec(declared: str | None) -> str:
    if not declared:
        return ""
    try:
        name = codecs.lookup(declared.strip()).name
        "".encode(name)  # Fails for a codec that is not of text, such as base64.
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(name, name)


def _decoded(data: bytes, start: int, codec: str) -> str:
    try:
        return data[start:].decode(codec)
    except UnicodeDecodeError as error:
        raise BadFile(
            f"The file is said to be {codec}, but byte {start + error.start:,} is not. "
            "Correct it, or save the file as UTF-8."
        ) from error
