from collections.abc import Iterator
from pathlib import Path

import pytest

from tarjama_server.model_store import ModelStore
from tests.server.model_store.file_server import FileServer, serving
from tests.server.model_store.opus_release import release_files, write_folder, zip_bytes


@pytest.fixture(scope="session")
def tiny_files() -> dict[str, bytes]:
    return release_files()


@pytest.fixture(scope="session")
def tiny_zip(tiny_files: dict[str, bytes]) -> bytes:
    return zip_bytes(tiny_files)


@pytest.fixture
def tiny_release(tiny_files: dict[str, bytes], tmp_path: Path) -> Path:
    return write_folder(tiny_files, tmp_path / "release")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    with serving() as served:
        yield served
