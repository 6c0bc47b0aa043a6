"""Makes installed models ready to serve."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tarjama_server.batching import Batcher
from tarjama_server.cache import TranslationCache
from tarjama_server.config import Settings
from tarjama_server.engine import CTranslate2Engine
from tarjama_server.model_store.store import InstalledModel
from tarjama_server.observability import logger
from tarjama_server.observability.instruments import Instruments
from tarjama_server.pipeline.model import ServedModel
from tarjama_server.pipeline.warm_up import warm_up
from tarjama_server.segmenter.boundaries import BoundaryScorer
from tarjama_server.segmenter.cutting import Cutter
from tarjama_server.tokenizer import Tokenizer

LoadModel = Callable[[InstalledModel, Settings, Instruments], ServedModel]
"""As `load_model`; called on threads of their own."""


def load_model(
    installed: InstalledModel, settings: Settings, instruments: Instruments | None = None
) -> ServedModel:
    """Load an installed model, to be watched with `instruments`; its batcher is not started.

    Raises:
        EngineError: CTranslate2 cannot load it.
        OSError: one of its files cannot be read.
    """
    engine = CTranslate2Engine(
        installed.path,
        device=settings.device,
        device_indexes=settings.device_indexes,
        compute_type=settings.compute_type,
        worker_count=settings.workers,
        threads_per_worker=settings.threads_per_worker,
    )
    instruments = instruments or Instruments()
    manifest = installed.manifest
    metrics = instruments.metrics.model(manifest.name)
    return ServedModel(
        manifest=manifest,
        tokenizer=Tokenizer(
            installed.path,
            normalization=manifest.normalization,
            hygiene=manifest.hygiene,
        ),
        cutter=Cutter(BoundaryScorer.load()),
        batcher=Batcher(
            engine,
            worker_count=engine.worker_count,
            max_batch_tokens=settings.max_batch_tokens,
            metrics=metrics,
            tracing=instruments.tracing,
        ),
        metrics=metrics,
        engine=engine,
    )


def report_loaded(event: str, model: ServedModel, **details: str) -> None:
    """Log that a model is loaded, what computes it, and whether its limits are its own."""
    manifest = model.manifest
    if model.engine is not None:
        details |= {"device": model.engine.device, "compute_type": model.engine.compute_type}
    is_calibrated = manifest.calibration is not None
    logger().info(
        event,
        model=manifest.name,
        version=manifest.version,
        checksum=manifest.checksum,
        calibrated=is_calibrated,
        **details,
    )
    if not is_calibrated:
        logger().warning("model is not calibrated: conservative defaults", model=manifest.name)


class Loader:
    """Loads the models of one server and warms them up, while the event loop goes on."""

    def __init__(
        self,
        settings: Settings,
        instruments: Instruments,
        cache: TranslationCache | None,
        load: LoadModel,
    ) -> None:
        """Load with `load`; the models share `cache`."""
        self._settings = settings
        self._instruments = instruments
        self._cache = cache
        self._load = load

    async def load(self, installed: InstalledModel) -> ServedModel:
        """Make a model ready for its first caller. It is the caller's to close.

        Raises:
            EngineError: it cannot be loaded, or fails to translate.
            OSError: one of its files cannot be read.
        """
        loaded = await asyncio.to_thread(self._load, installed, self._settings, self._instruments)
        model = replace(loaded, cache=self._cache)
        model.batcher.start()
        try:
            await warm_up(model)
        except BaseException:  # Cancelled, too: its memory is to be free again.
            await model.close()
            raise
        return model
