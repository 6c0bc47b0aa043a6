"""Makes an environment with the systems that the bench compares with.

    python -m tests.bench.peers.install DIR [--extra-index-url URL]

takes some 3 GB and a few minutes. `--peers DIR/bin/python` then gives them to the bench. What comes
after DIR goes to pip: the index of PyTorch's CPU builds, for one, without which its GPU libraries
are installed as well.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from pathlib import Path

_REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def main() -> int:
    """Install them; give pip's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    options, for_pip = parser.parse_known_args()
    venv.create(options.folder, with_pip=True)
    python = options.folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    command = [str(python), "-m", "pip", "install", "-r", str(_REQUIREMENTS), *for_pip]
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode


if __name__ == "__main__":
    sys.exit(main())
