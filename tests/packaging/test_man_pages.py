"""The manual pages, as the generator writes them and as `man` shows them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, TIMEOUT_S

GENERATOR = ROOT / "server" / "deploy" / "man_pages.py"
# 2026-01-01, as a release would set it.
EPOCH_S = 1767225600


def written(folder: Path) -> Path:
    command = [sys.executable, str(GENERATOR), str(folder)]
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH_S)}
    subprocess.run(command, env=env, check=True, timeout=TIMEOUT_S)
    return folder


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("man"))


def helped(*command: str) -> list[str]:
    """The words that `--help` shows, headings apart; one that is broken at a hyphen is one."""
    program, *rest = command
    module = {"tarjama": "tarjama", "tarjama-server": "tarjama_server"}[program]
    ended = subprocess.run(
        [sys.executable, "-m", module, *rest, "--help"],
        env={**os.environ, "TERMINAL_WIDTH": "1000", "COLUMNS": "1000"},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=TIMEOUT_S,
    )
    lines = [line for line in ended.stdout.splitlines() if not re.fullmatch(r"\w+:", line)]
    return re.sub(r"-\n\s+", "-", "\n".join(lines)).removeprefix("Usage: ").split()


def plain(shown: str) -> str:
    """Text without the strokes that make it bold: each is a letter and a backspace."""
    kept: list[str] = []
    for character in shown:
        if character == "\b":
            kept.pop()
        else:
            kept.append(character)
    return "".join(kept)


def mandoc(*arguments: object) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("mandoc")
    assert program is not None, "mandoc is needed: apt-get install mandoc"
    command = [program, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", timeout=TIMEOUT_S, check=False
    )


@pytest.mark.parametrize(
    "name",
    [
        "tarjama",
        "tarjama-translate",
        "tarjama-glossary-check",
        "tarjama-server",
        "tarjama-server-serve",
        "tarjama-server-models-fetch",
    ],
)
def test_commands_of_every_depth_have_a_page(pages: Path, name: str) -> None:
    text = (pages / f"{name}.1").read_text(encoding="utf-8")
    title = name.upper().replace("-", r"\-")
    assert text.startswith(f'.TH "{title}" 1 "2026-01-01" "Tarjama ')


def test_the_same_pages_are_written_each_time(pages: Path, tmp_path: Path) -> None:
    again = written(tmp_path / "made" / "anew")
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in pages.iterdir()
    }


@pytest.mark.system
def test_no_page_has_a_fault(pages: Path) -> None:
    ended = mandoc("-T", "lint", "-W", "warning", *sorted(pages.iterdir()))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.system
@pytest.mark.parametrize(
    "command",
    [
        ("tarjama", "translate"),
        ("tarjama", "completion"),
        ("tarjama", "config"),
        ("tarjama-server", "serve"),
        ("tarjama-server", "tune"),
    ],
    ids=" ".join,
)
def test_no_word_of_the_help_is_missing_from_the_page(
    pages: Path, command: tuple[str, ...]
) -> None:
    shown = mandoc("-T", "utf8", "-O", "width=1000", pages / f"{'-'.join(command)}.1").stdout
    words = set(plain(shown).split())
    assert [word for word in helped(*command) if word not in words] == []
