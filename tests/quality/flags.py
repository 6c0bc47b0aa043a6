"""What the service says of its own translations, and what that is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tarjama import SegmentFlag, Translation
from tests.quality.scoring import Floats, pearson, spearman


@dataclass(frozen=True, slots=True)
class FlagRates:
    """How often each flag is set.

    Attributes:
        segment_count: segments of the set.
        rates: share of the segments that carry each flag; flags never set are left out.
    """

    segment_count: int
    rates: Mapping[SegmentFlag, float]


@dataclass(frozen=True, slots=True)
class ScoreWorth:
    """How far scores foretell quality, line by line.

    Attributes:
        line_count: lines that the model saw.
        pearson: of the score with chrF2.
        spearman: likewise, by rank.
        flagged_count: lines with a LOW_CONFIDENCE segment.
        flagged_chrf2: their mean chrF2; None without such lines.
        unflagged_chrf2: that of the others; None without such lines.
    """

    line_count: int
    pearson: float
    spearman: float
    flagged_count: int
    flagged_chrf2: float | None
    unflagged_chrf2: float | None


def flag_rates(translations: Sequence[Translation]) -> FlagRates:
    """Count the flags of all segments."""
    segments = [segment for translation in translations for segment in translation.segments]
    counts = Counter(flag for segment in segments for flag in segment.flags)
    return FlagRates(
        len(segments),
        {flag: counts[flag] / len(segments) for flag in SegmentFlag if counts[flag]},
    )


def line_score(translation: Translation) -> float | None:
    """Mean score of a line's segments by their length; None if the model saw none of them."""
    scored = [
        (segment.score, segment.source_span.end - segment.source_span.start)
        for segment in translation.segments
        if segment.score is not None
    ]
    total = sum(length for _, length in scored)
    return sum(score * length for score, length in scored) / total if total else None


def score_worth(translations: Sequence[Translation], chrf2: Floats) -> ScoreWorth:
    """Hold the scores of lines against their chrF2.

    Args:
        translations: a line each.
        chrf2: of each line.
    """
    seen = [index for index, line in enumerate(translations) if line_score(line) is not None]
    scores = np.array([line_score(translations[index]) for index in seen], dtype=np.float64)
    flagged = np.array(
        [
            any(SegmentFlag.LOW_CONFIDENCE in segment.flags for segment in line.segments)
            for line in (translations[index] for index in seen)
        ]
    )
    quality = chrf2[seen]
    return ScoreWorth(
        len(seen),
        pearson(scores, quality),
        spearman(scores, quality),
        int(flagged.sum()),
        float(quality[flagged].mean()) if flagged.any() else None,
        float(quality[~flagged].mean()) if not flagged.all() else None,
    )
