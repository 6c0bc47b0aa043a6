"""What is built from the tree, and an environment in which only that is installed."""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seeds" / "01-iraq-withdrawal.ar.txt"
TIMEOUT_S = 110


@dataclass(frozen=True, slots=True)
class Distributions:
    """Files as they would be published.

    Attributes:
        wheel: built from the tree.
        sdist: built from the tree.
        wheel_of_sdist: built from what the sdist holds, elsewhere.
    """

    wheel: Path
    sdist: Path
    wheel_of_sdist: Path


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment with the wheel in it; `run` does as a user would, far from any checkout."""

    programs: Path
    home: Path

    def run(self, program: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
        command = [str(self.programs / program), *map(str, arguments)]
        return run(command, home=self.home)


def run(
    command: list[str], *, home: Path, timeout_s: float = TIMEOUT_S, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command in an empty folder, with none of the test's own settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TARJAMA_", "PYTHON", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        command,
        cwd=home,
        env={**inherited, "HOME": str(home), **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=timeout_s,
        check=False,
    )


def built(out: Path, *arguments: str) -> Path:
    """Build from the tree into `out`, without the network."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), *arguments]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True, timeout=TIMEOUT_S)
    return out


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    both = built(tmp_path_factory.mktemp("both"))  # the sdist, and the wheel from it
    wheel = built(tmp_path_factory.mktemp("wheel"), "--wheel")
    return Distributions(
        wheel=next(wheel.glob("*.whl")),
        sdist=next(both.glob("*.tar.gz")),
        wheel_of_sdist=next(both.glob("*.whl")),
    )


@pytest.fixture(scope="session")
def installed(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, installed; what it needs is taken from the environment of the tests.

    A path in a `.pth` file comes after the environment's own, and `.pth` files that lie there are
    not read, so that a checkout which is installed there stays out.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    python = str(programs / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index"]
    subprocess.run([*pip, "--no-deps", str(distributions.wheel)], check=True, timeout=TIMEOUT_S)
    variables = {"base": str(folder), "platbase": str(folder)}
    own = Path(sysconfig.get_path("purelib", scheme="venv", vars=variables))
    (own / "needs.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Installed(programs=programs, home=tmp_path_factory.mktemp("home"))
