"""Reads and writes PO files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polib

from tarjama.formats.content import FileContent
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.inline import TaggedText
from tarjama.formats.po.lines import PoLines
from tarjama.formats.po.placeholders import keep_order, read_message, write_message
from tarjama.formats.script import has_arabic
from tarjama.formats.units import Direction, Unit

__all__ = ["PoDocument", "PoFormat"]

_CHARSET = re.compile(rb"Content-Type:[^\"\\]*charset=([A-Za-z0-9._-]{1,40})")
_HEADER = re.compile(r'^msgid[ \t]+""[ \t]*\r?\n(?=msgstr[ \t])', re.MULTILINE)
_ENGLISH_FORMS = "nplurals=2; plural=(n != 1);"
_PRIMARY = re.compile(r"[-_@.].*", re.DOTALL)
_FORM_COUNT = re.compile(r"nplurals\s*=\s*([1-9])\b")


class PoFormat:
    """A PO file, or its template, whose messages are in Arabic.

    A unit is a message without translation, or one that is marked fuzzy; a message for numbers is
    two. Translations are marked fuzzy. Obsolete messages stay byte for byte, and so do those that
    are translated.
    """

    def __init__(self, *, replace_targets: bool = False) -> None:
        """Chooses what becomes of translations.

        Args:
            replace_targets: Whether messages that are translated and not fuzzy are translated
                anew; they are kept otherwise.
        """
        self._replace_targets = replace_targets

    @property
    def name(self) -> str:
        """What people call such a file."""
        return "a PO file"

    @property
    def extensions(self) -> tuple[str, ...]:
        """File name extensions."""
        return (".po", ".pot")

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the content can be text."""
        return content.description is None

    def claims(self, content: FileContent) -> bool:
        """Tells whether there is a header of PO at the beginning."""
        head = content.text_head
        return (
            self.recognises(content)
            and re.search(r'^msgid ""\r?\nmsgstr "', head, re.M) is not None
        )

    def read(self, path: Path) -> "PoDocument":
        """Reads a file whole.

        Raises:
            BadFile: it is broken or no PO file, or its messages are translated into Arabic or
                another language than English.
        """
        data = FileContent.of(path).data
        declared = _CHARSET.search(data)
        encoded = EncodedText.decode(data, declared=declared[1].decode() if declared else None)
        codec = "utf-8-sig" if encoded.bom and encoded.codec == "utf-8" else encoded.codec
        try:
            file = polib.pofile(str(path), encoding="utf-16" if "16" in codec else codec)
        except (OSError, ValueError, IndexError) as error:
            raise BadFile(_syntax_error(error)) from error
        if not file and not file.metadata:
            raise BadFile("The file has no message: no line begins with msgid. Rename it rightly.")
        _check_languages(file)
        return PoDocument(encoded, file, self._replace_targets)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message, or one of the two that a message for numbers is."""

    entry: polib.POEntry
    is_plural: bool
    source: str
    tagged: TaggedText[str]

    def translated(self, translation: str) -> str:
        written = write_message(self.tagged.restore(translation))
        return keep_order(self.source, written, self.entry.flags)


class PoDocument:
    """A PO file that was read."""

    def __init__(self, encoded: EncodedText, file: polib.POFile, replace_targets: bool) -> None:
        """Finds the messages that hold Arabic.

        Raises:
            BadFile: a message has no place for its translation.
        """
        self._encoded = encoded
        self._file = file
        self._replace_targets = replace_targets
        self._messages: dict[str, _Message] = {}
        lines = PoLines(encoded.text)
        self._places = {id(entry): lines.locate(entry) for entry in file if not entry.obsolete}
        self.units: Sequence[Unit] = [unit for entry in file for unit in self._units(entry)]
        kept_count = sum(not unit.is_translatable for unit in self.units)
        self.notices: Sequence[str] = (
            [
                "Messages kept, since they are translated already: "
                f"{kept_count:,} of {len(self.units):,}."
            ]
            if kept_count
            else []
        )

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the file. PO stores no direction."""
        changed: dict[int, tuple[polib.POEntry, dict[bool, str]]] = {}
        for unit in self.units:
            translation = translations.get(unit.id, unit.text)
            if unit.is_translatable and translation != unit.text:
                message = self._messages[unit.id]
                _, forms = changed.setdefault(id(message.entry), (message.entry, {}))
                forms[message.is_plural] = message.translated(translation)
        if not changed:
            self._encoded.write(target, self._encoded.text)
            return
        lines = PoLines(self._encoded.text)
        form_count = self._form_count
        is_encodable = True
        for entry, forms in changed.values():
            written = [_form(entry, forms, number) for number in range(form_count)]
            is_encodable &= all(_has_all(self._encoded.codec, form) for form in written)
            lines.translate(self._places[id(entry)], written, is_plural=bool(entry.msgid_plural))
        has_plural = any(entry.msgid_plural for entry, _ in changed.values())
        self._set_header(lines, has_plural=has_plural, to_utf8=not is_encodable)
        self._encoded.write(target, lines.text(), markup=is_encodable)

    @property
    def _form_count(self) -> int:
        """How many forms a message for numbers has: two, unless some are translated with others."""
        kept = [
            len(entry.msgstr_plural)
            for entry in self._file
            if any(entry.msgstr_plural.values()) and not entry.obsolete and not entry.fuzzy
        ]
        declared = _FORM_COUNT.search(self._file.metadata.get("Plural-Forms", ""))
        return int(declared[1]) if declared and kept and not self._replace_targets else 2

    def _units(self, entry: polib.POEntry) -> Iterator[Unit]:
        if entry.obsolete:
            return
        for is_plural, source in ((False, entry.msgid), (True, entry.msgid_plural)):
            tagged = TaggedText(read_message(source))
            if not has_arabic(tagged.text):
                continue
            unit_id = "\x04".join(filter(None, (entry.msgctxt, entry.msgid)))
            unit_id += "[1]" if is_plural else "[0]" if entry.msgid_plural else ""
            if unit_id in self._messages:
                unit_id = f"{unit_id}@{entry.linenum}"
            self._messages[unit_id] = _Message(entry, is_plural, source, tagged)
            held = _held(entry, is_plural)
            is_kept = bool(held) and not entry.fuzzy and not self._replace_targets
            yield Unit(
                id=unit_id,
                text=tagged.text,
                is_translatable=not is_kept,
                target=tagged.read(read_message(held), str) if held else None,
                context=", ".join(filter(None, (entry.msgctxt, *_places(entry)))),
                note="\n".join(filter(None, (entry.comment, entry.tcomment))),
            )

    def _set_header(self, lines: PoLines, *, has_plural: bool, to_utf8: bool) -> None:
        found = _HEADER.search(self._encoded.text)
        if found is None:
            return
        metadata = self._file.metadata
        fields: dict[str, str] = {}
        if not _is_english(metadata.get("Language", "")):
            fields["Language"] = "en"
        if to_utf8:
            fields["Content-Type"] = "text/plain; charset=UTF-8"
        forms = metadata.get("Plural-Forms", "")
        declared = _FORM_COUNT.search(forms)
        if has_plural and (declared is None or int(declared[1]) != self._form_count):
            fields["Plural-Forms"] = _ENGLISH_FORMS
        number = self._encoded.text.count("\n", 0, found.start()) + 1
        lines.set_fields(lines.locate(polib.POEntry(linenum=number)), fields)


def _form(entry: polib.POEntry, forms: Mapping[bool, str], number: int) -> str:
    """The translation for a number: the first form is the singular, all others the plural."""
    wanted = number > 0
    if wanted in forms:
        return forms[wanted]
    # The other message is not in Arabic: it stands as it is, or as it was translated.
    return _held(entry, wanted) or (entry.msgid_plural if wanted else entry.msgid)


def _held(entry: polib.POEntry, is_plural: bool) -> str:
    """The translation that is there, or nothing."""
    if not entry.msgid_plural:
        return entry.msgstr
    return str(entry.msgstr_plural.get(int(is_plural), ""))


def _places(entry: polib.POEntry) -> Iterator[str]:
    for path, line in entry.occurrences[:1]:
        yield f"{path}:{line}" if line else path


def _check_languages(file: polib.POFile) -> None:
    """Refuses what is not from Arabic to English.

    Raises:
        BadFile: it is not.
    """
    messages = [entry for entry in file if not entry.obsolete]
    if any(has_arabic(entry.msgid + entry.msgid_plural) for entry in messages):
        language = file.metadata.get("Language", "")
        if not _is_english(language) and _PRIMARY.sub("", language) not in {"", "ar"}:
            raise BadFile(
                "The file's messages are Arabic, but the Language in its header is neither Arabic "
                "nor English; only English is written. Correct it, or take another file."
            )
    elif any(has_arabic("".join([each.msgstr, *each.msgstr_plural.values()])) for each in messages):
        raise BadFile(
            "The file is a translation into Arabic: its Arabic stands in msgstr, and the original "
            "in msgid. Only messages whose msgid is Arabic are translated."
        )


def _has_all(codec: str, text: str) -> bool:
    """Tells whether an encoding has every character of a text."""
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _is_english(language: str) -> bool:
    return re.match(r"(?:en|eng|english)(?![a-z])", language.strip(), re.IGNORECASE) is not None


def _syntax_error(error: Exception) -> str:
    found = re.search(r"line (\d+)", str(error))
    where = f" at line {found[1]}" if found else ""
    return f"The file is not a valid PO file{where}. Correct it there, or get it anew."
