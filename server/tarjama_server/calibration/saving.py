"""Keeps what was measured in a model's manifest."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib import resources

from tarjama_server.calibration.measuring import Measurement
from tarjama_server.model_store.errors import ModelProtected, ModelStoreError
from tarjama_server.model_store.manifest import MANIFEST_NAME
from tarjama_server.model_store.store import InstalledModel, ModelStore


def check_writable(model: InstalledModel) -> None:
    """Check that a model's manifest can be changed, before minutes are spent on measuring.

    Raises:
        ModelProtected: it is part of an installed package, whose files nobody should change.
        ModelStoreError: its folder cannot be written.
    """
    if model.bundled and model.path.is_relative_to(str(resources.files("tarjama_server"))):
        raise ModelProtected(
            f"model {model.manifest.name!r} comes with the software and keeps its calibration; "
            "convert its release under another name and calibrate that"
        )
    if not os.access(model.path, os.W_OK):
        raise ModelStoreError(f"cannot write to {model.path}: permission denied")


def save(store: ModelStore, measured: InstalledModel, measurement: Measurement) -> InstalledModel:
    """Write token limits and calibration into a model's manifest, in one step.

    Args:
        store: where the model is.
        measured: the model as it was when it was measured.
        measurement: what was measured.

    Returns:
        The model with its new manifest. Servers that run take it up within seconds.

    Raises:
        ModelStoreError: the model has changed since, or its manifest cannot be written.
    """
    name = measured.manifest.name
    with store.exclusive():
        if store.find(name).manifest != measured.manifest:
            raise ModelStoreError(
                f"model {name!r} was changed while it was measured; calibrate it again"
            )
        path = measured.path / MANIFEST_NAME
        try:
            replace(
                measured.manifest, limits=measurement.limits, calibration=measurement.calibration
            ).write(path)
        except OSError as error:
            raise ModelStoreError(f"cannot write {path}: {error.strerror or error}") from error
        return store.find(name)
