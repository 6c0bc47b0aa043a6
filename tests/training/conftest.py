import importlib.util
from pathlib import Path

import pytest
from models.training.vocabulary import Vocabulary

_NEEDS_TORCH = [
    "test_batching.py",
    "test_marian.py",
    "test_muon.py",
    "test_toy.py",
    "test_trainer.py",
    "test_transformer.py",
]
# Without PyTorch they cannot even be imported, so a marker alone would not leave them out.
collect_ignore = [] if importlib.util.find_spec("torch") else _NEEDS_TORCH


@pytest.fixture(scope="session")
def bundled_vocabulary() -> Vocabulary:
    """The vocabularies of the bundled model: 8,000 pieces a side."""
    return Vocabulary.load(Path(__file__).parents[2] / "models" / "ar-en-small")
