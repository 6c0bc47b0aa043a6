from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tarjama_server.app import load_model
from tarjama_server.commands import calibrate
from tarjama_server.commands.models import models
from tarjama_server.config import load_settings
from tarjama_server.model_store import ModelStore
from tarjama_server.model_store.manifest import SCORE_PERCENTILES, TokenLimits
from tarjama_server.text.hygiene import Hygiene
from tests.conftest import StartServer

WARNING = "model is not calibrated: conservative defaults"
PLACES = ("بغداد", "القاهرة", "دمشق", "الرياض", "تونس")


@pytest.fixture
def pairs_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "pairs"
    folder.mkdir()
    sources = [
        f"قال الوزير في {PLACES[number % 5]} إن الحكومة ستعقد {number} اجتماعا هذا العام"
        for number in range(200)
    ]
    references = [
        f"The minister said in the city that the government will hold {number} meetings this year"
        for number in range(200)
    ]
    (folder / "news.ar").write_text("\n".join(sources), encoding="utf-8")
    (folder / "news.en").write_text("\n".join(references), encoding="utf-8")
    return folder


def run(store: ModelStore, *arguments: str, env: Mapping[str, str] | None = None) -> Result:
    command = ["calibrate", *arguments, "--models-dir", str(store.user_dir)]
    return CliRunner(env=env).invoke(models, command)


def cells(line: str) -> list[str]:
    return line.split()[-2:]


def test_a_model_is_calibrated_and_before_and_after_are_shown(
    store: ModelStore, pairs_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What an unknown release allows are 256 tokens: most of a minute of ever longer chains.
    short = TokenLimits(max_source_tokens=60, preferred_source_tokens=36, max_target_tokens=256)
    monkeypatch.setattr(calibrate, "limits_of_release", lambda store, manifest: short)
    before = store.find("small").manifest.limits.max_source_tokens
    result = run(store, "small", "--pairs", str(pairs_dir))
    assert (result.exit_code, result.stderr) == (0, "")
    calibration = store.find("small").manifest.calibration
    assert calibration is not None
    assert list(calibration.score_percentiles) == list(SCORE_PERCENTILES)
    scores = list(calibration.score_percentiles.values())
    assert scores == sorted(scores)
    table, lengths = (part.splitlines() for part in result.stdout.split("\n\n"))
    first, heading, longest, low, high, *others = table
    assert first.startswith("small: 200 pairs, 2")
    assert heading.split() == ["BEFORE", "AFTER"]
    after = store.find("small").manifest.limits.max_source_tokens
    assert cells(longest) == [str(before), str(after)]
    assert lengths[0].split() == ["source", "tokens", "TEXTS", "DEGENERATE", "DROPPED"]
    assert len({len(line) for line in lengths}) == 1
    assert cells(low) == ["0.40", f"{calibration.length_ratio_low:.2f}"]
    assert cells(high) == ["2.50", f"{calibration.length_ratio_high:.2f}"]
    assert [cells(line) for line in others[: len(scores)]] == [
        ["-", f"{score:.2f}"] for score in scores
    ]
    assert others[-1].startswith("segments LOW_CONFIDENCE")
    again = run(store, "small", "--pairs", str(pairs_dir)).stdout.split("\n\n")
    assert [cells(line)[0] for line in again[0].splitlines()[2:]] == [
        cells(line)[1] for line in [longest, low, high, *others]
    ]
    assert again[1].splitlines() == lengths


def test_what_fails_says_so_in_one_line_on_stderr_and_changes_nothing(
    store: ModelStore, pairs_dir: Path
) -> None:
    before = store.find("small")
    few = pairs_dir.parent / "few"
    few.mkdir()
    for side in ("ar", "en"):
        lines = (pairs_dir / f"news.{side}").read_text(encoding="utf-8").split("\n")
        (few / f"news.{side}").write_text("\n".join(lines[:50]), encoding="utf-8")
    for name, folder in (("nonsense", pairs_dir), ("small", store.user_dir), ("small", few)):
        result = run(store, name, "--pairs", str(folder))
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
    assert store.find("small") == before


@pytest.mark.parametrize(
    "arguments", [["small"], ["small", "--pairs", "/nowhere"], ["--pairs", "."]]
)
def test_misuse_exits_with_2(store: ModelStore, arguments: list[str]) -> None:
    result = run(store, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_bad_setting_in_the_environment_is_misuse(store: ModelStore, pairs_dir: Path) -> None:
    env = {"TARJAMA_SERVER_WORKERS": "none"}
    result = run(store, "small", "--pairs", str(pairs_dir), env=env)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "setting workers" in result.stderr


def test_help_fits_80_columns() -> None:
    result = CliRunner().invoke(models, ["calibrate", "--help"], terminal_width=80)
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_a_server_warns_of_each_model_that_is_not_calibrated(
    store: ModelStore, start_server: StartServer
) -> None:
    names = ["--models", "ar-en-small", "--models", "small"]
    server = start_server("--models-dir", str(store.user_dir), "--log-format", "json", *names)
    warnings = [line for line in server.stderr.splitlines() if WARNING in line]
    assert len(warnings) == 1
    assert '"model": "small"' in warnings[0]
    assert '"level": "warning"' in warnings[0]


def test_a_model_is_loaded_with_the_hygiene_of_its_manifest(store: ModelStore) -> None:
    installed = store.find("small")
    settings = load_settings(None, {"workers": 1})
    text = "أهلا &quot;وسهلا&quot;"
    decoded, kept = (
        load_model(
            replace(installed, manifest=replace(installed.manifest, hygiene=hygiene)), settings
        ).tokenizer.encode(text)
        for hygiene in (Hygiene(), Hygiene(entities=False))
    )
    assert "quot" in "".join(kept.tokens)
    assert "quot" not in "".join(decoded.tokens)
