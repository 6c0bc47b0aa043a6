"""A batcher that says of its load what a test wants."""

from collections.abc import Mapping

from tarjama_server.batching import Batcher, Priority
from tarjama_server.engine import Decoding
from tests.server.scripted_engine import ScriptedEngine


class StatedBatcher(Batcher):
    """Takes a millisecond for a position, and has as much to do as it was told."""

    def __init__(self, pending_s: Mapping[str, float] | None = None) -> None:
        """Have the interactive work of each share, in seconds."""
        super().__init__(ScriptedEngine(), worker_count=1, max_batch_tokens=1024)
        self.loads = dict(pending_s or {})
        self.bulk_s = 0.0

    def pending_s(self, priority: Priority, share: str | None = None) -> float:
        if share is not None:
            return self.loads.get(share, 0.0)
        return sum(self.loads.values()) + (self.bulk_s if priority is Priority.BULK else 0.0)

    def share_count(self, priority: Priority) -> int:
        return len(self.loads)

    def estimate_s(self, position_count: int, decoding: Decoding) -> float:
        return position_count / 1000
