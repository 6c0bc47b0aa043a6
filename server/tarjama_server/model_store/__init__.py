"""The models on this machine: known, fetched, converted, verified, found.

Fetching and converting are in `fetch` and `convert`, which load more; serving needs only this.
"""

from tarjama_server.model_store.errors import ModelNotInstalled, ModelStoreError
from tarjama_server.model_store.manifest import Calibration, Decoding, Manifest, TokenLimits
from tarjama_server.model_store.store import (
    InstalledModel,
    ModelStore,
    bundled_models_dir,
    default_user_dir,
)

__all__ = [
    "Calibration",
    "Decoding",
    "InstalledModel",
    "Manifest",
    "ModelNotInstalled",
    "ModelStore",
    "ModelStoreError",
    "TokenLimits",
    "bundled_models_dir",
    "default_user_dir",
]
