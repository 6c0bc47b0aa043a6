"""Documents that formats read: what is written, and what is asked of the server."""

import csv
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tests.client.cli.conftest import Run
from tests.client.cli.scripted_server import Script
from tests.client.formats.conformance import SAMPLES_FOLDER

PAGE = "<html><body><p>قال <b>المتحدث</b> نعم</p><p>نعم</p><p>نعم</p></body></html>"


def test_a_document_is_written_beside_its_source_in_its_format(
    translate: Run, script: Script
) -> None:
    Path("a.html").write_text(PAGE)
    outcome = translate("a.html")
    assert (outcome.code, outcome.out) == (0, b"")
    assert "<p>word <b>word</b> word</p>" in Path("a.en.html").read_text()
    assert all(options.text_format == pb.TEXT_FORMAT_TAGGED for options in script.options)
    assert all(options.priority == pb.PRIORITY_BULK for options in script.options)


def test_repeated_units_are_translated_once(translate: Run, script: Script) -> None:
    Path("a.html").write_text(PAGE)
    outcome = translate("a.html")
    assert sorted(script.texts) == sorted(set(script.texts))
    assert "3 segments, 5 words, 1 reused" in outcome.err


def test_a_long_document_is_sent_in_several_calls(translate: Run, script: Script) -> None:
    Path("a.csv").write_text("".join(f"{number},نعم {number}\n" for number in range(500)))
    assert translate("a.csv").code == 0
    assert len(script.options) > 4
    rows = list(csv.reader(io.StringIO(Path("a.en.csv").read_text())))
    assert rows == [[str(number), f"word {number}"] for number in range(500)]


def test_o_says_where_and_a_hyphen_gives_the_bytes(translate: Run) -> None:
    Path("a.html").write_text(PAGE)
    assert translate("a.html", "-o", "x.html").code == 0
    outcome = translate("a.html", "-o", "-")
    assert outcome.out == Path("x.html").read_bytes()


def test_json_names_the_unit_of_each_segment(translate: Run) -> None:
    Path("a.html").write_text(PAGE)
    lines = [json.loads(line) for line in translate("a.html", "--json").text.splitlines()]
    assert len({line["unit"] for line in lines}) == 3
    assert lines[0]["source"] == 'قال <g id="1">المتحدث</g> نعم'
    assert lines[0]["source_span"] == [0, len(lines[0]["source"])]
    assert {line["origin"] for line in lines} == {"machine"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--columns", "2"], [["نعم", "word"]]),
        (["--columns", "1", "--columns", "2"], [["word", "word"]]),
        ([], [["word", "word"]]),
    ],
)
def test_columns_are_chosen(translate: Run, arguments: list[str], expected: list[object]) -> None:
    Path("a.csv").write_text("نعم,نعم\n")
    assert translate("a.csv", *arguments).code == 0
    assert list(csv.reader(io.StringIO(Path("a.en.csv").read_text()))) == expected


def test_fields_are_chosen(translate: Run) -> None:
    Path("a.jsonl").write_text('{"id": "نعم", "text": "نعم"}\n')
    assert translate("a.jsonl", "--fields", "text").code == 0
    assert json.loads(Path("a.en.jsonl").read_text()) == {"id": "نعم", "text": "word"}


def test_the_format_can_be_named(translate: Run, script: Script) -> None:
    Path("page").write_text(PAGE)
    assert translate("page", "--format", "html", "-o", "out").code == 0
    assert "<b>word</b>" in Path("out").read_text()
    Path("a.html").write_text("نعم\n")
    assert translate("a.html", "--format", "text").text == "Sentence 0.\n"


def test_a_format_that_there_is_not_is_misuse(translate: Run) -> None:
    Path("a.html").write_text(PAGE)
    outcome = translate("a.html", "--format", "wordstar")
    assert outcome.code == 2
    assert "html" in outcome.err


def test_a_broken_document_is_a_failure_and_leaves_nothing(translate: Run) -> None:
    Path("a.html").write_bytes(b"%PDF-1.4 and so on")
    Path("b.json").write_text("{")
    Path("c.html").write_text(PAGE)
    outcome = translate("a.html", "b.json", "c.html")
    assert outcome.code == 1
    assert "a.html: The file is not an HTML page: it seems to be a PDF" in outcome.err
    assert "b.json: The file is not valid JSON" in outcome.err
    assert {path.name for path in Path().iterdir()} == {"a.html", "b.json", "c.html", "c.en.html"}


def test_a_server_that_takes_no_tags_is_told_of(translate: Run, script: Script) -> None:
    script.takes_tags = False
    Path("a.html").write_text(PAGE)
    outcome = translate("a.html")
    assert outcome.code == 1
    assert "older" in outcome.err
    assert {path.name for path in Path().iterdir()} == {"a.html"}


@pytest.mark.parametrize(("options", "target"), [((), "held"), (("--replace-targets",), "word")])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.xlf",
            '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">'
            '<file source-language="ar" target-language="en" original="a" datatype="plaintext">'
            '<body><trans-unit id="1"><source>نعم</source><target state="translated">held</target>'
            "</trans-unit></body></file></xliff>",
        ),
        ("a.po", 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "نعم"\nmsgstr "held"\n'),
    ],
)
def test_translations_that_a_file_holds_are_replaced_if_so_said(
    translate: Run, name: str, content: str, options: tuple[str, ...], target: str
) -> None:
    Path(name).write_text(content)
    assert translate(name, *options).code == 0
    written = Path(name).with_suffix(f".en{Path(name).suffix}").read_text()
    assert target in written and ({"held", "word"} - {target}).pop() not in written


def test_one_thing_is_not_counted_as_several(translate: Run) -> None:
    Path("a.html").write_text("<p>نعم</p>")
    assert "(1 segment, 1 word, " in translate("a.html").err


def test_a_document_without_arabic_is_written_and_said_to_be_so(translate: Run) -> None:
    Path("a.html").write_text("<p>yes</p>")
    outcome = translate("a.html")
    assert outcome.code == 0
    assert "nothing in it is to be translated" in outcome.err
    assert Path("a.en.html").exists()


def test_a_folder_is_translated_into_another(translate: Run) -> None:
    for name in ("docs/a.html", "docs/sub/b.html", "docs/.c.html"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(PAGE)
    Path("docs/picture.png").write_bytes(b"\x89PNG\0")
    outcome = translate("docs", "-o", "english")
    assert outcome.code == 0
    written = {path.as_posix() for path in Path("english").rglob("*") if path.is_file()}
    assert written == {"english/a.en.html", "english/sub/b.en.html"}
    assert "docs/picture.png: passed over" in outcome.err.replace(os.sep, "/")
    assert "2 in all" in outcome.err


def test_documents_of_a_folder_that_are_translated_are_kept(translate: Run, script: Script) -> None:
    Path("docs").mkdir()
    Path("docs/a.html").write_text(PAGE)
    assert translate("docs").code == 0
    asked = len(script.options)
    Path("docs/b.html").write_text(PAGE)
    outcome = translate("docs")
    assert outcome.code == 0
    assert Path("docs/b.en.html").exists()
    assert len(script.options) == asked + 1
    assert "kept" in outcome.err
    assert translate("docs", "--force").code == 0
    assert len(script.options) == asked + 3


def test_terms_and_phrases_reach_the_server_with_the_texts_that_have_them(
    translate: Run, script: Script
) -> None:
    Path("terms.csv").write_text("بغداد,Baghdad\nالبصرة,Basra\n")
    Path("names.txt").write_text("Tarjama\n\nACME\n")
    Path("a.html").write_text("<p>بغداد</p>")
    ask = ["--glossary", "terms.csv", "--do-not-translate", "names.txt"]
    assert translate("a.html", *ask, "--do-not-translate", "one two").code == 0
    assert [(term.source, term.target) for term in script.options[0].glossary] == [
        ("بغداد", "Baghdad")
    ]
    assert list(script.options[0].do_not_translate) == ["Tarjama", "ACME", "one two"]


def test_terms_reach_the_server_with_plain_text(translate: Run, script: Script) -> None:
    Path("terms.csv").write_text("بغداد,Baghdad\n")
    assert translate("--glossary", "terms.csv", stdin="نعم\n".encode()).code == 0
    assert [term.target for term in script.options[0].glossary] == ["Baghdad"]


def test_a_glossary_that_is_none_is_a_failure(translate: Run) -> None:
    Path("terms.csv").write_text("a,b\n")
    outcome = translate("--glossary", "terms.csv", stdin=b"x")
    assert outcome.code == 1
    assert "terms.csv: The glossary holds no term" in outcome.err


def test_reviews_are_written_beside_the_translation(translate: Run) -> None:
    Path("a.html").write_text(PAGE)
    forms = ("--bilingual", "html", "--bilingual", "docx", "--xliff", "--tmx")
    assert translate("a.html", *forms).code == 0
    assert {path.name for path in Path().glob("a.en*")} == {
        "a.en.html",
        *(f"a.en.review.{extension}" for extension in ("html", "docx", "xlf", "tmx")),
    }
    assert "المتحدث" in Path("a.en.review.html").read_text()


def test_an_existing_review_is_kept_and_nothing_is_asked(translate: Run, script: Script) -> None:
    Path("a.txt").write_text("نعم")
    Path("a.en.review.html").write_text("mine")
    outcome = translate("a.txt", "--bilingual", "html")
    assert outcome.code == 1
    assert "--force" in outcome.err
    assert not script.options
    assert {path.name for path in Path().iterdir()} == {"a.txt", "a.en.review.html"}


def test_what_the_memory_has_is_not_asked_again(translate: Run, script: Script) -> None:
    Path("a.html").write_text(PAGE)
    Path("b.html").write_text("<p>قال <b>المتحدث</b> نعم</p>")
    assert translate("a.html", "--memory", "memory.db").code == 0
    asked = len(script.texts)
    outcome = translate("b.html", "--memory", "memory.db")
    assert outcome.code == 0
    assert len(script.texts) == asked
    assert "<p>word <b>word</b> word</p>" in Path("b.en.html").read_text()
    assert "1 reused" in outcome.err


def test_plain_text_keeps_its_lines_with_a_memory(translate: Run) -> None:
    Path("a.txt").write_bytes("  نعم\r\n\r\nنعم & لا <\r\n".encode())
    assert translate("a.txt", "--memory", "memory.db").code == 0
    assert Path("a.en.txt").read_bytes() == b"  word\r\n\r\nword & word <\r\n"


@pytest.mark.parametrize("name", ["a.doc", "a.rtf", "a.odp"])
def test_an_old_kind_of_file_says_what_to_convert_it_to_without_libreoffice(
    translate: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    Path(name).write_bytes(b"old")
    monkeypatch.setenv("PATH", "")
    outcome = translate(name)
    assert outcome.code == 1
    assert "there is no soffice on the PATH" in outcome.err
    assert [path.name for path in Path().iterdir()] == [name]


def test_a_pdf_is_written_as_a_word_document(translate: Run) -> None:
    source = SAMPLES_FOLDER / "libreoffice.pdf"
    Path("a.ar.pdf").write_bytes(source.read_bytes())
    outcome = translate("a.ar.pdf")
    assert (outcome.code, outcome.out) == (0, b"")
    assert "without the layout" in outcome.err
    with zipfile.ZipFile("a.en.docx") as written:
        document = written.read("word/document.xml").decode()
    assert "word" in document and "w:bidi" not in document


def test_a_pdf_that_cannot_be_read_gives_no_output(translate: Run) -> None:
    Path("a.pdf").write_bytes(b"%PDF-1.7")
    outcome = translate("a.pdf")
    assert outcome.code == 1
    assert "damaged or cut off" in outcome.err
    assert [path.name for path in Path().iterdir()] == ["a.pdf"]


@pytest.mark.system
def test_a_file_of_an_old_kind_is_converted_and_written_as_the_new_one(translate: Run) -> None:
    letters = "".join(f"\\u{ord(letter)}?" for letter in "نعم")
    Path("a.ar.rtf").write_text(rf"{{\rtf1\ansi\rtlpar {letters} {{\b {letters}}}\par}}")
    outcome = translate("a.ar.rtf")
    assert (outcome.code, outcome.out) == (0, b"")
    assert "the translation is written as .docx" in outcome.err
    with zipfile.ZipFile("a.en.docx") as written:
        assert "word" in written.read("word/document.xml").decode()
