"""What a model does before its first caller, so that this one neither waits nor is misjudged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from tarjama_server.batching import Priority
from tarjama_server.engine import Decoding
from tarjama_server.observability.metrics import unread_model_metrics
from tarjama_server.pipeline.document import translate_document
from tarjama_server.pipeline.model import Options, ServedModel

# A sentence of few positions, and one of 37 with the bundled model's tokenizer: those of FLORES-200
# dev have 35 in the mean.
_SHORT = "مرحبا بالعالم."
_MEAN = (
    "قال المتحدث باسم الوزارة إن المدارس ستفتح أبوابها من جديد يوم الأحد المقبل "
    "بعد عطلة طويلة، وإن الحافلات ستعود إلى العمل."
)
# So many sentences of mean length fill a batch of the default 256 tokens.
_BATCH_SENTENCES = 6


async def warm_up(model: ServedModel) -> None:
    """Translate a sentence, then a full batch, and forget them.

    The first fills caches and lazy tables from the segmenter to the engine; both together show
    the batcher what a short batch costs and what a full one does, so that the first callers are
    admitted by measurements. The batcher must have been started; nothing is cached, and only the
    engine's own counts have these sentences.

    Raises:
        EngineError: the engine failed.
    """
    unseen = replace(model, cache=None, metrics=unread_model_metrics())
    async with aclosing(translate_document(unseen, _chunks(), Options())) as steps:
        async for _ in steps:
            pass
    tokens = model.tokenizer.encode(_MEAN).tokens
    defaults = model.manifest.decoding
    decoding = Decoding(beam_size=defaults.beam_size, length_penalty=defaults.length_penalty)
    # They are queued before a worker wakes, so they come in one batch to each that is idle.
    await asyncio.gather(
        *(model.batcher.submit(tokens, decoding, Priority.BULK) for _ in range(_BATCH_SENTENCES))
    )


async def _chunks() -> AsyncGenerator[str, None]:
    yield _SHORT
