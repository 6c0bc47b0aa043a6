"""Defaults from `tarjama.toml`, and what `tarjama config` tells of them."""

import json
import sys
from pathlib import Path

import pytest

from tarjama.cli.application import tarjama as application
from tarjama.cli.configuration import SETTINGS
from tests.client.cli.conftest import Run
from tests.client.cli.scripted_server import Script

USER = Path(".config/tarjama/tarjama.toml")


def say(path: Path | str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def in_force(tarjama: Run) -> dict[str, tuple[object, str]]:
    facts = map(json.loads, tarjama("config", "--json").text.splitlines())
    return {fact["key"]: (fact["value"], fact["origin"]) for fact in facts}


def test_each_source_outweighs_those_after_it(
    tarjama: Run, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    def model(*arguments: str) -> str:
        tarjama("translate", "--server", script.address, *arguments, stdin=b"x\n")
        return script.options[-1].model

    assert model() == ""
    say(USER, 'model = "user"')
    assert model() == "user"
    say("tarjama.toml", 'model = "project"')
    assert model() == "project"
    monkeypatch.setenv("TARJAMA_MODEL", "environment")
    assert model() == "environment"
    assert model("--model", "flag") == "flag"


def test_the_nearest_file_above_counts_and_the_users_fills_in(
    tarjama: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(USER, 'model = "user"\n[translate]\njobs = 9\nlines = true')
    say("tarjama.toml", 'model = "far"')
    say("a/tarjama.toml", "[translate]\njobs = 7")
    Path("a/b/c").mkdir(parents=True)
    monkeypatch.chdir("a/b/c")
    facts = in_force(tarjama)
    assert facts["translate.jobs"][0] == 7
    assert facts["translate.jobs"][1].endswith("tarjama.toml")
    assert facts["model"][0] == "user"
    assert facts["translate.lines"][0] is True
    assert facts["timeout"] == (None, "default")


def test_values_reach_the_commands(tarjama: Run, script: Script) -> None:
    say(
        "tarjama.toml",
        f'server = "{script.address}"\ndo_not_translate = ["ACME", "names.txt"]\n'
        "[translate]\nbeam_size = 3\nlines = true\n",
    )
    say("names.txt", "Tarjama\n")
    assert tarjama("translate", stdin=b"x\n").code == 0
    assert tarjama("models").code == 0
    assert script.options[0].beam_size == 3
    assert list(script.options[0].do_not_translate) == ["ACME", "Tarjama"]


def test_paths_are_relative_to_the_file(
    tarjama: Run, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("tarjama.toml", 'glossary = "terms/terms.csv"')
    say("terms/terms.csv", "بغداد,Baghdad\n")
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert tarjama("translate", "--server", script.address, stdin=b"x\n").code == 0
    assert [term.target for term in script.options[0].glossary] == ["Baghdad"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('modle = "x"', "modle"),
        ("[translate]\njosb = 3", "translate.josb"),
        ('[translate]\njobs = "many"', "translate.jobs takes a whole number"),
        ("server = 3", "server takes text"),
        ('translate = "x"', "[translate]"),
        ('token = "hunter2"', "token_file"),
        ("[", "not valid TOML"),
        ("[translate]\njobs = 0", "--jobs"),
    ],
)
def test_what_a_file_says_wrongly_is_misuse_and_named(tarjama: Run, text: str, said: str) -> None:
    say("tarjama.toml", text)
    outcome = tarjama("translate", stdin=b"x\n")
    assert outcome.code == 2
    assert said in outcome.err
    assert "tarjama.toml" in outcome.err or "--jobs" in outcome.err
    assert "hunter2" not in outcome.err


def test_tokens_are_not_shown(tarjama: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARJAMA_TOKEN", "secret-1")
    say("token", "secret-2")
    say("tarjama.toml", 'token_file = "token"')
    outcome = tarjama("config")
    assert outcome.code == 0
    assert "secret" not in outcome.text + outcome.err
    assert "TARJAMA_TOKEN" in outcome.text


def test_the_table_tells_where_each_value_is_from(tarjama: Run) -> None:
    say("tarjama.toml", 'model = "m"')
    (line,) = [line for line in tarjama("config").text.splitlines() if line.startswith("model ")]
    assert line.split() == ["model", "m", str(Path("tarjama.toml").absolute())]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(tarjama: Run, shell: str) -> None:
    outcome = tarjama("completion", shell)
    assert outcome.code == 0
    assert "_TARJAMA_COMPLETE" in outcome.text


def test_the_script_gets_completions(
    tarjama: Run, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("_TARJAMA_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "tarjama translate --glo")
    monkeypatch.setenv("COMP_CWORD", "2")
    with pytest.raises(SystemExit):
        tarjama()
    assert b"--glossary" in capsysbinary.readouterr().out


@pytest.mark.parametrize(
    "command", ["", "translate", "merge", "glossary", "memory", "models", "health", "config"]
)
def test_help_fits_80_columns(tarjama: Run, command: str) -> None:
    outcome = tarjama(*command.split(), "--help")
    assert outcome.code == 0
    assert max(map(len, outcome.text.splitlines())) <= 80


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder that is in use")
def test_a_working_folder_that_was_removed_is_no_matter(
    tarjama: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("gone").mkdir()
    monkeypatch.chdir("gone")
    Path("../gone").rmdir()
    assert tarjama("config").code == 0


def test_every_setting_is_an_option_of_its_commands() -> None:
    for setting in SETTINGS:
        for name in setting.commands:
            parameters = {parameter.name for parameter in application.commands[name].params}
            assert setting.parameter in parameters, (setting.key, name)


def test_every_variable_is_that_of_the_option() -> None:
    for setting in SETTINGS:
        options = {option.name: option for option in application.commands["translate"].params}
        assert options[setting.parameter].envvar == setting.variable
