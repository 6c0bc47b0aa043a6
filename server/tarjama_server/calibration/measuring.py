"""Measures what sound translations by a model look like, and how long its sources may be."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import sentencepiece

from tarjama_server.batching import Priority
from tarjama_server.calibration.pairs import CalibrationError, Pair
from tarjama_server.calibration.token_limits import LengthBucket, measure_token_limits
from tarjama_server.model_store.manifest import SCORE_PERCENTILES, Calibration, TokenLimits
from tarjama_server.pipeline.document import translate_document
from tarjama_server.pipeline.model import Flag, Options, ServedModel
from tarjama_server.segmenter.layout import LineHandling

MIN_PAIRS = 200
"""Pairs long enough to measure a length ratio on, below which a calibration would be chance."""

MIN_SOURCE_TOKENS = 10
"""Ratios say little of shorter sources ("نعم" is "Yes, I do."), to which the guard allows slack."""

# Real corpora hold pairs that do not translate each other: so many percent at each end do not move
# the limits.
_OUTLYING_PERCENT = 0.5
# What is left of the references' spread is widened by this factor, since an alarm on a good output
# costs more than silence on a slightly short one. On FLORES-200 dev with the bundled model, 0.45 to
# 2.36 against 0.50 to 2.23, the most extreme of its 997 references.
_MARGIN = 1.5

Progress = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of translating the sources of all pairs, leaving out what passed through."""

    scores: tuple[float, ...]
    """Of each segment, in order."""
    flag_counts: Mapping[Flag, int]
    """Segments with a flag."""

    def share(self, flag: Flag) -> float:
        """The share of segments with `flag`, 0 to 1."""
        return self.flag_counts.get(flag, 0) / len(self.scores)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured, and the outcome without it and with it."""

    limits: TokenLimits
    length_buckets: tuple[LengthBucket, ...]
    """What `limits` were chosen by, shortest first."""
    calibration: Calibration
    before: Outcome
    after: Outcome


async def measure(
    model: ServedModel,
    model_dir: Path,
    pairs: Sequence[Pair],
    progress: Progress,
    *,
    release: TokenLimits,
) -> Measurement:
    """Calibrate a model on pairs: translate the sources with its present settings, then again.

    Args:
        model: its batcher started.
        model_dir: the folder with its `target.spm`.
        pairs: neighbours of one text if they are next to each other; at least `MIN_PAIRS` whose
            sources have `MIN_SOURCE_TOKENS` or more.
        progress: called now and then.
        release: the token limits the model had when it was converted.

    Raises:
        CalibrationError: there are too few pairs.
        EngineError: the engine failed.
    """
    sources = [pair.source for pair in pairs]
    ratios = _length_ratios(model, model_dir, pairs)
    limits, length_buckets = await measure_token_limits(
        model, sources, release=release, ratios=ratios, progress=lambda share: progress(share / 2)
    )
    before = await _translate(model, sources, lambda share: progress((2 + share) / 4))
    limited = replace(model, manifest=replace(model.manifest, limits=limits))
    scored = before
    if limits != model.manifest.limits:
        # Other segments, other scores.
        scored = await _translate(limited, sources, lambda share: progress((6 + share) / 8))
    calibration = Calibration(*ratios, score_percentiles=_percentiles(scored.scores))
    calibrated = replace(limited, manifest=replace(limited.manifest, calibration=calibration))
    after = await _translate(calibrated, sources, lambda share: progress((7 + share) / 8))
    return Measurement(limits, length_buckets, calibration, before, after)


def _length_ratios(
    model: ServedModel, model_dir: Path, pairs: Sequence[Pair]
) -> tuple[float, float]:
    """Find between which length ratios the references lie, and a margin to either side."""
    target = sentencepiece.SentencePieceProcessor(str(model_dir / "target.spm"))
    ratios = [
        len(target.encode(pair.reference)) / source_tokens
        for pair in pairs
        if (source_tokens := len(model.tokenizer.encode(pair.source).tokens)) >= MIN_SOURCE_TOKENS
    ]
    if len(ratios) < MIN_PAIRS:
        raise CalibrationError(
            f"{len(ratios):,} pairs have {MIN_SOURCE_TOKENS} or more source tokens; "
            f"at least {MIN_PAIRS} are needed. Add more text"
        )
    low, high = np.percentile(ratios, [_OUTLYING_PERCENT, 100 - _OUTLYING_PERCENT])
    return math.floor(low / _MARGIN * 100) / 100, math.ceil(high * _MARGIN * 100) / 100


def _percentiles(scores: Sequence[float]) -> dict[int, float]:
    return {
        percentile: round(float(score), 2)
        for percentile, score in zip(
            SCORE_PERCENTILES, np.percentile(scores, SCORE_PERCENTILES), strict=True
        )
    }


async def _translate(model: ServedModel, lines: Sequence[str], progress: Progress) -> Outcome:
    """Translate lines as one document, so that its segments fill batches."""
    total = sum(len(line) + 1 for line in lines)
    done = 0
    scores: list[float] = []
    flag_counts: Counter[Flag] = Counter()
    options = Options(priority=Priority.BULK, line_handling=LineHandling.LINES)
    async with aclosing(translate_document(model, _as_chunks(lines), options)) as steps:
        async for step in steps:
            done += len(step.segment.source.text)
            progress(done / total)
            if step.segment.score is not None:
                scores.append(step.segment.score)
                flag_counts.update(step.segment.flags)
    return Outcome(tuple(scores), flag_counts)


async def _as_chunks(lines: Sequence[str]) -> AsyncGenerator[str, None]:
    for line in lines:
        yield f"{line}\n"
