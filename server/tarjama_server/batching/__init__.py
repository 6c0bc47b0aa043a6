"""Merges the sentences of all callers into batches for the engine, and shares it fairly."""

from tarjama_server.batching.batcher import Batcher
from tarjama_server.batching.sentence import SHORT_POSITIONS, BatchInFlight, Priority

__all__ = ["SHORT_POSITIONS", "BatchInFlight", "Batcher", "Priority"]
