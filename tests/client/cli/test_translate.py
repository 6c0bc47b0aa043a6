"""What `tarjama translate` writes where, and how it ends."""

import codecs
import json
from pathlib import Path

import pytest
from click import unstyle

from tarjama_proto.v1 import translation_pb2 as pb
from tests.client.cli.conftest import Run
from tests.client.cli.scripted_server import Script, serving, translated

TEXT = "عنوان الخبر\r\n\r\n  قال المتحدث إن السفارة ستبقى مفتوحة.\nنعم"
LONG = "قال المتحدث باسم وزارة الخارجية إن السفارة في بغداد ستبقى مفتوحة أمام المواطنين.\n" * 40


def test_a_file_is_translated_to_standard_output_and_nothing_else_is_said(translate: Run) -> None:
    Path("a.txt").write_bytes(TEXT.encode())
    outcome = translate("a.txt")
    assert (outcome.code, outcome.text, outcome.err) == (0, translated(TEXT), "")


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input_is_translated(translate: Run, arguments: list[str]) -> None:
    outcome = translate(*arguments, stdin=TEXT.encode())
    assert (outcome.code, outcome.text, outcome.err) == (0, translated(TEXT), "")


def test_a_file_is_written_where_o_says(translate: Run) -> None:
    outcome = translate("-", "-o", "out.txt", stdin=TEXT.encode())
    assert (outcome.code, outcome.out) == (0, b"")
    assert Path("out.txt").read_bytes().decode() == translated(TEXT)
    assert "out.txt" in outcome.err


@pytest.mark.parametrize("place", ["out/", "existing"])
def test_one_document_goes_into_a_folder(translate: Run, place: str) -> None:
    Path("existing").mkdir()
    Path("a.ar.txt").write_text(TEXT)
    assert translate("a.ar.txt", "-o", place).code == 0
    assert Path(place, "a.en.txt").exists()


def test_several_files_are_written_beside_their_sources(translate: Run) -> None:
    for name in ("a.ar.txt", "b.log"):
        Path(name).write_bytes(TEXT.encode())
    outcome = translate("a.ar.txt", "b.log")
    assert (outcome.code, outcome.out) == (0, b"")
    for name in ("a.en.txt", "b.en.log"):
        assert Path(name).read_bytes().decode() == translated(TEXT)


def test_several_files_are_written_into_a_folder_that_is_made(translate: Run) -> None:
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(TEXT)
    assert translate("a.txt", "b.txt", "-o", "new/folder").code == 0
    assert {path.name for path in Path("new/folder").iterdir()} == {"a.en.txt", "b.en.txt"}


def test_a_failing_file_does_not_stop_the_others(translate: Run) -> None:
    Path("bad.txt").write_bytes(b"\x7fELF\0\0\0\0" + bytes(100))
    Path("refused.txt").write_text("@fail\n")
    Path("good.txt").write_text(TEXT)
    outcome = translate("bad.txt", "absent.txt", "refused.txt", "good.txt")
    assert outcome.code == 1
    assert Path("good.en.txt").exists()
    for failing in ("bad.txt: ", "absent.txt: ", "refused.txt: "):
        assert f"tarjama: {failing}" in outcome.err
    assert "3 of 4 documents are not translated" in outcome.err
    assert "Traceback" not in outcome.err
    assert {path.suffix for path in Path().iterdir()} == {".txt"}


def test_what_every_document_would_meet_is_said_once(translate: Run) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        Path(name).write_text("@unauthenticated\n")
    outcome = translate("a.txt", "b.txt", "c.txt")
    assert outcome.code == 1
    assert outcome.err.count("the script says so") == 1
    assert "3 of 3" in outcome.err


def test_an_existing_file_is_kept_without_force(translate: Run) -> None:
    Path("a.txt").write_text(TEXT)
    Path("out.txt").write_text("old")
    outcome = translate("a.txt", "-o", "out.txt")
    assert outcome.code == 1
    assert "--force" in outcome.err
    assert Path("out.txt").read_text() == "old"
    assert translate("a.txt", "-o", "out.txt", "--force").code == 0
    assert Path("out.txt").read_text() != "old"


def test_the_source_is_kept_even_with_force(translate: Run) -> None:
    Path("a.txt").write_bytes(TEXT.encode())
    outcome = translate("a.txt", "-o", "./a.txt", "--force")
    assert outcome.code == 2
    assert Path("a.txt").read_bytes() == TEXT.encode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.txt", "./a.txt"],
        ["a.txt", "b.txt", "-o", "b.txt"],
        ["a.txt", "-"],
        ["a.txt", "--encoding", "klingon"],
        ["a.txt", "--alternatives", "2"],
        ["a.txt", "--alignment"],
        ["a.txt", "--beam-size", "0"],
        ["a.txt", "--timeout", "0"],
        ["a.txt", "--cert", "a.txt"],
        ["a.txt", "--no-such-option"],
    ],
)
def test_misuse_ends_with_2_and_nothing_is_done(
    translate: Run, script: Script, arguments: list[str]
) -> None:
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(TEXT)
    outcome = translate(*arguments)
    assert (outcome.code, outcome.out) == (2, b"")
    assert "Error: " in outcome.err
    assert {path.name for path in Path().iterdir()} == {"a.txt", "b.txt"}
    assert script.options == []


@pytest.mark.parametrize(
    ("codec", "bom", "label", "out_codec"),
    [
        ("utf-8", codecs.BOM_UTF8, "UTF-8 with byte order mark", "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16 (little-endian)", "utf-16-le"),
        ("utf-16-be", b"", "UTF-16 (big-endian)", "utf-16-be"),
        ("cp1256", b"", "Windows-1256; the translation is written in UTF-8", "utf-8"),
    ],
)
@pytest.mark.parametrize("text", [LONG, ""])
def test_an_encoding_is_recognised_said_and_kept(
    translate: Run, codec: str, bom: bytes, label: str, out_codec: str, text: str
) -> None:
    outcome = translate(stdin=bom + text.encode(codec))
    assert outcome.code == 0
    assert outcome.out == bom + translated(text).encode(out_codec)
    assert (label in outcome.err) == bool(text or bom)


def test_a_named_encoding_is_taken(translate: Run) -> None:
    outcome = translate("--encoding", "windows-1256", stdin="نعم\n".encode("cp1256"))
    assert (outcome.code, outcome.text) == (0, translated("نعم\n"))


def test_text_before_a_wrong_byte_reaches_standard_output_but_no_file(translate: Run) -> None:
    good = LONG.encode() * 20
    assert len(good) > 100_000  # The wrong byte is not in the first chunk read.
    Path("a.txt").write_bytes(good + b"\xff\n")
    outcome = translate("a.txt")
    assert outcome.code == 1
    assert f"wrong byte at offset {len(good)}" in outcome.err
    assert translated(LONG * 20).startswith(outcome.text)
    assert translate("a.txt", "-o", "out.txt").code == 1
    assert {path.name for path in Path().iterdir()} == {"a.txt"}


def test_json_has_a_line_for_each_segment(translate: Run) -> None:
    text = "\ufeffالأول\r\nالثاني @flag\nالثالث @term 😀"
    Path("a.txt").write_bytes(text.encode())
    outcome = translate("--json", "--alternatives", "1", "a.txt")
    lines = [json.loads(line) for line in outcome.text.splitlines()]
    source = text.removeprefix("\ufeff")
    assert "".join(line["source"] for line in lines) == source
    for line in lines:
        start, end = line["source_span"]
        assert source[start:end] == line["source"]
    assert lines[1] == {
        "file": "a.txt",
        "source": "الثاني @flag\n",
        "source_span": [7, 20],
        "sentence_index": 1,
        "translation": "Sentence 1.\n",
        "score": -0.25,
        "flags": ["split", "check_numbers"],
        "alternatives": [{"translation": "Another.", "score": -0.5}],
        "alignment": [],
        "glossary_applications": [],
    }
    assert lines[2]["alignment"] == [{"source": [20, 26], "target": [0, 8]}]
    applied = {"term": "الثالث", "translation": "third", "source": [20, 26]}
    assert lines[2]["glossary_applications"] == [
        {**applied, "target": [0, 8]},
        {**applied, "target": None},
    ]
    assert "الثاني" in outcome.text


def test_json_of_several_documents_goes_to_standard_output(translate: Run) -> None:
    Path("a.txt").write_text(TEXT)
    outcome = translate("--json", "a.txt", "-", stdin=TEXT.encode())
    files = [json.loads(line)["file"] for line in outcome.text.splitlines()]
    assert files == ["a.txt"] * 4 + ["-"] * 4


def test_json_into_a_folder_has_a_suffix_of_its_own(translate: Run) -> None:
    for name in ("a.ar.txt", "b.txt"):
        Path(name).write_text(TEXT)
    assert translate("--json", "a.ar.txt", "b.txt", "-o", "out").code == 0
    assert {path.name for path in Path("out").iterdir()} == {"a.en.jsonl", "b.en.jsonl"}


def test_segments_to_look_at_are_counted_on_standard_error(translate: Run) -> None:
    outcome = translate(stdin="الأول @flag\nالثاني\nالثالث @flag\n".encode())
    assert "segments to look at: 2 (check_numbers 2)" in outcome.err
    assert "@flag" not in outcome.err


def test_quiet_says_nothing_but_failures(translate: Run) -> None:
    Path("a.txt").write_bytes(codecs.BOM_UTF8 + b"@flag\n")
    Path("b.txt").write_bytes(b"\0\0\0\0\0")
    assert translate("-q", "a.txt", "-o", "out.txt").err == ""
    assert "binary" in translate("-q", "b.txt").err


def test_document_text_is_in_no_message(translate: Run) -> None:
    Path("a.txt").write_bytes("القنبلة @fail\n".encode())
    Path("b.txt").write_bytes("القنبلة\n".encode() + b"\xff")
    outcome = translate("a.txt", "b.txt")
    assert outcome.code == 1
    assert "القنبلة" not in outcome.err


def test_options_reach_the_server(translate: Run, script: Script) -> None:
    arguments = ["--model", "m", "--beam-size", "3", "--alternatives", "2", "--lines", "--json"]
    assert translate(*arguments, "--alignment", stdin=TEXT.encode()).code == 0
    assert script.options == [
        pb.TranslationOptions(
            model="m",
            beam_size=3,
            alternative_count=2,
            alignment=True,
            line_handling=pb.LINE_HANDLING_LINES,
            priority=script.options[0].priority,
            text_format=script.options[0].text_format,
            offset_unit=script.options[0].offset_unit,
        )
    ]


def test_the_server_is_found_in_the_environment(
    tarjama: Run, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARJAMA_SERVER", script.address)
    assert tarjama("translate", stdin=TEXT.encode()).text == translated(TEXT)


def test_a_token_comes_from_a_file_or_the_environment(
    tarjama: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("token").write_text("secret-1\n")
    with serving(Script(token="secret-1")) as script:
        ask = ("translate", "--server", script.address)
        assert tarjama(*ask, stdin=b"x").code == 1
        assert tarjama(*ask, "--token-file", "token", stdin=b"x").code == 0
        monkeypatch.setenv("TARJAMA_TOKEN", "secret-1")
        assert tarjama(*ask, stdin=b"x").code == 0
        monkeypatch.setenv("TARJAMA_TOKEN", "secret-2")
        outcome = tarjama(*ask, stdin=b"x")
    assert outcome.code == 1
    assert "secret" not in outcome.err


def test_a_token_is_not_sent_in_clear(tarjama: Run) -> None:
    Path("token").write_text("secret-1\n")
    outcome = tarjama(
        "translate", "--server", "example.org:443", "--token-file", "token", stdin=b"x"
    )
    assert outcome.code == 2
    assert "TLS" in outcome.err


@pytest.mark.parametrize("content", ["", "\n", "ن"])
def test_a_file_without_a_token_is_misuse(tarjama: Run, content: str) -> None:
    Path("token").write_text(content, encoding="utf-8")
    outcome = tarjama("health", "--server", "127.0.0.1:1", "--token-file", "token")
    assert outcome.code == 2
    assert "holds no token" in outcome.err


def test_a_server_that_does_not_answer_in_time_is_a_failure(translate: Run) -> None:
    outcome = translate("--timeout", "0.3", stdin=b"@hold\n")
    assert (outcome.code, outcome.out) == (1, b"")
    assert len(outcome.err.splitlines()) == 1


def test_a_file_name_is_shown_without_its_control_characters(translate: Run) -> None:
    Path("a\x1b[31m\n.txt").write_bytes(b"\0\0\0\0\0")
    outcome = translate("a\x1b[31m\n.txt")
    assert outcome.err.startswith("tarjama: a�[31m�.txt: ")
    assert unstyle(outcome.err) == outcome.err


def test_a_bug_shows_its_traceback(translate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, segment: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tarjama.cli.reporting.FlagCount.add", broken)
    with pytest.raises(ZeroDivisionError):
        translate(stdin=b"x\n")
