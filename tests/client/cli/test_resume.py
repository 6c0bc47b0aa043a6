"""Commands that were killed, and what is done when they are given again."""

import json
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.client.cli.conftest import TIMEOUT_S, Run, started
from tests.client.cli.journals import wait_for_journal
from tests.client.cli.scripted_server import Script, translated

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's")

LINES = [f"قال المتحدث إن السفارة ستبقى مفتوحة {number}.\n" for number in range(60)]
ENDS = [signal.SIGKILL, signal.SIGINT, signal.SIGTERM]
CODES = {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: 143}


def interrupted(script: Script, number: signal.Signals, *arguments: object, after: int = 0) -> None:
    """Starts a command, and ends it when the server is held and so many segments are kept."""
    with started("translate", "--server", script.address, *arguments) as process:
        try:
            assert script.held.wait(TIMEOUT_S)
            wait_for_journal(after)
            process.send_signal(number)
            process.communicate(timeout=TIMEOUT_S)
        finally:
            process.kill()
    assert process.returncode == CODES[number]
    script.released.set()


def hold(path: Path, text: str) -> str:
    """Writes a document at whose middle the server is held."""
    path.write_text(text, encoding="utf-8")
    return text


@pytest.mark.parametrize("number", ENDS)
def test_no_line_of_a_text_is_translated_twice(
    script: Script, translate: Run, number: signal.Signals
) -> None:
    lines = [*LINES[:50], "@hold\n", *LINES[50:]]
    text = hold(Path("a.txt"), "".join(lines))
    interrupted(script, number, "a.txt", "-o", "out.txt", after=50)
    assert not Path("out.txt").exists()
    outcome = translate("a.txt", "-o", "out.txt")
    assert outcome.code == 0
    written = Path("out.txt").read_text(encoding="utf-8").splitlines()
    assert len(written) == len(text.splitlines())
    counts = Counter(script.streamed_lines)
    assert set(counts) == set(lines)
    assert {line for line, count in counts.items() if count > 1} <= {"@hold\n"}
    assert {path.name for path in Path().iterdir()} == {"a.txt", "out.txt"}
    assert "50 reused" in outcome.err


@pytest.mark.parametrize("number", ENDS[:2])
def test_no_unit_of_a_document_is_translated_twice(
    script: Script, translate: Run, number: signal.Signals
) -> None:
    units = [f"نعم {number}" for number in range(150)]
    units[100] = "@hold نعم"
    Path("a.csv").write_text("".join(f"{unit}\n" for unit in units), encoding="utf-8")
    interrupted(script, number, "a.csv", after=96)
    outcome = translate("a.csv")
    assert outcome.code == 0
    counts = Counter(script.texts)
    assert set(counts) == set(units)
    # What was under way when the command ended is lost: four calls of 32 units at most.
    assert sum(counts.values()) - len(counts) <= 4 * 32
    assert Path("a.en.csv").read_text(encoding="utf-8").splitlines()[0] == "word 0"
    assert {path.name for path in Path().iterdir()} == {"a.csv", "a.en.csv"}


def test_json_goes_on_with_the_offsets_of_the_whole_text(script: Script, translate: Run) -> None:
    text = hold(Path("a.txt"), "".join([*LINES[:9], "@hold @term\n", "الثالث @term\n"]))
    interrupted(script, signal.SIGKILL, "a.txt", "--json", "-o", "out.jsonl", after=9)
    assert translate("a.txt", "--json", "-o", "out.jsonl").code == 0
    lines = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert "".join(line["source"] for line in lines) == text
    for line in lines:
        start, end = line["source_span"]
        assert text[start:end] == line["source"]
    assert [line["sentence_index"] for line in lines] == list(range(len(lines)))
    for line in lines[-2:]:
        assert line["alignment"][0]["source"][0] == line["source_span"][0]


@pytest.mark.parametrize(
    ("arguments", "change"),
    [(["--beam-size", "2"], ""), ([], "نعم\n"), (["--no-resume"], "")],
)
def test_another_document_or_other_options_begin_anew(
    script: Script, translate: Run, arguments: list[str], change: str
) -> None:
    text = hold(Path("a.txt"), "".join([*LINES[:9], "@hold\n"]))
    interrupted(script, signal.SIGKILL, "a.txt", "-o", "out.txt", after=9)
    Path("a.txt").write_text(text + change, encoding="utf-8")
    outcome = translate("a.txt", "-o", "out.txt", *arguments)
    assert outcome.code == 0
    assert Counter(script.streamed_lines)[LINES[0]] == 2
    assert ("begun anew" in outcome.err) == ("--no-resume" not in arguments)
    assert Path("out.txt").read_text() == translated(text + change)
    assert {path.name for path in Path().iterdir()} == {"a.txt", "out.txt"}


def test_another_model_begins_anew(script: Script, translate: Run) -> None:
    hold(Path("a.txt"), "".join([*LINES[:9], "@hold\n"]))
    interrupted(script, signal.SIGKILL, "a.txt", "-o", "out.txt", after=9)
    script.checksum = "1" * 64
    assert "begun anew" in translate("a.txt", "-o", "out.txt").err


def test_several_documents_in_work_all_go_on(script: Script, translate: Run) -> None:
    for name in ("a", "b", "c"):
        hold(Path(f"{name}.txt"), "".join(f"{name} {line}" for line in LINES[:9]) + "@hold\n")
    interrupted(script, signal.SIGINT, "a.txt", "b.txt", "c.txt", after=27)
    outcome = translate("a.txt", "b.txt", "c.txt")
    assert outcome.code == 0
    assert max(Counter(line for line in script.streamed_lines if "@" not in line).values()) == 1
    assert {path.suffix for path in Path().iterdir()} == {".txt"}


def test_a_failing_server_leaves_what_is_done_for_the_next_run(
    script: Script, translate: Run
) -> None:
    Path("a.txt").write_text("".join([*LINES[:9], "@fail\n"]), encoding="utf-8")
    assert translate("a.txt", "-o", "out.txt").code == 1
    asked = len(script.streamed_lines)
    assert translate("a.txt", "-o", "out.txt").code == 1
    assert len(script.streamed_lines) == asked
