"""How much of the source has no counterpart in the translation.

Each reference line is sought in the translation of its document: the window of as many words that
is nearest to it by chrF2 is its counterpart, if it is near enough. Near enough is what all but 5 %
of the lines reach when each is translated by itself, where nothing can get lost to a cut. What the
measure sees is told by taking each line's own translation out of the document: the share of lines
that then have no counterpart is its detection rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sacrebleu.metrics.chrf import CHRF

from tests.quality.scoring import Floats

FALSE_ALARM_RATE: Final = 0.05
"""Lines translated by themselves that are called missing: by this the threshold is set."""

# A window begins at every eighth of a line's words. Finer steps move the nearest chrF2 by less
# than one point.
_STEPS_PER_LINE = 8


@dataclass(frozen=True, slots=True)
class Coverage:
    """Source lines without counterpart.

    Attributes:
        threshold: chrF2 under which the nearest window is no counterpart.
        detection_rate: share of lines called missing whose translation was taken out.
        missing: share of lines called missing, for each way of cutting.
    """

    threshold: float
    detection_rate: float
    missing: Mapping[str, float]

    def estimate(self, name: str) -> float:
        """The share that is truly missing, false alarms and misses reckoned out, 0 at least.

        By Rogan and Gladen (1978), https://doi.org/10.1093/oxfordjournals.aje.a112510.
        """
        power = self.detection_rate - FALSE_ALARM_RATE
        return max(0.0, (self.missing[name] - FALSE_ALARM_RATE) / power) if power > 0 else 0.0


def measure_coverage(
    outputs: Mapping[str, Sequence[str]],
    line_outputs: Sequence[Sequence[str]],
    references: Sequence[Sequence[str]],
) -> Coverage:
    """Look for each line of each document in what each way of cutting made of it.

    Args:
        outputs: for each way of cutting, the translation of each document.
        line_outputs: the translation of each line by itself, for each document.
        references: the lines of each document.
    """
    whole = [" ".join(lines) for lines in line_outputs]
    threshold = float(np.quantile(_nearness(whole, references), FALSE_ALARM_RATE))
    absent = [
        _nearest(" ".join([*lines[:number], *lines[number + 1 :]]), reference)
        for lines, document in zip(line_outputs, references, strict=True)
        for number, reference in enumerate(document)
        if len(lines) > 1
    ]
    return Coverage(
        threshold,
        float(np.mean(np.array(absent) < threshold)),
        {
            name: float(np.mean(_nearness(documents, references) < threshold))
            for name, documents in outputs.items()
        },
    )


def _nearness(documents: Sequence[str], references: Sequence[Sequence[str]]) -> Floats:
    return np.array(
        [
            _nearest(document, reference)
            for document, lines in zip(documents, references, strict=True)
            for reference in lines
        ]
    )


def _nearest(document: str, reference: str) -> float:
    """ChrF2 of the window of `document` that is nearest to `reference`."""
    chrf = CHRF()
    words = document.split()
    length = max(1, len(reference.split()))
    step = max(1, length // _STEPS_PER_LINE)
    last = max(0, len(words) - length)
    return max(
        float(chrf.sentence_score(" ".join(words[start : start + length]), [reference]).score)
        for start in [*range(0, last, step), last]
    )
