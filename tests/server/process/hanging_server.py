"""A server that hangs when it is asked to: `python -m tests.server.process.hanging_server WHERE`.

Settings come from the environment. WHERE is `batch`, for an engine that never ends a batch with
`TRIGGER` in it, or `loop`, for an event loop that stands still from then on.
"""

import asyncio
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace

from tarjama_server.app import Server, load_model
from tarjama_server.batching import Batcher
from tarjama_server.config import Settings, load_settings
from tarjama_server.engine import Decoding
from tarjama_server.model_store.store import InstalledModel
from tarjama_server.observability import configure_logging
from tarjama_server.observability.instruments import Instruments
from tarjama_server.pipeline.model import ServedModel
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo

TRIGGER = "اللاتي"


def hang() -> None:
    threading.Event().wait()


async def serve(settings: Settings, where: str) -> None:
    loop = asyncio.get_running_loop()

    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        if TRIGGER in "".join(tokens):
            if where == "batch":
                hang()
            loop.call_soon_threadsafe(hang)
        return echo(tokens, decoding)

    def load(
        installed: InstalledModel, settings: Settings, instruments: Instruments
    ) -> ServedModel:
        model = load_model(installed, settings, instruments)
        batcher = Batcher(ScriptedEngine(rule), worker_count=1, max_batch_tokens=1024)
        return replace(model, batcher=batcher)

    await Server(settings, load=load).run(
        announce=lambda address: print(f"ready {address}", flush=True)
    )


if __name__ == "__main__":
    configure_logging("json", "info")
    asyncio.run(serve(load_settings(None, {}), sys.argv[1]))
