"""JSON and JSON Lines: the strings in them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tarjama.formats.content import FileContent
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.script import has_arabic
from tarjama.formats.tags import escape, unescape
from tarjama.formats.units import Direction, Unit

__all__ = ["JsonFormat"]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]++')


@dataclass(frozen=True, slots=True)
class _String:
    """A string that is a value. Its path is that of JSON Pointer (RFC 6901)."""

    document: int
    path: tuple[str | int, ...]
    start: int
    end: int
    text: str

    @property
    def pointer(self) -> str:
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in self.path)
        return "".join("/" + step for step in steps)

    @property
    def field(self) -> str:
        """The path as `--fields` writes it: `items[].title`."""
        steps = ("[]" if isinstance(step, int) else "." + step for step in self.path)
        return "".join(steps).removeprefix(".")


class JsonFormat:
    """A JSON document, or JSON Lines: one on each line. A string that is a value is a unit.

    Keys, numbers, order and spacing stay as they are.
    """

    def __init__(self, *, is_lines: bool = False, fields: Sequence[str] = ()) -> None:
        """Chooses what to read.

        Args:
            is_lines: Whether every line is a document.
            fields: Paths such as `title`, `meta.summary` or `items[].text`; all if there are none.
        """
        self._is_lines = is_lines
        self._fields = frozenset(fields)

    @property
    def name(self) -> str:
        """What people call such a file."""
        return "a JSON Lines file" if self._is_lines else "a JSON file"

    @property
    def extensions(self) -> tuple[str, ...]:
        """File name extensions."""
        return (".jsonl", ".ndjson") if self._is_lines else (".json",)

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the content can be text."""
        return content.description is None

    def claims(self, content: FileContent) -> bool:
        """Claims nothing: much text can be read so."""
        return False

    def read(self, path: Path) -> "JsonDocument":
        """Reads a file whole.

        Raises:
            BadFile: it is not text or not JSON, or no string is in the fields asked for.
        """
        encoded = EncodedText.decode(FileContent.of(path).data)
        strings: list[_String] = []
        for number, start, end in self._documents(encoded.text):
            _check(encoded.text[start:end], number if self._is_lines else None)
            strings += _strings(encoded.text, number, start, end)
        if self._fields:
            chosen = [string for string in strings if string.field in self._fields]
            missing = self._fields - {string.field for string in chosen}
            if missing:
                raise BadFile(
                    f"No string is in the field {min(missing)!r}. Fields are written as "
                    "title, meta.summary or items[].text."
                )
            strings = chosen
        return JsonDocument(encoded, strings)

    def _documents(self, text: str) -> Iterator[tuple[int, int, int]]:
        """The number and span of each document. Blank lines hold none."""
        if not self._is_lines:
            yield 1, 0, len(text)
            return
        at = 0
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield number, at, at + len(line)
            at += len(line) + 1


class JsonDocument:
    """A file of JSON that was read. Strings that are not translated stay byte for byte."""

    notices: Sequence[str] = ()

    def __init__(self, encoded: EncodedText, strings: Sequence[_String]) -> None:
        """Takes the strings that may be translated."""
        self._encoded = encoded
        self._strings: dict[str, _String] = {}
        for string in strings:
            if has_arabic(string.text):
                self._strings[self._unit_id(string)] = string
        self.units: Sequence[Unit] = [
            Unit(
                id=unit_id,
                text=escape(string.text.strip()),
                context=f"line {string.document}, {string.field}",
            )
            for unit_id, string in self._strings.items()
        ]

    def _unit_id(self, string: _String) -> str:
        """Where the string stands; with its offset if a key came twice."""
        place = f"{string.document}:{string.pointer}"
        return f"{place}@{string.start}" if place in self._strings else place

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the file. JSON stores no direction."""
        edits = (
            (string.start, string.end, self._written(string, unescape(translation)))
            for unit in self.units
            if (translation := translations.get(unit.id, unit.text)) != unit.text
            for string in [self._strings[unit.id]]
        )
        self._encoded.write(target, self._encoded.edited(edits))

    def _written(self, string: _String, translation: str) -> str:
        lead, _, trail = string.text.partition(string.text.strip())
        # A file that escapes its Arabic is meant to be ASCII.
        is_ascii = self._encoded.text[string.start : string.end].isascii()
        return json.dumps(lead + translation + trail, ensure_ascii=is_ascii)


def _check(document: str, line: int | None) -> None:
    """Refuse what is no JSON.

    Raises:
        BadFile: it is not.
    """
    try:
        json.loads(document)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno if line is None else line}, column {error.colno}"
        raise BadFile(f"The file is not valid JSON at {where}: {error.msg}. Correct it.") from error
    except RecursionError as error:
        raise BadFile("The file nests more deeply than can be read. Flatten it.") from error


def _strings(text: str, document: int, start: int, end: int) -> Iterator[_String]:
    """The strings that are values, in order. The text is valid JSON."""
    path: list[str | int] = []
    is_key = False
    for match in _TOKEN.finditer(text, start, end):
        token = match[0]
        if token == "{":
            path.append("")
            is_key = True
        elif token == "[":
            path.append(0)
        elif token in "}]":
            path.pop()
            is_key = False
        elif token == ",":
            last = path[-1]
            is_key = isinstance(last, str)
            if isinstance(last, int):
                path[-1] = last + 1
        elif token == ":":
            is_key = False
        elif token[0] == '"' and is_key:
            path[-1] = json.loads(token)
        elif token[0] == '"':
            yield _String(document, tuple(path), match.start(), match.end(), json.loads(token))
