"""What `pipx` and the package index make of the wheel; needs both."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.conftest import SEED, Distributions, Installed, run

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
INSTALL_TIMEOUT_S = 500

# As its users write it: every public name that they start from, and what it gives.
TYPED = """
from tarjama import AsyncClient, Client, Health, TranslationOptions


def sync() -> list[str]:
    with Client("localhost:50051") as client:
        if client.health() is not Health.SERVING:
            return []
        translation = client.translate("مرحبا", options=TranslationOptions(alignment=True))
        many = [each.text for each in client.translate_many(["صباح", "الخير"])]
        return [*many, translation.text, *(segment.translation for segment in translation.segments)]


async def streamed(text: str) -> str:
    async with AsyncClient("localhost:50051") as client:
        return "".join([segment.translation async for segment in client.stream([text])])
"""
MISTYPED = """
from tarjama import Client

length: int = Client("localhost:50051").translate("مرحبا").text
"""

Pipx = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pipx")


@pytest.fixture(scope="module")
def pipx(home: Path) -> Pipx:
    """Runs pipx in a home of the tests' own; gives its exit code and all that it said."""

    def pipx(*arguments: object) -> tuple[int, str]:
        ended = run(
            [sys.executable, "-m", "pipx", *map(str, arguments)],
            home=home,
            timeout_s=INSTALL_TIMEOUT_S,
            PIPX_HOME=str(home / "environments"),
            PIPX_BIN_DIR=str(home / "bin"),
            PIPX_MAN_DIR=str(home / "man"),
            PIPX_DEFAULT_PYTHON=sys.executable,
        )
        return ended.returncode, ended.stdout + ended.stderr

    return pipx


@pytest.fixture(scope="module")
def by_pipx(pipx: Pipx, distributions: Distributions, home: Path) -> Installed:
    code, said = pipx("install", f"{distributions.wheel}[all]")
    assert code == 0, said
    return Installed(programs=home / "bin", home=home)


def test_both_commands_work_outside_any_checkout(by_pipx: Installed) -> None:
    translated = by_pipx.run("tarjama", "translate", SEED)
    assert translated.returncode == 0, translated.stderr
    assert len(translated.stdout.split()) > 100
    verified = by_pipx.run("tarjama-server", "models", "verify", "ar-en-small")
    assert verified.returncode == 0, verified.stderr


def test_the_index_would_take_what_is_published(pipx: Pipx, distributions: Distributions) -> None:
    files = (distributions.wheel, distributions.sdist)
    code, said = pipx("run", "twine", "check", "--strict", *files)
    assert code == 0, said


@pytest.mark.parametrize(("script", "code"), [(TYPED, 0), (MISTYPED, 1)], ids=["right", "wrong"])
def test_a_users_types_are_checked_against_the_installed_client(
    pipx: Pipx, installed: Installed, tmp_path: Path, script: str, code: int
) -> None:
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    python = installed.programs / "python"
    arguments = ("--strict", "--python-executable", python, tmp_path / "script.py")
    ended, said = pipx("run", "mypy", *arguments)
    assert ended == code, said
    assert code == 0 or "[assignment]" in said
