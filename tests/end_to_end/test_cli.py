"""The `tarjama` command with the real server and the bundled model, as people use it."""

import codecs
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarjama import Client, Health
from tarjama.cli.embedded import EmbeddedServer

TIMEOUT_S = 100
SEED = Path(__file__).parents[2] / "seeds" / "01-iraq-withdrawal.ar.txt"
ARTICLE = SEED.read_text(encoding="utf-8")
# In one encoding as in another: no mark or letter that Windows-1256 lacks.
PARAGRAPHS = "انسحبت القوات الأمريكية من العراق.\r\n\r\n\tوصل الجنود إلى الكويت صباح الخميس.\r\n"

needs_unix = pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's")


@pytest.fixture(autouse=True)
def no_ambient_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("TARJAMA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """One real server for the tests that do not ask how it starts and ends."""
    with EmbeddedServer() as server:
        yield server


@pytest.fixture
def named(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the command find that server, so that it starts none."""
    monkeypatch.setenv("TARJAMA_SERVER", server.address)
    monkeypatch.setenv("TARJAMA_TOKEN", server.token)


def tarjama(*arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "tarjama", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=TIMEOUT_S, check=False)


def started(*arguments: object) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "tarjama", *map(str, arguments)]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)


def test_the_article_is_translated_with_nothing_but_its_name_given() -> None:
    ended = tarjama("translate", SEED)
    assert ended.returncode == 0
    english = ended.stdout.decode()
    assert len(english) > len(ARTICLE) / 2
    assert english.count("\n") == ARTICLE.count("\n")
    latin = sum(character.isascii() for character in english)
    assert latin > 0.95 * len(english)
    # All that is said is how many segments a translator should look at.
    assert all(b"to look at" in line for line in ended.stderr.splitlines())


def test_the_segments_of_the_article_tile_it(named: None) -> None:
    ended = tarjama("translate", "--json", "-", stdin=ARTICLE.encode())
    segments = [json.loads(line) for line in ended.stdout.splitlines()]
    assert "".join(segment["source"] for segment in segments) == ARTICLE
    ends = [0, *(segment["source_span"][1] for segment in segments)]
    assert [segment["source_span"][0] for segment in segments] == ends[:-1]
    assert all(segment["translation"].strip() for segment in segments)


def test_a_file_standard_input_and_json_give_the_same_translation(named: None) -> None:
    by_file = tarjama("translate", SEED).stdout
    assert tarjama("translate", stdin=ARTICLE.encode()).stdout == by_file
    lines = tarjama("translate", "--json", SEED).stdout.splitlines()
    assert "".join(json.loads(line)["translation"] for line in lines).encode() == by_file


def test_several_files_with_an_embedded_server() -> None:
    for name in ("a.ar.txt", "b.txt"):
        Path(name).write_bytes(PARAGRAPHS.encode())
    Path("c.bin").write_bytes(b"\x7fELF\0\0\0\0" + bytes(200))
    ended = tarjama("translate", "a.ar.txt", "b.txt", "c.bin")
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"c.bin: This looks like a binary file" in ended.stderr
    assert Path("a.en.txt").read_bytes() == Path("b.en.txt").read_bytes()
    assert Path("a.en.txt").read_bytes().count(b"\r\n") == PARAGRAPHS.count("\r\n")
    assert {path.name for path in Path().iterdir()} == {
        *("a.ar.txt", "b.txt", "c.bin", "a.en.txt", "b.en.txt")
    }


@pytest.mark.parametrize(
    ("bom", "codec", "out_bom", "out_codec"),
    [
        (codecs.BOM_UTF8, "utf-8", codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        (b"", "utf-16-be", b"", "utf-16-be"),
        (b"", "cp1256", b"", "utf-8"),
    ],
)
def test_an_encoding_does_not_change_the_translation(
    named: None, bom: bytes, codec: str, out_bom: bytes, out_codec: str
) -> None:
    plain = tarjama("translate", stdin=PARAGRAPHS.encode()).stdout.decode()
    ended = tarjama("translate", stdin=bom + PARAGRAPHS.encode(codec))
    assert ended.stdout == out_bom + plain.encode(out_codec)
    assert b"read as" in ended.stderr


@pytest.mark.parametrize("text", ["", " \n\n\t", "😀", "hello, world\n", "\u200f\u202b\n"])
def test_text_without_arabic_comes_back_as_it_is(named: None, text: str) -> None:
    ended = tarjama("translate", stdin=text.encode())
    assert (ended.returncode, ended.stdout) == (0, text.encode())


def test_a_server_on_a_port_answers_only_who_has_its_token() -> None:
    with EmbeddedServer(loopback=True) as server:
        assert server.address.startswith("127.0.0.1:")
        with Client(server.address, token=server.token) as client:
            assert client.health() is Health.SERVING
            assert client.translate(PARAGRAPHS).segments
        ended = tarjama("translate", "--server", server.address, stdin=PARAGRAPHS.encode())
        assert (ended.returncode, ended.stdout) == (1, b"")
        assert server.token.encode() not in ended.stderr


def test_models_and_health_answer_with_an_embedded_server() -> None:
    assert tarjama("health").stdout == b"SERVING\n"
    models = [json.loads(line) for line in tarjama("models", "--json").stdout.splitlines()]
    assert "ar-en-small" in [model["name"] for model in models]


def test_a_model_that_is_not_there_is_named() -> None:
    ended = tarjama("translate", "--model", "no-such-model", SEED)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"no-such-model" in ended.stderr
    assert b"Traceback" not in ended.stderr


def pid_of_server(command: "subprocess.Popen[bytes]") -> int:
    children = Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text().split()
    assert len(children) == 1
    return int(children[0])


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process by Linux's pidfd")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_the_server_ends_with_the_command_however_that_ends(
    number: signal.Signals, code: int
) -> None:
    with started("translate") as command:
        assert command.stdin is not None
        assert command.stdout is not None
        # More than the server looks ahead, so that it answers while the input is open.
        command.stdin.write(ARTICLE.encode() * 6)
        command.stdin.flush()
        assert command.stdout.read(1)
        server = os.pidfd_open(pid_of_server(command))
        try:
            command.send_signal(number)
            command.communicate(timeout=TIMEOUT_S)
            assert command.returncode == code
            # A pidfd is readable once its process has ended.
            assert select.select([server], [], [], TIMEOUT_S)[0]
        finally:
            os.close(server)


@needs_unix
def test_ctrl_c_leaves_finished_files_and_no_other(named: None) -> None:
    Path("a.txt").write_bytes(PARAGRAPHS.encode())
    os.mkfifo("b.txt")
    # The command opens the pipe for reading when the first document is done: opening it waits.
    named_files = ("a.txt", "b.txt", "--jobs", "1")
    with started("translate", *named_files) as command, Path("b.txt").open("wb") as document:
        document.write(ARTICLE.encode())
        document.flush()
        command.send_signal(signal.SIGINT)
        command.communicate(timeout=TIMEOUT_S)
    assert command.returncode == 130
    assert {path.name for path in Path().iterdir()} == {"a.txt", "b.txt", "a.en.txt"}
