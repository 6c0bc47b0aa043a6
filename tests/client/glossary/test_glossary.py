"""Glossaries are read from the files that people keep them in, and checked."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tarjama import GlossaryTerm
from tarjama.cli.application import tarjama as command_line
from tarjama.formats.errors import BadFile
from tarjama.glossary import Glossary, GlossaryEntry, find_problems, read_glossary

_TBX_2 = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="ar"><text><body>
<termEntry id="1">
 <langSet xml:lang="ar"><tig><term>وزارة الخارجية</term></tig>
  <tig><term>الخارجية</term></tig></langSet>
 <langSet xml:lang="en-US"><ntig><termGrp><term>Ministry of
   Foreign Affairs</term></termGrp></ntig></langSet>
 <note>never "Office"</note>
</termEntry></body></text></martif>"""
_TBX_3 = """<tbx xmlns="urn:iso:std:iso:30042:ed-2" type="TBX-Basic" xml:lang="en"><text><body>
<conceptEntry id="c1"><langSec xml:lang="en"><termSec><term>embassy</term></termSec></langSec>
<langSec xml:lang="ar-EG"><termSec><term>سفارة</term></termSec></langSec></conceptEntry>
</body></text></tbx>"""


def _file(folder: Path, content: str, name: str = "terms.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    return path


def _entry(source: str, target: str, place: str = "line 1") -> GlossaryEntry:
    return GlossaryEntry(source, target, "", place)


@pytest.mark.parametrize(
    "content",
    [
        "سفارة,embassy,of a state\nوزارة,ministry,\n",
        "\ufeffembassy;سفارة;of a state\r\nministry;وزارة;\r\n",
        "Arabic\tEnglish\tNote\nسفارة\tembassy\tof a state\n\nوزارة\tministry\n",
        "id,note,en,ar\n1,of a state,embassy,سفارة\n2,,ministry,وزارة\n",
    ],
)
def test_tables_are_read_whichever_column_is_which(tmp_path: Path, content: str) -> None:
    entries = read_glossary(_file(tmp_path, content)).entries

    assert [(each.source, each.target, each.note) for each in entries] == [
        ("سفارة", "embassy", "of a state"),
        ("وزارة", "ministry", ""),
    ]


def test_places_are_lines_of_the_file(tmp_path: Path) -> None:
    content = 'ar,en\n"سفارة","em\nbassy"\n\nوزارة,ministry\n'

    assert [each.place for each in read_glossary(_file(tmp_path, content)).entries] == [
        "line 2",
        "line 5",
    ]


def test_every_arabic_term_of_a_tbx_entry_gets_its_first_english_one(tmp_path: Path) -> None:
    second = read_glossary(_file(tmp_path, _TBX_2, "terms.tbx"))
    third = read_glossary(_file(tmp_path, _TBX_3, "terms3.tbx"))

    assert second.terms() == (
        GlossaryTerm("وزارة الخارجية", "Ministry of Foreign Affairs"),
        GlossaryTerm("الخارجية", "Ministry of Foreign Affairs"),
    )
    assert second.entries[0].note == 'never "Office"'
    assert third.terms() == (GlossaryTerm("سفارة", "embassy"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("house,home\n", "no term in Arabic"),
        ("%PDF-1.7", "this is a PDF"),
        ("<martif><body>", "not well-formed"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "XML bomb"),
    ],
)
def test_what_is_no_glossary_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(BadFile, match=message):
        read_glossary(_file(tmp_path, content))


def test_what_contradicts_itself_or_cannot_be_used_is_found(tmp_path: Path) -> None:
    content = (
        "سفارة,embassy\nسِفارة,legation\nوزارة,ministry\nوزاره,Ministry\n"
        f"مدينة,\n,city\nقرية,{'x' * 201}\nhouse,home\n"
    )

    problems = find_problems(read_glossary(_file(tmp_path, content)))

    assert [(each.kind, [entry.place for entry in each.entries]) for each in problems] == [
        ("empty", ["line 5"]),
        ("empty", ["line 6"]),
        ("too_long", ["line 7"]),
        ("not_arabic", ["line 8"]),
        ("conflict", ["line 1", "line 2"]),
        ("duplicate", ["line 3", "line 4"]),
    ]
    assert "201 characters; the limit is 200" in problems[2].message


@pytest.mark.parametrize(
    "text", ["السفارة", "وللسفارة", "بسفارةٍ", "سفـارة", "والسفاره الأمريكية", "«سفارة»"]
)
def test_terms_that_may_occur_in_a_text_are_found(text: str) -> None:
    glossary = Glossary((_entry("السفارة", "the embassy"), _entry("وزارة", "ministry")))

    assert [term.target for term in glossary.terms_in([text])] == ["the embassy"]


_WORDS = st.text(alphabet="ابتثسفرةىيأإؤـًِ", min_size=3, max_size=8)


@given(st.sampled_from(["", "و", "ف", "ب", "ك", "وب"]), _WORDS, _WORDS, st.text(max_size=5))
def test_no_term_that_occurs_is_left_out(
    proclitics: str, first: str, second: str, around: str
) -> None:
    glossary = Glossary((_entry(f"{first} {second}", "term"),))

    found = glossary.terms_in([f"{around} {proclitics}{first}  {second} {around}"])

    assert [term.target for term in found] == ["term"]


def test_of_several_translations_the_first_is_used() -> None:
    glossary = Glossary((_entry("سفارة", "embassy"), _entry("سفاره", "legation")))

    assert glossary.terms() == (GlossaryTerm("سفارة", "embassy"),)


def test_check_exits_with_1_and_names_the_lines(tmp_path: Path) -> None:
    path = _file(tmp_path, "سفارة,embassy\nسفاره,legation\n")

    shown = CliRunner().invoke(
        command_line, ["glossary", "check", str(path)], standalone_mode=False
    )
    as_json = CliRunner().invoke(
        command_line, ["glossary", "check", "--json", str(path)], standalone_mode=False
    )

    assert shown.return_value == as_json.return_value == 1
    assert shown.stdout.startswith("conflict: line 1 and line 2: ")
    assert shown.stderr == "usable terms: 1; problems: 1\n"
    assert json.loads(as_json.stdout)["targets"] == ["embassy", "legation"]


def test_check_of_a_sound_glossary_says_how_many_terms_it_has(tmp_path: Path) -> None:
    path = _file(tmp_path, "سفارة,embassy\n")

    result = CliRunner().invoke(
        command_line, ["glossary", "check", str(path)], standalone_mode=False
    )

    assert (result.return_value, result.stdout) == (0, "")
