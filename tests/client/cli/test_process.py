"""How the command behaves as a process: pipes, signals, terminals."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.cli.conftest import TIMEOUT_S, Stream, started
from tests.client.cli.scripted_server import Script, translated

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and ptys are Unix's")

LINE = "قال المتحدث إن السفارة ستبقى مفتوحة.\n"


def read_exactly(process: "subprocess.Popen[bytes]", expected: bytes) -> None:
    """Waits until the process has written just this; the test's time limit is the timeout."""
    assert process.stdout is not None
    assert process.stdout.read(len(expected)) == expected


def test_output_starts_before_the_input_ends(script: Script) -> None:
    with started("translate", "--server", script.address) as process:
        assert process.stdin is not None
        for number in range(3):
            process.stdin.write(LINE.encode())
            process.stdin.flush()
            read_exactly(process, f"Sentence {number}.\n".encode())
        assert process.communicate(timeout=TIMEOUT_S) == (b"", b"")
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_keeps_finished_files_and_removes_the_one_begun(
    script: Script, number: signal.Signals, code: int
) -> None:
    Path("a.txt").write_text(LINE)
    Path("b.txt").write_text(LINE + "@hold\n")
    ask = ("translate", "--server", script.address, "--no-resume", "--jobs", "1")
    with started(*ask, "a.txt", "b.txt") as process:
        assert script.held.wait(TIMEOUT_S)
        process.send_signal(number)
        _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == code
    assert b"Traceback" not in err
    assert {path.name for path in Path().iterdir()} == {"a.txt", "b.txt", "a.en.txt"}
    assert Path("a.en.txt").read_text() == translated(LINE)


def test_ctrl_c_ends_the_command_while_it_waits_for_input(script: Script) -> None:
    with started("translate", "--server", script.address) as process:
        assert process.stdin is not None
        process.stdin.write(LINE.encode())
        process.stdin.flush()
        read_exactly(process, b"Sentence 0.\n")
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_S) == 130
        assert process.stderr is not None
        assert b"Fatal" not in process.stderr.read()


def test_a_hang_up_that_is_ignored_stays_ignored(script: Script) -> None:
    ignore = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    command = [sys.executable, "-m", "tarjama", "translate", "--server", script.address]
    program = f"{ignore} os.execv(sys.executable, {command!r})"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(f"@hold{LINE}".encode())
        process.stdin.flush()
        assert script.held.wait(TIMEOUT_S)
        process.send_signal(signal.SIGHUP)
        script.released.set()
        out, _ = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, out) == (0, b"Sentence 0.\n")


def test_a_reader_that_leaves_ends_the_command_quietly(script: Script) -> None:
    Path("a.txt").write_text(LINE * 20_000)
    with started("translate", "--server", script.address, "a.txt") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(TIMEOUT_S) == 141


@pytest.mark.parametrize(
    ("redirection", "said"), [("<&-", "Standard input"), (">&-", "Standard output")]
)
def test_a_closed_standard_stream_is_one_line_of_failure(
    script: Script, redirection: str, said: str
) -> None:
    with started("translate", "--server", script.address, redirection=redirection) as process:
        _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 1
    assert said in err.decode()
    assert len(err.decode().splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_behind_standard_output_is_one_line_of_failure(script: Script) -> None:
    with (
        Path("/dev/full").open("wb") as full,
        started("translate", "--server", script.address, stdout=full) as process,
    ):
        _, err = process.communicate(LINE.encode(), timeout=TIMEOUT_S)
    assert process.returncode == 1
    assert "No space left" in err.decode()
    assert len(err.decode().splitlines()) == 1


def test_standard_output_appended_to_the_source_is_refused(script: Script) -> None:
    Path("a.txt").write_text(LINE)
    with (
        Path("a.txt").open("ab") as appended,
        started("translate", "--server", script.address, "a.txt", stdout=appended) as process,
    ):
        process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 2
    assert Path("a.txt").read_text() == LINE


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells peak memory there")
def test_memory_does_not_grow_with_the_document(script: Script) -> None:
    program = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from tarjama.cli.application import run\n"
        "assert run(sys.argv[1:]) == 0\n"
        r"print(re.search(r'VmHWM:\s+(\d+) kB', Path('/proc/self/status').read_text())[1])"
    )

    def peak_kib(document_bytes: int) -> int:
        line = LINE.strip() * 10 + "\n"
        Path("a.txt").write_text(line * (document_bytes // len(line.encode())))
        arguments = ("translate", "--server", script.address, "a.txt", "-o", os.devnull)
        command = [sys.executable, "-c", program, *arguments]
        return int(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)

    # The library keeps 1 MiB of text that may have to be sent again; below, the peak still rises.
    assert peak_kib(12_000_000) - peak_kib(3_000_000) < 4_000


def on_terminal(*arguments: object, stdout: Stream = subprocess.PIPE) -> tuple[int, bytes]:
    """Runs a command with standard error on a terminal and gives what it shows there."""
    controller, terminal = os.openpty()
    with os.fdopen(controller, "rb", buffering=0) as shown:
        with started(*arguments, stdout=stdout, stderr=terminal) as process:
            os.close(terminal)
            received = b""
            try:
                while chunk := shown.read(4096):
                    received += chunk
            except OSError:  # Linux says EIO when the last writer has closed a terminal.
                pass
            process.communicate(timeout=TIMEOUT_S)
        return process.returncode, received


def test_progress_is_shown_on_a_terminal(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    Path("a.txt").write_text(LINE * 500)
    code, shown = on_terminal("translate", "--server", script.address, "a.txt", "-o", "out.txt")
    assert code == 0
    assert b"a.txt" in shown
    assert b"500 segments" in shown
    assert b"100%" in shown


def test_several_documents_have_a_bar_each_and_one_in_all(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(LINE * 50)
    code, shown = on_terminal("translate", "--server", script.address, "a.txt", "b.txt")
    assert code == 0
    assert b"all" in shown
    assert b"2 documents" in shown
    assert b"SEGMENTS" in shown


def test_an_arabic_name_is_isolated_on_a_terminal_that_reorders_and_nowhere_else(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTE_VERSION", "7600")
    Path("تقرير 2.txt").write_text(LINE)
    ask = ("translate", "--server", script.address, "تقرير 2.txt", "--force", "-o")
    code, shown = on_terminal(*ask, "خبر.txt")
    assert code == 0
    assert "\u2068تقرير 2.txt\u2069: translated to \u2068خبر.txt\u2069" in shown.decode()
    with started(*ask, "خبر.txt") as process:
        _, err = process.communicate(timeout=TIMEOUT_S)
    assert "تقرير 2.txt: translated to خبر.txt" in err.decode()


def test_no_progress_is_shown_over_text_on_the_same_terminal_or_when_quiet(script: Script) -> None:
    Path("a.txt").write_text(LINE * 50)
    ask = ("translate", "--server", script.address, "a.txt")
    assert on_terminal(*ask, "-o", "out.txt", "--quiet") == (0, b"")
    controller, terminal = os.openpty()
    try:
        assert on_terminal(*ask, stdout=terminal) == (0, b"")
    finally:
        os.close(terminal)
        os.close(controller)


def test_a_terminal_is_not_waited_for_when_no_file_is_named(script: Script) -> None:
    controller, terminal = os.openpty()
    try:
        with started("translate", "--server", script.address, stdin=terminal) as process:
            _, err = process.communicate(timeout=TIMEOUT_S)
    finally:
        os.close(terminal)
        os.close(controller)
    assert process.returncode == 2
    assert b"Give a FILE" in err
