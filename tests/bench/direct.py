"""The ceiling: CTranslate2 and SentencePiece called directly, all sentences known beforehand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import ctranslate2
import sentencepiece

from tarjama_server.batching import SHORT_POSITIONS
from tarjama_server.model_store.store import InstalledModel
from tests.bench.sentences import Sentence

BATCH_TOKENS: Final = (256, 512, 1024, 2048, 4096)
"""Batch sizes to choose the best of, in padded source tokens."""

# The server's limit for sentences that share no batch with longer ones (see pipeline/repair.py).
_SHORT_MAX_TARGET_TOKENS: Final = 64


@dataclass(frozen=True, slots=True)
class DirectRun:
    """All sentences translated at once.

    Attributes:
        outputs: in the order of the sentences.
        duration_s: tokenisation and detokenisation included.
        cpu_s: of all threads of this process.
    """

    outputs: Sequence[str]
    duration_s: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Sentences a second."""
        return len(self.outputs) / self.duration_s

    @property
    def cpu_per_sentence_s(self) -> float:
        """CPU-seconds a sentence."""
        return self.cpu_s / len(self.outputs)


class DirectEngine:
    """The model of the server with its decoding, and nothing around it."""

    def __init__(
        self, model: InstalledModel, *, worker_count: int, threads_per_worker: int
    ) -> None:
        """Load `model` with as many threads as the server has."""
        self._worker_count = worker_count
        self._translator = ctranslate2.Translator(
            str(model.path),
            compute_type="default",
            inter_threads=worker_count,
            intra_threads=threads_per_worker,
        )
        self._source = sentencepiece.SentencePieceProcessor(str(model.path / "source.spm"))
        self._target = sentencepiece.SentencePieceProcessor(str(model.path / "target.spm"))
        self._max_target_tokens = model.manifest.limits.max_target_tokens
        self._decoding: dict[str, Any] = {
            "beam_size": model.manifest.decoding.beam_size,
            "length_penalty": model.manifest.decoding.length_penalty,
            "disable_unk": True,
            "max_input_length": 0,
            "return_scores": True,
        }

    def run(self, sentences: Sequence[Sentence], *, max_batch_tokens: int) -> DirectRun:
        """Translate all sentences as fast as the library can, sorted and batched by it.

        Short sentences and others go in calls of their own, side by side: the server parts them,
        too, and the limits of their outputs differ.
        """
        began, cpu_began = time.perf_counter(), time.process_time()
        texts = [sentence.clean_text for sentence in sentences]
        tokens = self._source.encode(texts, out_type=str, num_threads=self._worker_count)
        is_short = [len(each) + 1 < SHORT_POSITIONS for each in tokens]
        waiting: list[tuple[int, Any]] = []
        for short in (False, True):
            indices = [index for index, value in enumerate(is_short) if value is short]
            if indices:
                results = self._translator.translate_batch(
                    [tokens[index] for index in indices],
                    max_batch_size=max_batch_tokens,
                    batch_type="tokens",
                    asynchronous=True,
                    max_decoding_length=self._limit(is_short=short),
                    **self._decoding,
                )
                waiting += zip(indices, results, strict=True)
        hypotheses: list[list[str]] = [[]] * len(texts)
        for index, result in waiting:
            hypotheses[index] = result.result().hypotheses[0]
        outputs = self._target.decode(hypotheses, num_threads=self._worker_count)
        return DirectRun(outputs, time.perf_counter() - began, time.process_time() - cpu_began)

    def translate(self, sentence: Sentence) -> str:
        """Translate one sentence by itself."""
        tokens = self._source.encode(sentence.clean_text, out_type=str)
        [result] = self._translator.translate_batch(
            [tokens],
            max_decoding_length=self._limit(is_short=len(tokens) + 1 < SHORT_POSITIONS),
            **self._decoding,
        )
        text: str = self._target.decode(result.hypotheses[0])
        return text

    def _limit(self, *, is_short: bool) -> int:
        if is_short:
            return min(self._max_target_tokens, _SHORT_MAX_TARGET_TOKENS)
        return self._max_target_tokens
