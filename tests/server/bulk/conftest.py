from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.bulk.corpus import Corpus, echo_engine


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """A job in folders of the test's own, whose engine answers by rule."""
    return Corpus(tmp_path, load=echo_engine)


MakeFile = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> MakeFile:
    """Writes an input file: `write(name, content)`."""

    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
