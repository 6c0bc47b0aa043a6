from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tarjama_server.markup.segmenting import TaggedBlock, TaggedSegmenter
from tarjama_server.model_store.store import ModelStore
from tarjama_server.pipeline.model import ServedModel
from tarjama_server.segmenter.machine import Segmenter
from tests.server.pipeline.english import Writer

Segment = Callable[..., list[TaggedBlock]]


@pytest.fixture(scope="session")
def segment(bundled_model: ServedModel) -> Segment:
    """Segments a tagged document that comes in chunks."""

    def make(sentence_index: int) -> Segmenter:
        return Segmenter(
            cutter=bundled_model.cutter,
            token_starts=bundled_model.tokenizer.token_starts,
            limits=bundled_model.segment_limits,
            sentence_index=sentence_index,
        )

    def run(chunks: Iterable[str], sentence_index: int = 0) -> list[TaggedBlock]:
        segmenter = TaggedSegmenter(make, sentence_index=sentence_index)
        blocks = [block for chunk in chunks for block in segmenter.feed(chunk)]
        return [*blocks, *segmenter.finish()]

    return run


@pytest.fixture(scope="session")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """Writes English as the bundled model would."""
    return Writer(ModelStore(tmp_path_factory.mktemp("models")).find("ar-en-small").path)
