"""Takes up models that are installed while the server runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tarjama_server.app.loading import Loader, report_loaded
from tarjama_server.auth.file_stamp import FileStamp, file_stamp
from tarjama_server.engine import EngineError
from tarjama_server.model_store.errors import ModelStoreError
from tarjama_server.model_store.store import InstalledModel, ModelStore
from tarjama_server.observability import describe_error, logger
from tarjama_server.observability.metrics import Metrics
from tarjama_server.pipeline.model import ServedModel
from tarjama_server.serving import ServedModels

# How often models' folders are looked at. A look at the bundled model takes 0.1 ms.
_LOOK_EVERY_S = 1.0
_GONE: FileStamp = ()


@dataclass(slots=True)
class WatchedFolder:
    """The folder of a model in service."""

    name: str
    path: Path
    tried: FileStamp | None
    """Its files when they were last loaded, or refused; None to load them whatever they are."""
    seen: FileStamp
    """Its files at the last look."""

    @classmethod
    def of(cls, model: InstalledModel) -> WatchedFolder:
        """Watch the folder of a model that is about to be verified."""
        stamp = folder_stamp(model.path)
        return cls(model.manifest.name, model.path, stamp, stamp)


def folder_stamp(path: Path) -> FileStamp:
    """What changes when a file in `path` is replaced, rewritten, made or removed.

    The folder's own times count too, so that no file need be known by name. Empty when there is no
    such folder.
    """
    try:
        return file_stamp([path, *sorted(path.iterdir())])
    except OSError:
        return _GONE


class Reloader:
    """Puts newly installed models in the place of those in service, one at a time.

    A folder that has changed is left alone until it holds still for a look, so that a model which
    is being copied there is not taken for a broken one. Whatever is wrong with a new model, the
    one in service serves on.
    """

    def __init__(
        self, store: ModelStore, loader: Loader, models: ServedModels, metrics: Metrics
    ) -> None:
        """Load from `store` with `loader`, and tell `metrics` what came of it."""
        self._store = store
        self._loader = loader
        self._models = models
        self._metrics = metrics
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Look at all models soon, at those too whose folders have not changed.

        While models are looked at, another round follows.
        """
        self._asked.set()

    async def run(self, folders: Sequence[WatchedFolder]) -> None:
        """Look at `folders` now and then until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._asked.wait()
            is_asked = self._asked.is_set()
            self._asked.clear()
            for folder in folders:
                if await self._is_due(folder) or is_asked:
                    await self._try(folder)

    async def _is_due(self, folder: WatchedFolder) -> bool:
        """Whether a folder has changed and holds still."""
        stamp = await asyncio.to_thread(folder_stamp, folder.path)
        holds_still, folder.seen = stamp == folder.seen, stamp
        if stamp == folder.tried or not holds_still:
            return False
        if stamp == _GONE:
            # What follows, within a moment or never, is the new one.
            folder.tried = stamp
            logger().warning("model removed: what is loaded serves on", model=folder.name)
            return False
        return True

    async def _try(self, folder: WatchedFolder) -> None:
        """Put what is in a folder into service, if it is new and sound."""
        folder.tried = folder.seen
        try:
            installed = await asyncio.to_thread(self._store.verify, folder.name)
            if installed.manifest.checksum == self._models.manifest(folder.name).checksum:
                self._metrics.model(folder.name).reloaded("unchanged")
                logger().info("model unchanged", model=folder.name)
                return
            model = await self._loader.load(installed)
        except (ModelStoreError, EngineError, OSError) as error:
            self._report_failure(folder.name, why=str(error))
        except Exception as error:
            # What breaks on it is no matter: calls must go on, and so must this loop.
            self._report_failure(folder.name, **describe_error(error))
        else:
            # Not in a thread: the model would be nobody's to close if this task ended meanwhile.
            if folder_stamp(folder.path) == folder.tried:
                self._replace(model)
                return
            # What was loaded may not be what was verified.
            folder.tried = None
            logger().info("model changed while it was loaded: looking again", model=folder.name)
            await model.close()

    def _replace(self, model: ServedModel) -> None:
        manifest = model.manifest
        former = self._models.manifest(manifest.name)
        self._models.replace(model)
        self._metrics.add_model(
            manifest.name, version=manifest.version, checksum=manifest.checksum
        ).reloaded("replaced")
        report_loaded(
            "model replaced",
            model,
            former_version=former.version,
            former_checksum=former.checksum,
        )

    def _report_failure(self, name: str, **reason: str) -> None:
        self._metrics.model(name).reloaded("failed")
        former = self._models.manifest(name)
        logger().error(
            "the new model is broken: the old one serves on",
            model=name,
            version=former.version,
            checksum=former.checksum,
            **reason,
        )
