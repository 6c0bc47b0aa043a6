"""Recognises the encoding of a document and decodes it as it arrives."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass

from tarjama.encoding.recognition import (
    HEAD_BYTES,
    PROBE_BYTES,
    WINDOW_BYTES,
    control_share,
    is_windows_1256,
    multibyte_count,
    utf16_byte_order,
)


class UnreadableText(Exception):
    """What is to be read is binary, in an unknown encoding, or breaks its encoding.

    The message says what is wrong and what to do.
    """


# Python's name of a codec -> the name that people know it by.
_LABELS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
    "cp1256": "Windows-1256",
    "iso8859-6": "ISO-8859-6",
    "cp720": "CP720",
    "mac-arabic": "MacArabic",
}
_ALIASES = {"utf-8-sig": "utf-8", "windows-1256": "cp1256"}

SUPPORTED_NAMES = (
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "windows-1256",
    "iso-8859-6",
    "cp720",
    "mac-arabic",
)
"""What `--encoding` takes. Python's other names of the same encodings are taken too."""

_BOMS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}

# This many multi-byte characters without one wrong byte settle UTF-8. In Windows-1256 the same
# bytes would be pairs of an Arabic capital-range letter and a rare symbol, three times in a row.
_CONCLUSIVE_CHARACTERS = 3

# More control characters than this (line ends, tabs, form feeds and escapes apart) are not text.
_MAX_CONTROL_SHARE = 0.05

_DOUBTFUL = (
    "The encoding is not clear: not UTF-8 (wrong byte at offset {offset}), not UTF-16, and not "
    "surely Windows-1256. Name it with --encoding, such as --encoding windows-1256."
)
_NO_BYTE_ORDER = (
    "UTF-16 without a byte order mark, and the byte order is not clear. "
    "Say --encoding utf-16-le or --encoding utf-16-be."
)
_BINARY = "This looks like a binary file, not text: {}."


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a document's bytes stand for text.

    Attributes:
        codec: Python's name of the codec, which neither reads nor writes a byte order mark.
        bom: The byte order mark at the start of the document, or nothing.
    """

    codec: str
    bom: bytes = b""

    @property
    def label(self) -> str:
        """The name that people know it by."""
        name = _LABELS[self.codec]
        return f"{name} with byte order mark" if self.bom else name

    @property
    def is_plain_utf8(self) -> bool:
        """Whether it is what everyone expects, so that nothing need be said."""
        return self.codec == "utf-8" and not self.bom

    @property
    def of_translation(self) -> "Encoding":
        """The same, for UTF-8 and UTF-16; UTF-8 in place of an 8-bit encoding."""
        return self if self.codec in _BOMS else Encoding("utf-8")


def resolve_name(name: str) -> str:
    """Gives Python's codec name for a name given to `--encoding`.

    Raises:
        ValueError: the encoding is unknown or not supported; the message lists those that are.
    """
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):  # The latter for a name with a NUL in it.
        codec = ""
    codec = _ALIASES.get(codec, codec)
    if codec not in _LABELS:
        supported = ", ".join(SUPPORTED_NAMES)
        raise ValueError(f"{name!r} is not supported. Supported are: {supported}")
    return codec


class DocumentDecoder:
    """Turns the bytes of one document into text, in chunks of any size.

    The encoding is recognised from the first bytes, and text is given out as soon as
    they are conclusive. While the text is plain ASCII the question stays open: it reads alike
    in every 8-bit encoding, so it is given out, and the first byte that is not ASCII
    begins the evidence, of at most 4 KiB.
    """

    def __init__(
        self,
        *,
        codec: str | None = None,
        on_recognised: Callable[[Encoding], None] = lambda encoding: None,
    ) -> None:
        """Begins a document.

        Args:
            codec: The codec, from `resolve_name`, or None to recognise it.
            on_recognised: Called once, when the encoding is known.
        """
        self._given = codec
        self._on_recognised = on_recognised
        self._encoding: Encoding | None = None
        self._decoder: codecs.IncrementalDecoder | None = None
        self._held = b""
        self._head_passed = False
        self._decoded_bytes = 0

    @property
    def output_encoding(self) -> Encoding:
        """How to write the translation. Right as soon as `decode` gave out any text."""
        return Encoding("utf-8") if self._encoding is None else self._encoding.of_translation

    def decode(self, chunk: bytes, *, final: bool = False) -> str:
        """Decodes the next bytes, as far as they are conclusive.

        Args:
            chunk: The next bytes of the document.
            final: Whether the document ends here.

        Raises:
            UnreadableText: the document is binary, its encoding is not clear, or a byte is wrong
                in it; the message gives the offset of that byte, counted from 0.
        """
        if self._decoder is not None:
            return self._decode_on(chunk, final=final)
        self._held += chunk
        encoding = self._recognise(final=final)
        if encoding is not None:
            return self._begin(encoding, final=final)
        return self._release_ascii() if self._head_passed and self._held.isascii() else ""

    def _recognise(self, *, final: bool) -> Encoding | None:
        """Gives the encoding once it is known; None for "more bytes are needed"."""
        if not self._head_passed:
            encoding = self._by_head(final=final)
            if encoding is not None or not self._head_passed:
                return encoding
        if b"\0" in self._held:
            raise self._binary()
        return self._by_evidence(final=final)

    def _by_head(self, *, final: bool) -> Encoding | None:
        """Decides what the first bytes can: byte order marks, UTF-16, binary files."""
        if len(self._held) < HEAD_BYTES and not final:
            return None
        marked = self._by_byte_order_mark()
        if marked is not None:
            return marked
        if self._given is not None and self._given != "utf-16":
            return Encoding(self._given)
        # In UTF-16 every Latin or Arabic character has a byte that is a control character.
        if self._given == "utf-16" or control_share(self._held[:HEAD_BYTES]):
            probe = self._held[:PROBE_BYTES]
            if len(probe) < PROBE_BYTES and not final:
                return None
            codec = utf16_byte_order(probe)
            if codec is None:
                raise UnreadableText(_NO_BYTE_ORDER) if self._given else self._binary()
            return Encoding(codec)
        self._head_passed = True
        return None

    def _by_byte_order_mark(self) -> Encoding | None:
        if self._held.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            raise UnreadableText("UTF-32 is not supported. Convert the document to UTF-8.")
        if self._given == "utf-16":
            possible: tuple[str, ...] = ("utf-16-le", "utf-16-be")
        else:
            possible = tuple(_BOMS) if self._given is None else (self._given,)
        for codec in possible:
            bom = _BOMS.get(codec, b"")
            if bom and self._held.startswith(bom):
                return Encoding(codec, bom)
        return None

    def _by_evidence(self, *, final: bool) -> Encoding | None:
        """Decides between UTF-8 and Windows-1256, from the first byte that is not ASCII on."""
        first = next((at for at, byte in enumerate(self._held) if byte >= 0x80), None)
        if first is None:
            return Encoding("utf-8") if final else None
        evidence = self._held[first : first + WINDOW_BYTES]
        enough = final or len(evidence) == WINDOW_BYTES
        characters, wrong_at = multibyte_count(evidence)
        if characters >= _CONCLUSIVE_CHARACTERS or (wrong_at is None and enough):
            return Encoding("utf-8")
        if not enough:
            return None
        if is_windows_1256(evidence):
            return Encoding("cp1256")
        if control_share(self._held[: first + WINDOW_BYTES]) > _MAX_CONTROL_SHARE:
            raise self._binary()
        offset = self._decoded_bytes + first + (wrong_at or 0)
        raise UnreadableText(_DOUBTFUL.format(offset=offset))

    def _binary(self) -> UnreadableText:
        nul = self._held.find(b"\0")
        if nul >= 0:
            return UnreadableText(
                _BINARY.format(f"a NUL byte at offset {self._decoded_bytes + nul}")
            )
        return UnreadableText(_BINARY.format("it is full of control characters"))

    def _release_ascii(self) -> str:
        text = self._held.decode("ascii")
        self._decoded_bytes += len(self._held)
        self._held = b""
        return text

    def _begin(self, encoding: Encoding, *, final: bool) -> str:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
        self._on_recognised(encoding)
        held = self._held
        if not self._decoded_bytes:
            held = held[len(encoding.bom) :]
            self._decoded_bytes = len(encoding.bom)
        self._held = b""
        return self._decode_on(held, final=final)

    def _decode_on(self, chunk: bytes, *, final: bool) -> str:
        assert self._decoder is not None and self._encoding is not None
        kept = len(self._decoder.getstate()[0])
        start = self._decoded_bytes - kept
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            raise UnreadableText(
                f"Not valid {_LABELS[self._encoding.codec]}: wrong byte at offset "
                f"{start + error.start}. Correct it, or name the encoding with --encoding."
            ) from error
        nul = text.find("\0")
        if nul >= 0:
            offset = start + len(text[:nul].encode(self._encoding.codec))
            raise UnreadableText(_BINARY.format(f"a NUL byte at offset {offset}"))
        self._decoded_bytes += len(chunk)
        return text
