"""Makes an environment with Weblate: `python tests/gateway/weblate_environment.py FOLDER`.

Left out is what is built from source against libraries of the system: pictures and backups, which
its machine translation does not use.
"""

import subprocess
import sys
import venv
from pathlib import Path

_VERSION = "5.14.3"
_LEFT_OUT = ("borgbackup", "pycairo", "pygobject")
# 1.0 is there as source only.
_UNPINNED = ("standardwebhooks",)
_REQUIREMENTS = """
from importlib.metadata import requires
print("\\n".join(line for line in requires("weblate") if "extra ==" not in line))
"""


def make(folder: Path) -> None:
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    subprocess.run([*install, "--no-deps", f"weblate=={_VERSION}"], check=True)
    listed = subprocess.run(
        [python, "-c", _REQUIREMENTS], check=True, capture_output=True, text=True
    ).stdout
    wanted = [line for line in listed.splitlines() if not line.lower().startswith(_LEFT_OUT)]
    pinned = [line for line in wanted if not line.lower().startswith(_UNPINNED)]
    subprocess.run([*install, *pinned], check=True)
    subprocess.run([*install, *_UNPINNED], check=True)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
