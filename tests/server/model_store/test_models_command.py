import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tarjama_server.commands.models import models
from tests.server.model_store.file_server import FileServer, Reply


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


def run(models_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(models, [*arguments, "--models-dir", str(models_dir)])


def test_a_model_is_converted_listed_verified_and_removed(
    models_dir: Path, tiny_release: Path
) -> None:
    converted = run(models_dir, "convert", str(tiny_release), "--name", "tiny")
    assert (converted.exit_code, converted.stdout) == (0, f"{models_dir / 'tiny'}\n")
    assert "tiny" in run(models_dir, "list").stdout
    assert run(models_dir, "verify", "tiny").stdout == "tiny: ok\n"
    assert run(models_dir, "verify").stdout == "ar-en-small: ok\ntiny: ok\n"
    removed = run(models_dir, "remove", "tiny")
    assert (removed.exit_code, removed.output) == (0, "")
    assert "tiny" not in run(models_dir, "list").stdout


def test_a_model_is_fetched(models_dir: Path, file_server: FileServer, tiny_zip: bytes) -> None:
    file_server.content = tiny_zip
    fetched = run(models_dir, "fetch", "tiny", "--url", file_server.url)
    assert (fetched.exit_code, fetched.stdout) == (0, f"{models_dir / 'tiny'}\n")


def test_options_of_convert_reach_the_manifest(models_dir: Path, tiny_release: Path) -> None:
    options = ["--license", "CC0-1.0", "--alignment", "trained", "--quantization", "float32"]
    run(models_dir, "convert", str(tiny_release), "--name", "tiny", *options)
    manifest = json.loads((models_dir / "tiny" / "manifest.json").read_text())
    assert manifest["license"] == "CC0-1.0"
    assert manifest["alignment"] == "trained"
    assert manifest["quantization"] == "float32"


def test_the_list_has_aligned_columns(models_dir: Path) -> None:
    lines = run(models_dir, "list").stdout.splitlines()
    for heading in ("STATE", "LICENCE", "ALIGNMENT", "BLEU / CHRF2", "RELEASE"):
        column = lines[0].index(heading)
        assert all(line[column - 1] == " " != line[column] for line in lines)
    assert [line.split()[:3] for line in lines[1:]] == [
        ["ar-en-small", "bundled", "CC-BY-NC-SA-4.0"],
        ["opus-mt-ar-en", "available", "CC-BY-4.0"],
        ["opus-mt-tc-big-ar-en", "available", "CC-BY-4.0"],
    ]


def test_the_list_as_json_has_all_there_is_to_know(models_dir: Path, tiny_release: Path) -> None:
    run(models_dir, "convert", str(tiny_release), "--name", "tiny")
    rows = {row["name"]: row for row in json.loads(run(models_dir, "list", "--json").stdout)}
    assert rows["opus-mt-ar-en"]["url"].endswith("/ar-en/opus-2019-12-18.zip")
    assert rows["opus-mt-ar-en"]["scores"][0] == {
        "test_set": "FLORES-101 devtest",
        "bleu": 33.9,
        "chrf": 61.0,
    }
    assert rows["tiny"]["state"] == "installed"
    assert rows["tiny"]["path"] == str(models_dir / "tiny")
    assert len(rows["tiny"]["checksum"]) == 64
    assert rows["opus-mt-ar-en"]["checksum"] is None


def test_a_damaged_model_does_not_hide_the_others(models_dir: Path, tiny_release: Path) -> None:
    run(models_dir, "convert", str(tiny_release), "--name", "tiny")
    (models_dir / "tiny" / "manifest.json").write_text("{")
    listed = run(models_dir, "list")
    assert listed.exit_code == 0
    assert ["tiny", "damaged"] in [line.split()[:2] for line in listed.stdout.splitlines()]
    verified = run(models_dir, "verify")
    assert (verified.exit_code, verified.stdout) == (1, "ar-en-small: ok\n")
    assert verified.stderr.startswith("Error: ")
    assert verified.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["remove", "ar-en-small"],
        ["remove", "nonsense"],
        ["verify", "nonsense"],
        ["fetch", "nonsense"],
        ["fetch", "A/B", "--url", "http://example.org"],
        ["convert", ".", "--name", "tiny"],
    ],
)
def test_what_fails_says_so_in_one_line_on_stderr(models_dir: Path, arguments: list[str]) -> None:
    result = run(models_dir, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_a_failed_download_says_so_in_one_line_on_stderr(
    models_dir: Path, file_server: FileServer
) -> None:
    file_server.replies = [Reply(status=404)]
    result = run(models_dir, "fetch", "tiny", "--url", file_server.url)
    assert result.exit_code == 1
    assert result.stderr == f"Error: {file_server.url} answered HTTP 404 Not Found\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["fetch"],
        ["fetch", "tiny", "--sha256", "abc"],
        ["fetch", "tiny", "--quantization", "int3"],
        ["convert", "/nowhere", "--name", "x"],
        ["convert", "."],
        ["convert", ".", "--name", "x", "--alignment", "maybe"],
        ["nonsense"],
    ],
)
def test_misuse_exits_with_2(models_dir: Path, arguments: list[str]) -> None:
    result = run(models_dir, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")


def test_the_models_folder_comes_from_the_environment_too(
    models_dir: Path, tiny_release: Path
) -> None:
    result = CliRunner(env={"TARJAMA_SERVER_MODELS_DIR": str(models_dir)}).invoke(
        models, ["convert", str(tiny_release), "--name", "tiny"]
    )
    assert result.stdout == f"{models_dir / 'tiny'}\n"


@pytest.mark.parametrize("command", ["list", "fetch", "convert", "verify", "remove"])
def test_help_fits_80_columns(command: str) -> None:
    result = CliRunner().invoke(models, [command, "--help"], terminal_width=80)
    assert result.exit_code == 0
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
