"""`tarjama models`, `tarjama health` and the command itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.cli.conftest import Run
from tests.client.cli.scripted_server import Script


def test_health_is_said_and_is_the_exit_code(tarjama: Run, script: Script) -> None:
    outcome = tarjama("health", "--server", script.address)
    assert (outcome.code, outcome.text, outcome.err) == (0, "SERVING\n", "")
    script.set_serving(False)
    outcome = tarjama("health", "--server", script.address)
    assert (outcome.code, outcome.text, outcome.err) == (1, "NOT_SERVING\n", "")


def test_a_server_that_is_not_there_is_one_line_of_failure(tarjama: Run) -> None:
    outcome = tarjama("health", "--server", "127.0.0.1:1")
    assert (outcome.code, outcome.out) == (1, b"")
    assert len(outcome.err.splitlines()) == 1
    assert "127.0.0.1:1" in outcome.err


def test_a_malformed_address_is_misuse(tarjama: Run) -> None:
    outcome = tarjama("health", "--server", "nowhere")
    assert outcome.code == 2
    assert "nowhere" in outcome.err


def test_models_are_listed_as_a_table(tarjama: Run, script: Script) -> None:
    outcome = tarjama("models", "--server", script.address)
    assert outcome.code == 0
    heading, row = outcome.text.splitlines()
    assert heading.split() == ["NAME", "VERSION", "LANGUAGES", "BEAM", "ALIGNMENT", "LICENSE"]
    assert row.split() == ["scripted", "(default)", "1", "ar-en", "4", "none", "Apache-2.0"]


def test_models_are_listed_as_json(tarjama: Run, script: Script) -> None:
    outcome = tarjama("models", "--json", "--server", script.address)
    (line,) = outcome.text.splitlines()
    model = json.loads(line)
    assert (model["name"], model["limits"]["max_call_texts"]) == ("scripted", 1024)


@pytest.mark.parametrize("command", [[], ["translate"], ["models"], ["health"]])
def test_help_fits_a_terminal_of_80_columns(
    tarjama: Run, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    outcome = tarjama(*command, "--help")
    assert outcome.code == 0
    assert max(map(len, outcome.text.splitlines())) <= 80


def test_the_version_is_said(tarjama: Run) -> None:
    assert tarjama("--version").text.startswith("tarjama, version ")


def test_an_unknown_command_is_misuse(tarjama: Run) -> None:
    assert tarjama("transalte").code == 2


@pytest.mark.parametrize("absent", ["click", "rich", "charset_normalizer"])
def test_without_the_extra_the_command_says_what_to_install(absent: str, tmp_path: Path) -> None:
    # None in sys.modules makes importing that module fail as if it were not installed.
    program = (
        f"import sys; sys.modules[{absent!r}] = None\n"
        "from tarjama.__main__ import main\n"
        "sys.exit(main())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=60, check=False, text=True
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "pip install 'tarjama[cli]'" in ended.stderr


@pytest.mark.parametrize("absent", ["tarjama_server", "ctranslate2"])
def test_without_a_server_the_command_says_how_to_get_one(
    tarjama: Run, absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_spec(name: str) -> object:
        return None if name == absent else object()

    monkeypatch.setattr("importlib.util.find_spec", find_spec)
    outcome = tarjama("translate", stdin=b"x")
    assert outcome.code == 1
    assert "--server" in outcome.err
    assert "pip install 'tarjama[server]'" in outcome.err


def test_an_embedded_server_takes_no_remote_options(tarjama: Run) -> None:
    outcome = tarjama("health", "--tls")
    assert outcome.code == 2
    assert "--tls needs --server" in outcome.err
