import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tarjama_server.commands.tune import tune
from tarjama_server.config import Settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TARJAMA_SERVER_{name.upper()}", raising=False)


def run(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(tune, [*arguments, "--models-dir", str(tmp_path / "models")])


def test_settings_are_measured_told_and_written(
    tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each configuration takes a process, and more cores have more of them.
    monkeypatch.setattr("tarjama_server.commands.tune.available_cores", lambda: 1)
    file = tmp_path / "server.toml"
    file.write_text("max_calls = 99 # enough\nworkers = 77\n", encoding="utf-8")
    result = run(tmp_path, "--quick", "--text", str(text), "--write", str(file))
    assert result.exit_code == 0, result.stderr
    assert result.stderr == f"Written to {file}.\n"
    heading, *_, settings = result.stdout.split("\n\n")
    assert heading.startswith("ar-en-small on cpu in int8_float32, cores: 1, ")
    assert "WORKERS  THREADS  BATCH TOKENS  TOKENS/S  SPREAD" in result.stdout
    assert "One round shows no noise" in result.stdout
    told = tomllib.loads(settings)
    assert set(told) == {"workers", "threads_per_worker", "max_batch_tokens"}
    assert tomllib.loads(file.read_text(encoding="utf-8")) == {"max_calls": 99} | told
    assert "# enough" in file.read_text(encoding="utf-8")
    assert "المدرسة" not in result.output


@pytest.mark.parametrize(
    ("content", "said"),
    [("workers = = 1\n", "is no TOML"), ("wrokers = 1\n", "setting wrokers: there is none")],
)
def test_a_file_that_serve_would_refuse_is_misuse_and_stays(
    content: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "server.toml"
    file.write_text(content, encoding="utf-8")
    result = run(tmp_path, "--quick", "--write", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert file.read_text(encoding="utf-8") == content


def test_a_file_may_say_of_addresses_what_it_likes(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('listen = ["0.0.0.0:50051"]\nmodels = ["no-such-model"]\n', encoding="utf-8")
    result = run(tmp_path, "--quick", "--write", str(file))
    # The addresses are not what it stops at, and the model is that of the file.
    assert result.exit_code == 1
    assert "no-such-model" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("no-such-model",), 1, "no-such-model"),
        (("--device", "tpu"), 2, "tpu"),
        (("--rounds", "0"), 2, "--rounds"),
        (("--write", "none/server.toml"), 1, "there is no folder"),
        (("--text", "no-such-text"), 2, "no-such-text"),
    ],
)
def test_errors_are_one_line_and_nothing_is_measured(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    result = run(tmp_path, "--quick", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_a_gpu_that_is_not_there_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of this machine's GPUs, if it has any, the process that measures shall see none.
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    result = run(tmp_path, "--quick", "--device", "cuda")
    assert result.exit_code == 1
    assert "finds no GPU" in result.stderr


def test_help_says_how_long_it_takes_and_what_is_chosen() -> None:
    help_text = " ".join(CliRunner().invoke(tune, ["--help"], terminal_width=100).stdout.split())
    for said in ("three minutes", "over two minutes is given up", "at most 3 %", "at most 5 %"):
        assert said in help_text
