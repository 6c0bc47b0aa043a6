"""UTF-8 in chunks that end anywhere, even inside a character."""

from __future__ import annotations

import codecs


class BadBytes(Exception):
    """A chunk holds bytes that are no text."""

    def __init__(self, text_before: str, offset: int, *, is_nul: bool = False) -> None:
        """Give the text before the first wrong byte, and that byte's offset in the document."""
        super().__init__()
        self.text_before = text_before
        self.offset = offset
        self.is_nul = is_nul


class ChunkDecoder:
    """Decodes one document."""

    def __init__(self, offset: int = 0) -> None:
        """Begin at byte `offset` of the document, where a character begins."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._offset = offset
        self.received_bytes = offset

    def decode(self, chunk: bytes, *, is_last: bool = False) -> str:
        """Decode the next chunk.

        Raises:
            BadBytes: it is not UTF-8, holds U+0000, or is the last and ends inside a character.
        """
        self.received_bytes += len(chunk)
        try:
            text = self._decoder.decode(chunk, is_last)
        except UnicodeDecodeError as error:
            # The error's object is what was left of the last chunk and this one.
            text = error.object[: error.start].decode()
            self._refuse_nul(text)
            raise BadBytes(text, self._offset + error.start) from None
        self._refuse_nul(text)
        self._offset = self.received_bytes - len(self._decoder.getstate()[0])
        return text

    def _refuse_nul(self, text: str) -> None:
        before, nul, _ = text.partition("\0")
        if nul:
            raise BadBytes(before, self._offset + len(before.encode()), is_nul=True)
