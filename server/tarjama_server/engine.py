"""The translation engine: batches of tokens in, hypotheses out."""

from __future__ import annotations

import mmap
import os
import platform
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import ctranslate2
import numpy as np


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
    """Whether hypotheses tell which source tokens each of theirs attends to."""


# On 200 lines of FLORES dev the bundled model's six strongest source tokens have 90 % of a target
# token's attention; the strongest alone has 52 %, four have 84 %.
_KEPT = 6
_KEPT_TYPE = np.dtype([("source", "<u2"), ("weight", "u1")])
_WHOLE = 255

# A thread so much nicer has a tenth of the time of one that wants the same core.
_NICENESS = 10
_LAST = 19


@dataclass(frozen=True, slots=True)
class Attention:
    """For each token of a translation the source tokens that it attends to most.

    Of no meaning when the model's alignment was not trained.
    """

    packed: bytes
    """As `of` packs it: 18 bytes a target token."""

    @classmethod
    def of(cls, rows: Sequence[Sequence[float]]) -> Attention:
        """Keep the strongest few of each row's weights, to a 255th.

        Args:
            rows: for each target token the weight of every source token, at most 65,536 of them;
                together at most 1.
        """
        weights = np.array(rows, np.float32).reshape(len(rows), len(rows[0]) if rows else 0)
        strongest = np.argsort(-weights, axis=1, kind="stable")[:, :_KEPT]
        kept = np.zeros((len(rows), _KEPT), _KEPT_TYPE)
        kept["source"][:, : strongest.shape[1]] = strongest
        kept["weight"][:, : strongest.shape[1]] = np.rint(
            np.take_along_axis(weights, strongest, axis=1) * _WHOLE
        )
        return cls(kept.tobytes())

    def rows(self) -> list[list[tuple[int, float]]]:
        """For each target token indexes of source tokens with their weights, strongest first."""
        kept = np.frombuffer(self.packed, _KEPT_TYPE).reshape(-1, _KEPT)
        return [
            [(source, weight / _WHOLE) for source, weight in row if weight] for row in kept.tolist()
        ]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A translation as the model wrote it."""

    tokens: tuple[str, ...]
    """Without `</s>`."""
    score: float
    """Log-probability over `length ** length_penalty`, `</s>` counted: the mean when that is 1."""
    attention: Attention | None = None
    """Which source tokens each of `tokens` attends to. None unless asked for."""


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
        device_indexes: Sequence[int] = (0,),
        compute_type: str = "default",
        worker_count: int = 1,
        threads_per_worker: int = 1,
    ) -> None:
        """Load the model.

        Args:
            model_dir: folder with `model.bin`, `config.json` and vocabularies.
            device: `cpu`, `cuda` or `auto`, which is a GPU if there is one.
            device_indexes: GPUs to put a copy of the model on; 0 alone on a CPU.
            compute_type: as CTranslate2 names it; `default` keeps the type of the weights.
            worker_count: batches in flight at once on each device; each keeps its own buffers.
            threads_per_worker: threads inside a batch, on a CPU.

        Raises:
            EngineError: the folder holds no model that CTranslate2 reads, the device is missing, or
                it cannot compute in that type; or the process may not run code that it writes.
        """
        device = resolve_device(device)
        _check_indexes(device, device_indexes)
        if device == "cpu":
            _check_written_code_runs()
        # Threads take the priority of the one that makes them.
        with ThreadPoolExecutor(1, initializer=_go_behind) as loader:
            loading = loader.submit(
                ctranslate2.Translator,
                str(model_dir),
                device=device,
                device_index=list(device_indexes),
                compute_type=compute_type,
                inter_threads=worker_count,
                intra_threads=threads_per_worker,
            )
        try:
            self._translator = loading.result()
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"cannot load the model in {model_dir}: {error}") from error

    @property
    def device(self) -> str:
        """What it computes on, `cpu` or `cuda`, whatever was asked for."""
        return str(self._translator.device)

    @property
    def compute_type(self) -> str:
        """The type it computes in, such as `int8_float32`, which `default` and `auto` hide."""
        return str(self._translator.compute_type)

    @property
    def worker_count(self) -> int:
        """Batches it can have in flight at once, on all devices together."""
        return int(self._translator.num_translators)

    def translate(
        self, batch: Sequence[Sequence[str]], decoding: Decoding
    ) -> list[list[Hypothesis]]:
        """See `Engine.translate`."""
        sources = [list(tokens) for tokens in batch]
        try:
            results = self._translator.translate_batch(
                sources,
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
                # As Marian decodes: otherwise `<unk>` comes out as ` ⁇ `.
                disable_unk=True,
            )
            hypotheses = [
                [
                    Hypothesis(tuple(tokens), score)
                    for tokens, score in zip(result.hypotheses, result.scores, strict=True)
                ]
                for result in results
            ]
            return self._attending(sources, hypotheses) if decoding.with_alignment else hypotheses
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"the engine failed on a batch of {len(batch)}: {error}") from error

    def _attending(
        self, sources: list[list[str]], hypotheses: list[list[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        """Have the model write its translations again, and tell what it attends to in doing so.

        CTranslate2 4.8.5 tells it of a beam search, too, but not rightly: of 30 lines of FLORES dev
        searched together one had the attention that it has alone, and one token in 50 attended
        most to another source token. Writing what is known takes a fifth of the time of a search
        with a beam of 4, and is the same in any company.
        """
        pairs = [
            (source, list(each.tokens))
            for source, some in zip(sources, hypotheses, strict=True)
            for each in some
            if each.tokens
        ]
        results = self._translator.translate_batch(
            [source for source, _ in pairs],
            target_prefix=[written for _, written in pairs],
            beam_size=1,
            max_decoding_length=max((len(written) for _, written in pairs), default=1),
            max_input_length=0,
            max_batch_size=0,
            return_attention=True,
        )
        told = iter(results)
        return [
            [
                replace(
                    each,
                    attention=Attention.of(
                        next(told).attention[0][: len(each.tokens)] if each.tokens else []
                    ),
                )
                for each in some
            ]
            for some in hypotheses
        ]

    def close(self) -> None:
        """Free the model's memory. No batch may be in flight, and the engine is of no more use."""
        # `unload_model` would leave the workers' buffers: on a CPU, eight models loaded one after
        # the other came to 370 MB by it, and to 50 MB this way.
        del self._translator


def resolve_device(device: str) -> str:
    """Say what `auto` is on this machine: `cuda` if CTranslate2 finds a GPU, else `cpu`."""
    if device != "auto":
        return device
    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def supported_compute_types(device: str) -> frozenset[str]:
    """Name the types that `device`, `cpu` or a `cuda` that is there, computes in efficiently."""
    return frozenset(ctranslate2.get_supported_compute_types(device))


def _go_behind() -> None:
    """Let other threads go before this one, where each has a priority of its own.

    Those that compute want all cores all the time; what waits for the others, such as refusals and
    checks of health, is short. Of ten times too many calls 99 of 100 are refused within 9 ms, and
    within 22 to 80 where all threads are alike; as many calls are answered.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        own = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(own + _NICENESS, _LAST))


def _check_indexes(device: str, device_indexes: Sequence[int]) -> None:
    """Refuse GPUs that are not there, which CTranslate2 tells in terms of its own.

    Raises:
        EngineError: one is not there.
    """
    if device == "cpu":
        if tuple(device_indexes) != (0,):
            raise EngineError(
                f"device indexes {_listed(device_indexes)} name GPUs, and the device is cpu: leave "
                "them out, or set the device to cuda"
            )
        return
    count = ctranslate2.get_cuda_device_count()
    if count == 0:
        raise EngineError(
            "CTranslate2 finds no GPU on this machine: check its driver, or set the device to cpu "
            "or auto"
        )
    if max(device_indexes) >= count:
        raise EngineError(
            f"there is no GPU {max(device_indexes)}: CTranslate2 finds {count}, counted from 0"
        )


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _check_written_code_runs() -> None:
    """Check that this process may run machine code that it writes.

    CTranslate2's oneDNN does so on x86. Kept from it, it says nothing and computes nonsense: 4.8.5
    on an AMD EPYC, in int8 and in float32.

    Raises:
        EngineError: it may not.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return
    protection = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    try:
        mmap.mmap(-1, mmap.PAGESIZE, flags=flags, prot=protection).close()
    except OSError as error:
        raise EngineError(
            "this process may not run machine code that it writes, without which the engine "
            "translates into nonsense; allow it: MemoryDenyWriteExecute=no under systemd, "
            "execmem under SELinux"
        ) from error
