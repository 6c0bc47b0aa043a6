"""The command line with a real server and the bundled model."""

import signal
import sys
from pathlib import Path

import pytest

from tarjama.formats.script import has_arabic
from tests.client.cli.conftest import TIMEOUT_S, Run, started
from tests.client.cli.journals import wait_for_journal
from tests.server.process.server_process import ServerProcess

SENTENCE = "قال المتحدث إن السفارة رقم {} ستبقى مفتوحة أمام الزوار.\n"


def test_a_page_comes_out_in_english_with_its_formatting(
    tarjama: Run, server: ServerProcess
) -> None:
    Path("a.html").write_text(
        "<p>قال <b>المتحدث</b> إن <a href='x'>السفارة</a> ستبقى مفتوحة.</p><p>شكرا</p>",
        encoding="utf-8",
    )
    outcome = tarjama("translate", "--server", server.address, "a.html", "--bilingual", "html")
    assert outcome.code == 0
    page = Path("a.en.html").read_text(encoding="utf-8")
    assert not has_arabic(page)
    for tag in ("<b>", "</b>", "<a href='x'>", "</a>"):
        assert page.count(tag) == 1
    assert has_arabic(Path("a.en.review.html").read_text(encoding="utf-8"))


def test_a_folder_of_small_documents_is_translated_at_once(
    tarjama: Run, server: ServerProcess
) -> None:
    Path("docs").mkdir()
    for number in range(12):
        Path(f"docs/{number}.md").write_text(f"# {SENTENCE.format(number)}", encoding="utf-8")
    assert tarjama("translate", "--server", server.address, "docs", "-o", "out").code == 0
    written = {path.name: path.read_text(encoding="utf-8") for path in Path("out").iterdir()}
    assert len(written) == 12
    for number in range(12):
        text = written[f"{number}.en.md"]
        assert text.startswith("# ")
        assert str(number) in text


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is Unix's")
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_what_was_killed_and_resumed_is_what_it_would_have_been(
    tarjama: Run, server: ServerProcess, name: str
) -> None:
    text = "".join(f"{SENTENCE.format(number)}\n" for number in range(70))
    Path(name).write_text(text, encoding="utf-8")
    ask = ("translate", "--server", server.address, name)
    with started(*ask, "-o", "resumed") as process:
        wait_for_journal(10)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=TIMEOUT_S)
    assert not Path("resumed").exists()
    outcome = tarjama(*ask, "-o", "resumed")
    assert outcome.code == 0
    assert " reused" in outcome.err
    assert tarjama(*ask, "-o", "whole", "--no-resume").code == 0
    assert Path("resumed").read_bytes() == Path("whole").read_bytes()
    assert not list(Path().glob(".tarjama-*"))
