"""JSON and JSON Lines: strings are translated, everything else keeps its bytes."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.errors import BadFile
from tarjama.formats.json_text import JsonDocument, JsonFormat

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='سلم "\\{}[],:\n', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(alphabet="سab~/.", max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


def _read(
    folder: Path, content: str, *, is_lines: bool = False, fields: Sequence[str] = ()
) -> JsonDocument:
    path = folder / "file.json"
    path.write_text(content, encoding="utf-8", newline="")
    return JsonFormat(is_lines=is_lines, fields=fields).read(path)


def _written(document: JsonDocument, translations: dict[str, str]) -> str:
    out = io.BytesIO()
    document.write(out, translations)
    return out.getvalue().decode()


_LINES = '{"id": 1.50, "نص" : "مرحبا",  "a":["سلام", {"b": "\\u0633"}]}\r\n\n"خبر"\n'


def test_without_translations_lines_keep_their_bytes(tmp_path: Path) -> None:
    document = _read(tmp_path, _LINES, is_lines=True)

    assert [(unit.id, unit.text) for unit in document.units] == [
        ("1:/نص", "مرحبا"),
        ("1:/a/0", "سلام"),
        ("1:/a/1/b", "س"),
        ("3:", "خبر"),
    ]
    assert _written(document, {unit.id: unit.text for unit in document.units}) == _LINES


def test_only_translated_strings_change(tmp_path: Path) -> None:
    document = _read(tmp_path, _LINES, is_lines=True)

    written = _written(document, {"1:/نص": 'say "é"', "1:/a/1/b": "é &amp; <b>"})

    assert written == (
        '{"id": 1.50, "نص" : "say \\"é\\"",  "a":["سلام", {"b": "\\u00e9 & <b>"}]}\r\n\n"خبر"\n'
    )


@given(_VALUES)
def test_every_arabic_string_is_a_unit_and_no_key_is(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    document = _read(tmp_path_factory.mktemp("json"), json.dumps(value, ensure_ascii=False))

    written = json.loads(_written(document, {unit.id: "X" for unit in document.units}))

    assert written == _replaced(value)


def _replaced(value: object) -> object:
    if isinstance(value, str) and set(value) & set("سلم"):
        stripped = value.strip()
        return value.replace(stripped, "X", 1)
    if isinstance(value, list):
        return [_replaced(each) for each in value]
    if isinstance(value, dict):
        return {key: _replaced(each) for key, each in value.items()}
    return value


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (("title",), ["خبر"]),
        (("meta.summary",), ["ملخص"]),
        (("items[].text", "title"), ["خبر", "أول", "ثان"]),
    ],
)
def test_fields_are_chosen_by_path(
    tmp_path: Path, fields: Sequence[str], expected: list[str]
) -> None:
    value = {
        "title": "خبر",
        "meta": {"summary": "ملخص", "title": "غير"},
        "items": [{"text": "أول"}, {"text": "ثان", "title": "لا"}],
    }
    document = _read(tmp_path, json.dumps(value, ensure_ascii=False), fields=fields)

    assert [unit.text for unit in document.units] == expected


@pytest.mark.parametrize(
    ("content", "is_lines", "message"),
    [
        ('{"a": "خبر"\n', False, "line 2"),
        ('{"a": 1}\n{"b" 2}\n', True, "line 2, column 6"),
        ("[" * 200_000, False, "nests more deeply|not valid JSON"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(
    tmp_path: Path, content: str, is_lines: bool, message: str
) -> None:
    with pytest.raises(BadFile, match=message):
        _read(tmp_path, content, is_lines=is_lines)


def test_a_field_that_holds_no_string_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="No string is in the field 'body'"):
        _read(tmp_path, '{"title": "خبر"}', fields=("body",))


def test_a_key_that_comes_twice_loses_nothing(tmp_path: Path) -> None:
    document = _read(tmp_path, '{"a": "خبر", "a": "سلام"}')

    assert [unit.text for unit in document.units] == ["خبر", "سلام"]
    written = _written(document, {unit.id: "X" for unit in document.units})
    assert written == '{"a": "X", "a": "X"}'
