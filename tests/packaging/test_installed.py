"""The wheel in an environment of its own, used as its users do."""

import re
from pathlib import Path

import pytest

from tests.packaging.conftest import SEED, Installed


def test_what_is_used_is_what_is_installed(installed: Installed) -> None:
    script = "import {0}; print({0}.__file__)"
    for package in ("tarjama", "tarjama_server", "tarjama_proto"):
        ended = installed.run("python", "-c", script.format(package))
        assert Path(ended.stdout.strip()).is_relative_to(installed.programs.parent), ended.stderr


@pytest.mark.parametrize("program", ["tarjama", "tarjama-server"])
def test_each_command_says_its_version(installed: Installed, program: str) -> None:
    ended = installed.run(program, "--version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.fullmatch(rf"{program}, version \d+\.\d+\.\d+\n", ended.stdout)


def test_the_seed_is_translated_with_the_model_that_came_along(installed: Installed) -> None:
    ended = installed.run("tarjama", "translate", SEED)
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stdout.split()) > 100


def test_the_server_finds_the_bundled_model_inside_its_package(installed: Installed) -> None:
    ended = installed.run("tarjama-server", "models", "verify", "ar-en-small")
    assert ended.returncode == 0, ended.stderr
