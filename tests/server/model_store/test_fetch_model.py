import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tarjama_server.model_store import InstalledModel, ModelNotInstalled, ModelStore
from tarjama_server.model_store.errors import (
    ArchiveUnsafe,
    DownloadFailed,
    DownloadMismatch,
    ModelAlreadyInstalled,
    ModelProtected,
    ModelStoreError,
    ReleaseInvalid,
    StoreBusy,
)
from tarjama_server.model_store.fetch import Downloader
from tarjama_server.model_store.install import fetch_model
from tarjama_server.text.hygiene import Hygiene
from tests.server.model_store.file_server import FileServer, Reply
from tests.server.model_store.opus_release import zip_bytes

KNOWN = """
[models.known]
kind = "opus-mt-zip"
summary = "s"
version = "opus-2019-12-18"
license = "CC-BY-4.0"
url = "{url}"
source_languages = ["ar"]
target_languages = ["en"]
alignment = "trained"
decoding = {{ beam_size = 6, length_penalty = 1.0 }}
limits = {{ max_source_tokens = 99, preferred_source_tokens = 44, max_target_tokens = 111 }}
hygiene = {{ diacritics = false }}
"""


def fetch(
    store: ModelStore, name: str, url: str | None = None, *, sha256: str | None = None
) -> InstalledModel:
    return fetch_model(
        store,
        name,
        downloader=Downloader(sleep=lambda pause_s: None),
        progress=lambda done, total: None,
        url=url,
        sha256=sha256,
    )


def visible(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))


def leftovers(store: ModelStore) -> list[Path]:
    return [*store.user_dir.glob(".staging-*"), *store.downloads_dir.glob("*")]


@pytest.fixture
def known_store(tmp_path: Path, file_server: FileServer, tiny_zip: bytes) -> ModelStore:
    """A store whose registry knows one model, at the test's server."""
    file_server.content = tiny_zip
    bundled = tmp_path / "bundled"
    bundled.mkdir()
    (bundled / "registry.toml").write_text(KNOWN.format(url=file_server.url))
    return ModelStore(tmp_path / "models", bundled_dir=bundled)


def test_a_known_model_is_fetched_by_its_name(known_store: ModelStore, tiny_zip: bytes) -> None:
    manifest = fetch(known_store, "known").manifest
    assert (manifest.version, manifest.license) == ("opus-2019-12-18", "CC-BY-4.0")
    assert manifest.alignment == "trained"
    assert manifest.limits.max_source_tokens == 99
    assert manifest.hygiene == Hygiene(diacritics=False)
    assert manifest.source_sha256 == hashlib.sha256(tiny_zip).hexdigest()
    assert known_store.verify("known").manifest == manifest
    assert leftovers(known_store) == []


def test_the_release_goes_before_the_registry_in_how_to_decode(known_store: ModelStore) -> None:
    assert fetch(known_store, "known").manifest.decoding.beam_size == 3


def test_an_unknown_model_is_fetched_from_its_address(
    store: ModelStore, file_server: FileServer, tiny_zip: bytes
) -> None:
    file_server.content = tiny_zip
    manifest = fetch(store, "tiny", file_server.url).manifest
    assert manifest.source_url == file_server.url
    assert (manifest.license, manifest.alignment) == ("unknown", "none")
    assert manifest.version == "release"  # as the file at that address is named


def test_an_unknown_model_without_address_names_the_known_ones(store: ModelStore) -> None:
    with pytest.raises(ModelNotInstalled, match=r"opus-mt-ar-en, .*--url"):
        fetch(store, "nonsense")


def test_the_bundled_model_is_not_fetched(store: ModelStore) -> None:
    with pytest.raises(ModelProtected):
        fetch(store, "ar-en-small")


def test_an_installed_model_is_not_fetched_again(
    known_store: ModelStore, file_server: FileServer
) -> None:
    fetch(known_store, "known")
    with pytest.raises(ModelAlreadyInstalled):
        fetch(known_store, "known")
    assert len(file_server.asked) == 1


def test_what_came_first_must_come_again(
    known_store: ModelStore, file_server: FileServer, tiny_files: dict[str, bytes]
) -> None:
    fetch(known_store, "known")
    known_store.remove("known")
    fetch(known_store, "known")
    known_store.remove("known")
    file_server.content = zip_bytes({**tiny_files, "README.md": b"another"})
    with pytest.raises(DownloadMismatch, match="the first fetch"):
        fetch(known_store, "known")
    assert known_store.names() == []


def test_a_mirror_must_bring_what_the_address_brought(
    known_store: ModelStore, file_server: FileServer, tiny_files: dict[str, bytes]
) -> None:
    fetch(known_store, "known")
    known_store.remove("known")
    file_server.content = zip_bytes({**tiny_files, "README.md": b"another"})
    with pytest.raises(DownloadMismatch):
        fetch(known_store, "known", file_server.url + "?mirror")


def test_a_hash_on_the_command_accepts_a_changed_release(
    known_store: ModelStore, file_server: FileServer, tiny_files: dict[str, bytes]
) -> None:
    fetch(known_store, "known")
    known_store.remove("known")
    file_server.content = zip_bytes({**tiny_files, "README.md": b"another"})
    sha256 = hashlib.sha256(file_server.content).hexdigest()
    assert fetch(known_store, "known", sha256=sha256).manifest.source_sha256 == sha256
    known_store.remove("known")
    fetch(known_store, "known")  # and from now on it is the one to come


def test_a_wrong_hash_installs_nothing(
    store: ModelStore, file_server: FileServer, tiny_zip: bytes
) -> None:
    file_server.content = tiny_zip
    with pytest.raises(DownloadMismatch, match="the command says"):
        fetch(store, "tiny", file_server.url, sha256="0" * 64)
    assert visible(store.user_dir) == []
    assert leftovers(store) == []


def test_a_pinned_hash_is_enforced_at_the_first_fetch(
    tmp_path: Path, file_server: FileServer, tiny_zip: bytes
) -> None:
    file_server.content = tiny_zip
    bundled = tmp_path / "bundled"
    bundled.mkdir()
    pinned = KNOWN.format(url=file_server.url) + f'sha256 = "{"0" * 64}"\n'
    (bundled / "registry.toml").write_text(pinned)
    with pytest.raises(DownloadMismatch, match="the registry says"):
        fetch(ModelStore(tmp_path / "models", bundled_dir=bundled), "known")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<html>Please log in</html>", ReleaseInvalid),
        (zip_bytes({"readme.txt": b"no release"}), ReleaseInvalid),
        (zip_bytes({"../evil": b"x"}), ArchiveUnsafe),
    ],
)
def test_what_is_no_release_is_deleted_and_not_remembered(
    known_store: ModelStore,
    file_server: FileServer,
    tiny_zip: bytes,
    content: bytes,
    error: type[ModelStoreError],
) -> None:
    file_server.content = content
    with pytest.raises(error):
        fetch(known_store, "known")
    assert leftovers(known_store) == []
    assert not (known_store.user_dir.parent / "evil").exists()
    file_server.content = tiny_zip
    fetch(known_store, "known")


def test_a_damaged_memory_of_fetches_is_not_taken_for_an_empty_one(
    known_store: ModelStore,
) -> None:
    known_store.user_dir.mkdir()
    (known_store.user_dir / ".fetched.json").write_text("{")
    with pytest.raises(ModelStoreError, match=r"\.fetched\.json.* is damaged"):
        fetch(known_store, "known")


def test_a_fetch_that_gave_up_is_taken_up_by_the_next(
    known_store: ModelStore, file_server: FileServer
) -> None:
    file_server.replies = [Reply(stop_after=5_000), *[Reply(status=503)] * 5]
    with pytest.raises(DownloadFailed, match="5,000 bytes are kept"):
        fetch(known_store, "known")
    assert known_store.names() == []
    fetch(known_store, "known")
    assert file_server.asked_ranges[-1] == "bytes=5000-"


def test_two_fetches_at_once_are_refused(known_store: ModelStore, file_server: FileServer) -> None:
    with known_store.exclusive(), pytest.raises(StoreBusy):
        fetch(ModelStore(known_store.user_dir), "tiny", file_server.url)
    assert file_server.asked == []


def test_a_full_disk_is_a_clear_error(
    known_store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device", "/models/x")

    monkeypatch.setattr("tarjama_server.model_store.install.unpack", full)
    with pytest.raises(ModelStoreError, match="cannot install known: No space left on device"):
        fetch(known_store, "known")
    assert known_store.names() == []


FETCHING = """
import sys
from pathlib import Path
from tarjama_server.model_store import ModelStore
from tarjama_server.model_store.fetch import Downloader
from tarjama_server.model_store.install import fetch_model

fetch_model(
    ModelStore(Path(sys.argv[1])),
    "tiny",
    url=sys.argv[2],
    downloader=Downloader(),
    progress=lambda done, total: print(done, flush=True),
)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_fetch_killed_midway_leaves_nothing_half_installed_and_is_taken_up(
    store: ModelStore, file_server: FileServer, tiny_zip: bytes
) -> None:
    half = len(tiny_zip) // 2
    file_server.content = tiny_zip
    file_server.replies = [Reply(wait_after=half)]
    with subprocess.Popen(
        [sys.executable, "-c", FETCHING, str(store.user_dir), file_server.url],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        arrived = next(line for line in process.stdout if int(line) == half)
        process.send_signal(signal.SIGKILL)
    file_server.go_on.set()
    assert int(arrived) == half
    assert store.names() == ["ar-en-small"]
    assert visible(store.user_dir) == []

    fetch(store, "tiny", file_server.url)
    assert file_server.asked_ranges == [None, f"bytes={half}-"]
    assert store.verify("tiny").manifest.source_sha256 == hashlib.sha256(tiny_zip).hexdigest()
    assert leftovers(store) == []


def test_the_memory_of_fetches_is_readable(known_store: ModelStore, tiny_zip: bytes) -> None:
    fetch(known_store, "known")
    assert json.loads((known_store.user_dir / ".fetched.json").read_text()) == {
        "known opus-2019-12-18": {
            "sha256": hashlib.sha256(tiny_zip).hexdigest(),
            "size_bytes": len(tiny_zip),
        }
    }
