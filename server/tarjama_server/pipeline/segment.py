"""Translates one segment: tokens to the batcher, the best output back, checked and flagged."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tarjama_server.guard.verbatim import check
from tarjama_server.pipeline.edges import Edges, split_edges
from tarjama_server.pipeline.model import (
    Alternative,
    Flag,
    Options,
    ServedModel,
    TranslatedSegment,
)
from tarjama_server.pipeline.placing import carry_over, lay_back_lines
from tarjama_server.pipeline.repair import Candidate, Translator
from tarjama_server.segmenter.layout import LINE_END
from tarjama_server.segmenter.machine import SourceSegment
from tarjama_server.text.script import has_arabic_letter
from tarjama_server.tokenizer import TokenizedText

# The share of segments, in per cent, that LOW_CONFIDENCE marks on the text of the calibration.
_LOW_CONFIDENCE_PERCENTILE = 10

_LINE_BREAK = re.compile(rf"[^\S{LINE_END}]*(?:\r\n|[{LINE_END}])\s*")


async def translate_segment(
    model: ServedModel, source: SourceSegment, options: Options
) -> TranslatedSegment:
    """Translate one segment.

    Raises:
        EngineError: the engine failed on this segment.
    """
    edges = split_edges(source.text)
    breaks: list[str] = _LINE_BREAK.findall(edges.core) if source.lines_joined else []
    readable = _LINE_BREAK.sub(" ", edges.core) if breaks else edges.core
    tokenized = model.tokenizer.encode(readable)
    flags = {Flag.SPLIT} if source.is_split else set()
    if not tokenized.tokens or not has_arabic_letter(readable):
        return TranslatedSegment(
            source, source.text, None, (), frozenset({*flags, Flag.PASSED_THROUGH})
        )
    best = await Translator(model, options).translate(readable, tokenized)
    if best.is_repaired:
        flags.add(Flag.REPAIRED)
    if best.degeneration is not None:
        flags.add(Flag.DEGENERATE)
    if tokenized.unknown_runs:
        flags.add(Flag.UNKNOWN_CARRIED_OVER)
    if breaks:
        flags |= {Flag.LINES_JOINED, Flag.PLACED_BY_PROPORTION}
    flags |= _doubts(model, readable, tokenized, best)

    def finished(text: str) -> str:
        return _finish(text, edges, readable, breaks, tokenized)

    return TranslatedSegment(
        source,
        finished(best.text),
        round(best.score, 2),
        tuple(Alternative(finished(text), round(score, 2)) for text, score in best.alternatives),
        frozenset(flags),
    )


def _finish(
    text: str, edges: Edges, readable: str, breaks: Sequence[str], tokenized: TokenizedText
) -> str:
    """Put back around and into the model's output what it was not shown."""
    text = carry_over(readable, text, tokenized.unknown_runs)
    if breaks:
        text = lay_back_lines(edges.core, breaks, text)
    return edges.english_lead + text + edges.trail


def _doubts(
    model: ServedModel, readable: str, tokenized: TokenizedText, best: Candidate
) -> set[Flag]:
    """What a reader of this translation should look at."""
    doubts = set()
    report = check(readable, carry_over(readable, best.text, tokenized.unknown_runs))
    if not report.numbers_ok:
        doubts.add(Flag.CHECK_NUMBERS)
    if report.missing:
        doubts.add(Flag.CHECK_VERBATIM)
    calibration = model.manifest.calibration
    if (
        calibration is not None
        and best.score < calibration.score_percentiles[_LOW_CONFIDENCE_PERCENTILE]
    ):
        doubts.add(Flag.LOW_CONFIDENCE)
    return doubts
