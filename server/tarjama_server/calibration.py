"""Measures how long sound translations are in a model's tokens, and how sure it is of its own.

The guard goes by the lengths, and `LOW_CONFIDENCE` by the scores. Both belong to a model: to how
finely its vocabularies cut the words of either language, and to what it learned.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import sentencepiece

from tarjama_server.batching import Priority
from tarjama_server.model_store.errors import ModelProtected, ModelStoreError
from tarjama_server.model_store.manifest import MANIFEST_NAME, SCORE_PERCENTILES, Calibration
from tarjama_server.model_store.store import InstalledModel, ModelStore
from tarjama_server.pipeline.document import translate_document
from tarjama_server.pipeline.model import Flag, Options, ServedModel
from tarjama_server.segmenter.layout import LineHandling
from tarjama_server.text.script import has_arabic_letter

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


class CalibrationError(Exception):
    """The pairs do not serve to calibrate a model. The message says why in one line."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of text and what people made of it in the other language."""

    source: str
    reference: str


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
    """A calibration, and the outcome without it and with it."""

    calibration: Calibration
    before: Outcome
    after: Outcome


def read_pairs(folder: Path) -> list[Pair]:
    """Read each `NAME.ar` in a folder together with its `NAME.en`, line by line.

    Args:
        folder: with files in UTF-8, with or without a byte order mark. Pairs in which a side is
            blank or the Arabic has no Arabic letter are left out: they show nothing of a model.

    Raises:
        CalibrationError: there are no pairs of files, a file has no partner, or their line counts
            differ, or a file is no UTF-8.
        OSError: a file cannot be read.
    """
    sides = {side: {path.stem for path in folder.glob(f"*.{side}")} for side in ("ar", "en")}
    if not sides["ar"] | sides["en"]:
        raise CalibrationError(f"{folder} holds no NAME.ar and NAME.en")
    if single := sides["ar"] ^ sides["en"]:
        name = min(single)
        raise CalibrationError(f"of {name}.ar and {name}.en, {folder} holds only one")
    pairs = []
    for name in sorted(sides["ar"]):
        sources, references = (_read_lines(folder / f"{name}.{side}") for side in ("ar", "en"))
        if len(sources) != len(references):
            raise CalibrationError(
                f"{name}.ar has {len(sources):,} lines and {name}.en {len(references):,}; "
                "line by line, one must translate the other"
            )
        pairs += [
            Pair(source, reference)
            for source, reference in zip(sources, references, strict=True)
            if has_arabic_letter(source) and reference.strip()
        ]
    return pairs


def _read_lines(path: Path) -> list[str]:
    """Read lines as editors count them: other separators than line ends may stand inside one."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CalibrationError(f"{path} is no UTF-8 at byte {error.start:,}") from error
    return text.removesuffix("\n").split("\n")


async def measure(
    model: ServedModel, model_dir: Path, pairs: Sequence[Pair], progress: Progress
) -> Measurement:
    """Calibrate a model on pairs: translate the sources with its present settings, then again.

    Args:
        model: its batcher started.
        model_dir: the folder with its `target.spm`.
        pairs: at least `MIN_PAIRS` whose sources have `MIN_SOURCE_TOKENS` or more.
        progress: called after each segment.

    Raises:
        CalibrationError: there are too few pairs.
        EngineError: the engine failed.
    """
    ratio_low, ratio_high = _length_limits(model, model_dir, pairs)
    sources = [pair.source for pair in pairs]
    before = await _translate(model, sources, lambda share: progress(share / 2))
    percentiles = np.percentile(before.scores, SCORE_PERCENTILES)
    calibration = Calibration(
        length_ratio_low=ratio_low,
        length_ratio_high=ratio_high,
        score_percentiles={
            percentile: round(float(score), 2)
            for percentile, score in zip(SCORE_PERCENTILES, percentiles, strict=True)
        },
    )
    calibrated = replace(model, manifest=replace(model.manifest, calibration=calibration))
    after = await _translate(calibrated, sources, lambda share: progress((1 + share) / 2))
    return Measurement(calibration, before, after)


def _length_limits(
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


def check_writable(model: InstalledModel) -> None:
    """Check that a model's manifest can be changed, before minutes are spent on measuring.

    Raises:
        ModelProtected: it is part of an installed package, whose files nobody should change.
        ModelStoreError: its folder cannot be written.
    """
    if model.bundled and model.path.is_relative_to(str(resources.files("tarjama_server"))):
        raise ModelProtected(
            f"model {model.manifest.name!r} comes with the software and keeps its calibration; "
            "convert its release under another name and calibrate that"
        )
    if not os.access(model.path, os.W_OK):
        raise ModelStoreError(f"cannot write to {model.path}: permission denied")


def save(store: ModelStore, measured: InstalledModel, calibration: Calibration) -> InstalledModel:
    """Write a calibration into a model's manifest, in one step.

    Args:
        store: where the model is.
        measured: the model as it was when it was measured.
        calibration: what was measured.

    Returns:
        The model with its new manifest. Servers that run take it up when they next load the model.

    Raises:
        ModelStoreError: the model has changed since, or its manifest cannot be written.
    """
    name = measured.manifest.name
    with store.exclusive():
        if store.find(name).manifest != measured.manifest:
            raise ModelStoreError(
                f"model {name!r} was changed while it was measured; calibrate it again"
            )
        path = measured.path / MANIFEST_NAME
        try:
            replace(measured.manifest, calibration=calibration).write(path)
        except OSError as error:
            raise ModelStoreError(f"cannot write {path}: {error.strerror or error}") from error
        return store.find(name)
