"""The engine where the process may not run code that it writes."""

import platform
import subprocess
import sys

import pytest

from tarjama_server.model_store.store import bundled_models_dir

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the check is for such alone"
)

# PR_SET_MDWE and PR_MDWE_REFUSE_EXEC_GAIN of <linux/prctl.h>, as systemd sets them.
HARDENED = """
import ctypes, sys
from pathlib import Path
from tarjama_server.engine import CTranslate2Engine, EngineError
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:
    sys.exit(77)
try:
    CTranslate2Engine(Path(sys.argv[1]))
except EngineError as error:
    print(error)
"""
CANNOT = 77


def test_nothing_is_loaded_that_would_translate_into_nonsense() -> None:
    model = str(bundled_models_dir() / "ar-en-small")
    ended = subprocess.run(
        [sys.executable, "-c", HARDENED, model], capture_output=True, text=True, timeout=60
    )
    if ended.returncode == CANNOT:
        pytest.skip("Linux before 6.3 cannot keep a process from it")
    assert ended.returncode == 0, ended.stderr
    assert "MemoryDenyWriteExecute=no" in ended.stdout
