"""The store: the models installed on this machine, the bundled ones among them."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from tarjama_server.model_store.errors import (
    ModelAlreadyInstalled,
    ModelDamaged,
    ModelNameInvalid,
    ModelNotInstalled,
    ModelProtected,
    ModelStoreError,
    StoreBusy,
)
from tarjama_server.model_store.manifest import MANIFEST_NAME, Manifest
from tarjama_server.model_store.registry import REGISTRY_NAME, KnownModel, read_registry

# Lower case, so that one name is one folder on every file system; no leading dot, so that the
# store's own files are never taken for models.
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_STAGING_PREFIX = ".staging-"
_LOCK_NAME = ".lock"
_DOWNLOADS_NAME = ".downloads"


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model ready to be loaded.

    Attributes:
        path: the folder that CTranslate2 loads; `source.spm` and `target.spm` are in it.
        manifest: what is known of it.
        bundled: it came with the software.
    """

    path: Path
    manifest: Manifest
    bundled: bool


def bundled_models_dir() -> Path:
    """Find the models that came with the software, and their registry.

    In a wheel they lie inside the package; in an editable install, in the checkout's `models/`.
    """
    package = Path(str(resources.files("tarjama_server")))
    inside = package / "bundled"
    return inside if inside.is_dir() else package.parents[1] / "models"


def default_user_dir() -> Path:
    """Return the folder for models of this user: the platform's place for application data."""
    return platformdirs.user_data_path("tarjama") / "models"


class ModelStore:
    """The models in one folder, and the bundled ones.

    A model is a sub-folder with a `manifest.json`. It appears and goes by one rename, so readers
    need no lock; writers hold `exclusive`.
    """

    def __init__(self, user_dir: Path, *, bundled_dir: Path | None = None) -> None:
        """Open a store. Nothing is read or made until it is needed.

        Args:
            user_dir: where models are installed; made when the first one is.
            bundled_dir: where the models that came with the software are; found when None.
        """
        self._user_dir = user_dir
        self._bundled_dir = bundled_models_dir() if bundled_dir is None else bundled_dir

    @property
    def user_dir(self) -> Path:
        """Where models are installed."""
        return self._user_dir

    @property
    def downloads_dir(self) -> Path:
        """Where unfinished downloads wait, so that the next try goes on from there."""
        return self._user_dir / _DOWNLOADS_NAME

    def known(self) -> dict[str, KnownModel]:
        """Read the registry of known models.

        Raises:
            RegistryInvalid: it cannot be read.
        """
        return read_registry(self._bundled_dir / REGISTRY_NAME)

    def names(self) -> list[str]:
        """List what is installed, sorted by name, without reading any manifest."""
        names = set()
        for parent in (self._bundled_dir, self._user_dir):
            if parent.is_dir():
                names |= {
                    entry.name
                    for entry in parent.iterdir()
                    if _NAME.fullmatch(entry.name) and (entry / MANIFEST_NAME).is_file()
                }
        return sorted(names)

    def installed(self) -> list[InstalledModel]:
        """Read what is installed, sorted by name.

        Raises:
            ManifestInvalid: a model's manifest cannot be read.
        """
        return [self.find(name) for name in self.names()]

    def find(self, name: str) -> InstalledModel:
        """Find one model by name.

        Raises:
            ModelNotInstalled: there is none of this name; the message says how to get it.
            ManifestInvalid: its manifest cannot be read, or is another model's.
        """
        path = self._path(name)
        manifest = Manifest.read(path / MANIFEST_NAME)
        if manifest.name != name:
            raise ModelDamaged(f"{path} holds the model {manifest.name!r}; rename the folder back")
        return InstalledModel(path, manifest, bundled=path.parent == self._bundled_dir)

    def verify(self, name: str) -> InstalledModel:
        """Hash every file of a model and compare with its manifest.

        Raises:
            ModelNotInstalled: there is none of this name.
            ModelDamaged: files are missing or differ; the message names them.
        """
        model = self.find(name)
        problems = []
        for file_name, expected in sorted(model.manifest.files.items()):
            path = model.path / file_name
            if not path.is_file():
                problems.append(f"{file_name} is missing")
            elif file_sha256(path) != expected:
                problems.append(f"{file_name} has changed")
        if problems:
            cure = (
                "install the software again"
                if model.bundled
                else f"run: tarjama-server models remove {name}, then fetch or convert it again"
            )
            raise ModelDamaged(f"model {name!r} is damaged: {', '.join(problems)}; {cure}")
        return model

    def remove(self, name: str) -> None:
        """Delete an installed model; a damaged one too.

        Raises:
            ModelNotInstalled: there is none of this name.
            ModelProtected: it came with the software.
            StoreBusy: another process is changing the folder.
        """
        path = self._user_dir / name
        if not (_NAME.fullmatch(name) and path.is_dir()):
            path = self._path(name)
        if path.parent == self._bundled_dir:
            raise ModelProtected(f"model {name!r} comes with the software and cannot be removed")
        with self.exclusive():
            # Gone at once for readers, whatever happens to the deletion.
            doomed = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=self._user_dir))
            path.rename(doomed / name)
            shutil.rmtree(doomed)

    def check_free(self, name: str) -> None:
        """Check that a model of this name can be installed.

        Raises:
            ModelNameInvalid: it does not fit the rule for names.
            ModelProtected: the bundled model has it.
            ModelAlreadyInstalled: an installed model has it.
        """
        check_name(name)
        if (self._bundled_dir / name).exists():
            raise ModelProtected(f"{name!r} is the bundled model; choose another name")
        if (self._user_dir / name).exists():
            raise ModelAlreadyInstalled(
                f"model {name!r} is already in {self._user_dir}; "
                f"to replace it, first run: tarjama-server models remove {name}"
            )

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the folder alone while changing it, and sweep what a killed process left behind.

        Raises:
            StoreBusy: another process holds it.
            ModelStoreError: the folder cannot be made or written.
        """
        try:
            self._user_dir.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._user_dir / _LOCK_NAME)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreBusy(
                f"another tarjama-server is changing {self._user_dir}; retry when it has ended"
            ) from error
        except OSError as error:
            raise ModelStoreError(
                f"cannot write to {self._user_dir}: {error.strerror or error}; "
                "choose another folder with --models-dir"
            ) from error
        try:
            for leftover in self._user_dir.glob(f"{_STAGING_PREFIX}*"):
                shutil.rmtree(leftover)
            yield
        finally:
            lock.release()

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """Make an empty folder on the store's file system, deleted at the end.

        Use inside `exclusive` only.
        """
        with tempfile.TemporaryDirectory(prefix=_STAGING_PREFIX, dir=self._user_dir) as path:
            yield Path(path)

    def publish(self, folder: Path, name: str) -> InstalledModel:
        """Make a finished folder the model `name`, in one step that survives a power cut.

        Use inside `exclusive` only.

        Args:
            folder: inside `staging`, with the model's files and manifest.
            name: free, as `check_free` says.
        """
        for path in (*folder.iterdir(), folder):
            _sync(path)
        folder.rename(self._user_dir / name)
        _sync(self._user_dir)
        return self.find(name)

    def _path(self, name: str) -> Path:
        """Find a model's folder; the bundled one comes first, as no other may have its name."""
        for parent in (self._bundled_dir, self._user_dir):
            if _NAME.fullmatch(name) and (parent / name / MANIFEST_NAME).is_file():
                return parent / name
        if name in self.known():
            raise ModelNotInstalled(
                f"model {name!r} is not installed; run: tarjama-server models fetch {name}"
            )
        raise ModelNotInstalled(
            f"model {name!r} is neither installed nor known; installed: {', '.join(self.names())}; "
            "to see the known ones, run: tarjama-server models list"
        )


def check_name(name: str) -> None:
    """Check that a string can be a model's name.

    Raises:
        ModelNameInvalid: it does not fit the rule.
    """
    if not _NAME.fullmatch(name):
        raise ModelNameInvalid(
            f"{name!r} is no model name: 1 to 64 of a-z, 0-9, '.', '_' and '-', "
            "and a letter or digit first"
        )


def file_sha256(path: Path) -> str:
    """Hash a file: SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Have the file system write a file or folder down."""
    if os.name == "nt" and path.is_dir():
        return  # Windows has no such call for folders
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
