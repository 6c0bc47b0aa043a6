"""Runs LibreTranslate as it comes, save for its sentence splitter. Needs the peers' environment.

The splitter loads a file from the net when it is first used. The bench sends single sentences, so a
splitter that takes each text for one sentence does the same work, and a little less of it.
"""

# mypy: disable-error-code="import-not-found"

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from argostranslate import sbd


def take_whole(splitter: object, text: str) -> list[str]:
    """Take a text for one sentence."""
    return [text]


if __name__ == "__main__":
    sbd.MiniSBDSentencizer.split_sentences = take_whole
    runpy.run_path(str(Path(sys.executable).with_name("libretranslate")), run_name="__main__")
