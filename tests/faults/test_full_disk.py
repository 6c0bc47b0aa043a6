import shutil
import sys
from pathlib import Path

import pytest

from tests.faults.full_disk import fill_disks, refuse_unreadable_models


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="limits the size of files, as on Linux")
def test_a_full_disk_is_said_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    assert fill_disks(tmp_path).broken == []


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are Unix's")
def test_a_model_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert refuse_unreadable_models(tmp_path).broken == []
