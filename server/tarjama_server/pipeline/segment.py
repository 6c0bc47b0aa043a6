"""Translates one segment: tokens to the batcher, the best output back, checked and flagged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from tarjama_server.guard.verbatim import LostKind
from tarjama_server.markup.source import Markup
from tarjama_server.model_store.manifest import LOW_CONFIDENCE_PERCENTILE
from tarjama_server.pipeline.assembly import Assembler, Assembly
from tarjama_server.pipeline.model import (
    Alternative,
    Flag,
    Options,
    ServedModel,
    TranslatedSegment,
)
from tarjama_server.pipeline.placing import LineBreak
from tarjama_server.pipeline.reading import read_segment
from tarjama_server.pipeline.repair import Candidate, Translator
from tarjama_server.pipeline.tagging import Tagger
from tarjama_server.segmenter.machine import SourceSegment
from tarjama_server.text.script import has_arabic_letter
from tarjama_server.tokenizer import UnknownRun

# So many are placed on the event loop: that takes about 10 ms, and 16,000 take 300 ms.
_FEW_MARKS = 500


async def translate_segment(
    model: ServedModel, source: SourceSegment, options: Options, markup: Markup | None = None
) -> TranslatedSegment:
    """Translate one segment.

    Args:
        model: what translates.
        source: the segment; of a tagged text, without its marks.
        options: how to translate.
        markup: what a segment of a tagged text was lifted out of.

    Raises:
        EngineError: the engine failed on this segment.
    """
    reading = read_segment(source)
    tokenized = model.tokenizer.encode(reading.text)
    flags = {Flag.SPLIT} if source.is_split else set()
    if not tokenized.tokens or not has_arabic_letter(reading.text):
        text = source.text if markup is None else markup.raw
        passed = frozenset({*flags, Flag.PASSED_THROUGH})
        return TranslatedSegment(replace(source, text=text), text, None, (), passed)
    runs = tokenized.unknown_runs
    matches = options.terms.find(reading.text) if options.terms else []
    tagger = Tagger(markup, reading) if markup is not None else None
    best = await Translator(model, options).translate(
        reading.text,
        tokenized,
        with_alignment=options.alignment
        or bool(reading.breaks or runs or matches or (tagger and tagger.needs_alignment)),
    )
    assembler = Assembler(reading, runs, matches, follows_stop=source.follows_stop)
    whole = assembler.assemble(best.translation)
    if whole.is_restored:
        model.metrics.repaired("verbatim")
    flags |= _events(best, reading.breaks, runs, whole)
    flags |= _doubts(model, whole, best.score)
    others = [assembler.assemble(other.translation) for other in best.alternatives]
    segment = TranslatedSegment(
        source,
        whole.translation.text,
        round(best.score, 2),
        tuple(
            Alternative(other.translation.text, round(candidate.score, 2))
            for candidate, other in zip(best.alternatives, others, strict=True)
        ),
        frozenset(flags),
        assembler.links(whole) if options.alignment else (),
        assembler.terms(whole),
    )
    return segment if tagger is None else await _tag(tagger, segment, whole, others)


async def _tag(
    tagger: Tagger, segment: TranslatedSegment, whole: Assembly, others: Sequence[Assembly]
) -> TranslatedSegment:
    if tagger.mark_count * (1 + len(others)) < _FEW_MARKS:
        return tagger.tag_segment(segment, whole, others)
    return await asyncio.to_thread(tagger.tag_segment, segment, whole, others)


def _events(
    best: Candidate,
    breaks: Sequence[LineBreak],
    runs: Sequence[UnknownRun],
    whole: Assembly,
) -> set[Flag]:
    """What was done to get this translation."""
    events = set()
    if best.is_repaired or whole.is_restored:
        events.add(Flag.REPAIRED)
    if best.degeneration is not None:
        events.add(Flag.DEGENERATE)
    if runs:
        events.add(Flag.UNKNOWN_CARRIED_OVER)
    if breaks:
        events.add(Flag.LINES_JOINED)
    guessed = any(each.is_placed_by_proportion for each in whole.applications)
    if guessed or ((runs or breaks) and not best.is_aligned):
        events.add(Flag.PLACED_BY_PROPORTION)
    return events


def _doubts(model: ServedModel, whole: Assembly, score: float) -> set[Flag]:
    """What a reader of this translation should look at."""
    doubts = set()
    if not whole.report.numbers_ok:
        doubts.add(Flag.CHECK_NUMBERS)
    if any(lost.kind is not LostKind.NUMBER for lost in whole.report.missing):
        doubts.add(Flag.CHECK_VERBATIM)
    if any(each.origin is None for each in whole.applications):
        doubts.add(Flag.GLOSSARY_MISSED)
    calibration = model.manifest.calibration
    if calibration is not None and score < calibration.score_percentiles[LOW_CONFIDENCE_PERCENTILE]:
        doubts.add(Flag.LOW_CONFIDENCE)
    return doubts
