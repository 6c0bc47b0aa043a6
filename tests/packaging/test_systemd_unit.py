"""The systemd unit, as systemd and the server's own settings understand it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tarjama_server.config import ENVIRONMENT_PREFIX, Settings, load_settings

UNIT = Path(__file__).parents[2] / "server" / "deploy" / "tarjama-server.service"
TIMEOUT_S = 60
# Of 10. What is left is that the service talks to a network and runs native code.
MOST_EXPOSED = 2.0
# What streams have after the grace, as in `tarjama_server.app.server`, and a second for the rest.
AFTER_GRACE_S = 6


@pytest.fixture(scope="module")
def service() -> dict[str, list[str]]:
    """The `[Service]` section: each key with its values in order."""
    section = UNIT.read_text(encoding="utf-8").split("\n[Service]\n")[1]
    settings: dict[str, list[str]] = {}
    for line in section.split("\n[Install]\n")[0].splitlines():
        if line and not line.startswith("#"):
            name, value = line.split("=", 1)
            settings.setdefault(name, []).append(value)
    return settings


def analyzed(*arguments: object) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("systemd-analyze")
    assert program is not None, "systemd-analyze is needed: apt-get install systemd"
    command = [program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def test_a_drain_ends_before_systemd_loses_patience(service: dict[str, list[str]]) -> None:
    stop_s = float(service["TimeoutStopSec"][0].removesuffix("s"))
    assert stop_s >= load_settings(None, {}).drain_grace_s + AFTER_GRACE_S


def test_its_variables_are_settings_of_the_server(service: dict[str, list[str]]) -> None:
    written = re.findall(rf"{ENVIRONMENT_PREFIX}(\w+)", UNIT.read_text(encoding="utf-8"))
    named = {name.lower() for name in written if name}
    assert "models_dir" in named
    assert named <= Settings.model_fields.keys()


def test_the_engine_may_write_the_code_that_it_runs(service: dict[str, list[str]]) -> None:
    """Without that it translates into nonsense, and says nothing."""
    assert "MemoryDenyWriteExecute" not in service


@pytest.mark.system
def test_systemd_accepts_it(tmp_path: Path) -> None:
    # It looks for the program, which is not installed there on the machine that tests.
    program = tmp_path / "tarjama-server"
    program.touch(mode=0o755)
    unit = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    unit.write_text(text.replace("/opt/tarjama/bin/tarjama-server serve", f"{program} serve"))
    ended = analyzed("verify", unit)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.system
def test_what_it_exposes_is_bounded() -> None:
    threshold = round(MOST_EXPOSED * 10)
    ended = analyzed("security", "--offline=true", "--no-pager", f"--threshold={threshold}", UNIT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
