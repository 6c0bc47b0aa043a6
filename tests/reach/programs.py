"""Runs programs of other languages."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

PROTO = Path(__file__).parents[2] / "proto"


def program(name: str, package: str) -> str:
    """The path of a program. Fails, and names the package that has it, if it is not there."""
    path = shutil.which(name)
    assert path, f"{name} is not on the PATH; {package} has it"
    return path


def run(
    *arguments: object,
    folder: Path,
    env: Mapping[str, str] | None = None,
    timeout_s: float = 100,
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, which must be good."""
    command = [str(argument) for argument in arguments]
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=timeout_s
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done


def check_printed(output: str) -> None:
    """Check what the programs of client/README.md print: two texts, then an article."""
    first, second, article = output.split("\n", 2)
    assert first.startswith("ar-en-small: ")
    assert second.startswith("ar-en-small: ")
    assert len(article) > 1000
    assert output.isascii()
