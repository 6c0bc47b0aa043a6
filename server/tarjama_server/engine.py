"""The translation engine: batches of tokens in, hypotheses out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import ctranslate2


class EngineError(Exception):
    """The engine could not load or run a model."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to search for translations. Sentences of one batch share one."""

    beam_size: int
    """1 is greedy."""
    hypothesis_count: int = 1
    """Translations per sentence, at most `beam_size`."""
    length_penalty: float = 1.0
    """Exponent of the length that divides log-probabilities: Marian's `normalize`."""
    max_target_tokens: int = 256
    """Tokens after which decoding stops, finished or not."""
    no_repeat_ngram_size: int = 0
    """Length of the n-grams that may not come twice. 0 allows all."""
    repetition_penalty: float = 1.0
    """Divides the scores of tokens that came before. 1 does nothing."""
    with_alignment: bool = False
    """Whether hypotheses tell which source token each of theirs attends to."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A translation as the model wrote it."""

    tokens: tuple[str, ...]
    """Without `</s>`."""
    score: float
    """Log-probability over `length ** length_penalty`, `</s>` counted: the mean when that is 1."""
    alignment: tuple[int, ...] = ()
    """For each token the index of the source token it attends to most. Empty unless asked for, and
    of no meaning when the model's alignment was not trained."""


class Engine(Protocol):
    """Translates batches. Called from several threads at once."""

    def translate(
        self, batch: Sequence[Sequence[str]], decoding: Decoding
    ) -> list[list[Hypothesis]]:
        """Translate a batch of sentences in one pass, in the order given.

        Args:
            batch: 1 or more sentences, each 1 or more tokens without `</s>`.
            decoding: how to search.

        Returns:
            For each sentence its hypotheses, best first, `decoding.hypothesis_count` at most.

        Raises:
            EngineError: the engine failed. Nothing was translated.
        """
        ...


class CTranslate2Engine:
    """A model converted for CTranslate2, on CPU or GPU."""

    def __init__(
        self,
        model_dir: Path,
        *,
        device: str = "cpu",
        compute_type: str = "default",
        worker_count: int = 1,
        threads_per_worker: int = 1,
    ) -> None:
        """Load the model.

        Args:
            model_dir: folder with `model.bin`, `config.json` and vocabularies.
            device: `cpu`, `cuda` or `auto`.
            compute_type: as CTranslate2 names it; `default` keeps the type of the weights.
            worker_count: batches in flight at once; each keeps its own buffers.
            threads_per_worker: threads inside a batch, on a CPU.

        Raises:
            EngineError: the folder holds no model that CTranslate2 reads, or the device is missing.
        """
        try:
            self._translator = ctranslate2.Translator(
                str(model_dir),
                device=device,
                compute_type=compute_type,
                inter_threads=worker_count,
                intra_threads=threads_per_worker,
            )
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"cannot load the model in {model_dir}: {error}") from error

    def translate(
        self, batch: Sequence[Sequence[str]], decoding: Decoding
    ) -> list[list[Hypothesis]]:
        """See `Engine.translate`."""
        try:
            results = self._translator.translate_batch(
                [list(tokens) for tokens in batch],
                beam_size=decoding.beam_size,
                num_hypotheses=decoding.hypothesis_count,
                length_penalty=decoding.length_penalty,
                max_decoding_length=decoding.max_target_tokens,
                no_repeat_ngram_size=decoding.no_repeat_ngram_size,
                repetition_penalty=decoding.repetition_penalty,
                # The default of 1,024 truncates without a word; the segmenter keeps the limit.
                max_input_length=0,
                max_batch_size=0,
                return_scores=True,
                return_attention=decoding.with_alignment,
                # As Marian decodes: otherwise `<unk>` comes out as ` ⁇ `.
                disable_unk=True,
            )
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"the engine failed on a batch of {len(batch)}: {error}") from error
        return [_hypotheses(result, decoding) for result in results]

    def close(self) -> None:
        """Free the model's memory. No batch may be in flight."""
        self._translator.unload_model()


def _hypotheses(result: ctranslate2.TranslationResult, decoding: Decoding) -> list[Hypothesis]:
    alignments: list[tuple[int, ...]] = [() for _ in result.hypotheses]
    if decoding.with_alignment:
        alignments = [
            tuple(max(range(len(row)), key=row.__getitem__) for row in attention)
            for attention in result.attention
        ]
    return [
        Hypothesis(tuple(tokens), score, alignment)
        for tokens, score, alignment in zip(
            result.hypotheses, result.scores, alignments, strict=True
        )
    ]
