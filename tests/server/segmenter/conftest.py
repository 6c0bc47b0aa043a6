from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tarjama_server.model_store.store import bundled_models_dir
from tarjama_server.segmenter.boundaries import BoundaryScorer
from tarjama_server.segmenter.cutting import Cutter
from tarjama_server.segmenter.layout import LineHandling
from tarjama_server.segmenter.machine import SegmentedBlock, Segmenter, SegmentLimits
from tarjama_server.tokenizer import Tokenizer

Segment = Callable[..., list[SegmentedBlock]]


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer(bundled_models_dir() / "ar-en-small", normalization="sentencepiece")


@pytest.fixture(scope="session")
def segment(tokenizer: Tokenizer) -> Segment:
    """Segments a document that comes in chunks, with the bundled model's tokens."""
    cutter = Cutter(BoundaryScorer.load())

    def run(
        chunks: Iterable[str],
        *,
        line_handling: LineHandling = LineHandling.PARAGRAPHS,
        max_tokens: int = 80,
    ) -> list[SegmentedBlock]:
        segmenter = Segmenter(
            cutter=cutter,
            token_starts=tokenizer.token_starts,
            limits=SegmentLimits(preferred_tokens=min(36, max_tokens), max_tokens=max_tokens),
            line_handling=line_handling,
        )
        blocks = [block for chunk in chunks for block in segmenter.feed(chunk)]
        return [*blocks, *segmenter.finish()]

    return run
