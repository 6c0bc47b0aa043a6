"""Translates with transformers what standard input asks for. Needs the peers' environment.

    python marian_worker.py RELEASE.zip THREADS BEAM_SIZE LENGTH_PENALTY

Each line of standard input is a JSON request: `{"texts": [...], "batch_size": 8}` is answered
with `{"outputs": [...], "duration_s": ..., "cpu_s": ...}`, and `{"compare": [...]}` with how
transformers and a float32 conversion for CTranslate2 agree. The first line of standard output names
the versions.
"""

# mypy: disable-error-code="import-not-found"

from __future__ import annotations

import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import torch
import transformers
from ctranslate2.converters import OpusMTConverter
from marian_model import EOS, PAD, UNK, load_model, load_tokenizer

_MAX_TARGET_TOKENS = 256


class Marian:
    """MarianMTModel with the server's decoding."""

    def __init__(self, release: Path, beam_size: int, length_penalty: float) -> None:
        self.model = load_model(release)
        self.tokenizer = load_tokenizer(release)
        self._decoding = {
            "num_beams": beam_size,
            "length_penalty": length_penalty,
            "max_new_tokens": _MAX_TARGET_TOKENS,
            "suppress_tokens": [UNK, PAD],
        }

    def translate(self, texts: Sequence[str], **decoding: int) -> list[str]:
        """Translate texts in one batch: what transformers' translation pipeline did until v5."""
        with torch.inference_mode():
            inputs = self.tokenizer(list(texts), return_tensors="pt", padding=True)
            outputs = self.model.generate(**inputs, **{**self._decoding, **decoding})
            translations: list[str] = self.tokenizer.batch_decode(
                outputs, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        return translations

    def log_probability(self, text: str, target: Sequence[str]) -> float:
        """The mean log-probability of a translation's tokens, `</s>` included."""
        ids = [self.tokenizer.target_encoder[token] for token in target] + [EOS]
        with torch.inference_mode():
            inputs = self.tokenizer([text], return_tensors="pt")
            start = torch.tensor([[PAD, *ids[:-1]]])
            logits = self.model(**inputs, decoder_input_ids=start).logits[0]
            chosen = logits.log_softmax(-1)[torch.arange(len(ids)), torch.tensor(ids)]
        return float(chosen.mean())


def answer(marian: Marian, release: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Do what one line asks for."""
    if "compare" in request:
        return compare(marian, release, request["compare"])
    texts, size = request["texts"], request["batch_size"]
    began, cpu_began = time.perf_counter(), time.process_time()
    outputs = [
        output
        for start in range(0, len(texts), size)
        for output in marian.translate(texts[start : start + size])
    ]
    return {
        "outputs": outputs,
        "duration_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - cpu_began,
    }


def compare(marian: Marian, release: Path, texts: Sequence[str]) -> dict[str, Any]:
    """Translate greedily with CTranslate2 and transformers; score CTranslate2's with both."""
    with tempfile.TemporaryDirectory() as folder:
        OpusMTConverter(str(release)).convert(folder, quantization="float32", force=True)
        translator = ctranslate2.Translator(folder, compute_type="float32")
        sources = [marian.tokenizer.spm_source.encode(text, out_type=str) for text in texts]
        results = translator.translate_batch(
            sources, beam_size=1, disable_unk=True, max_decoding_length=_MAX_TARGET_TOKENS
        )
        targets = [result.hypotheses[0] for result in results]
        scores = [
            sum(score.log_probs) / len(score.log_probs)
            for score in translator.score_batch(sources, targets)
        ]
    outputs = [marian.translate([text], num_beams=1)[0] for text in texts]
    expected = [marian.tokenizer.spm_target.decode(target) for target in targets]
    differences = [
        abs(marian.log_probability(text, target) - score)
        for text, target, score in zip(texts, targets, scores, strict=True)
    ]
    return {
        "sentence_count": len(texts),
        "equal_count": sum(a == b for a, b in zip(outputs, expected, strict=True)),
        "greatest_score_difference": max(differences),
    }


def main() -> None:
    """Load the release, then answer until standard input ends."""
    archive, threads, beam_size, length_penalty = sys.argv[1:]
    torch.set_num_threads(int(threads))
    with tempfile.TemporaryDirectory() as folder:
        release = Path(folder)
        with zipfile.ZipFile(archive) as files:
            files.extractall(release)
        marian = Marian(release, int(beam_size), float(length_penalty))
        versions = {"transformers": transformers.__version__, "torch": torch.__version__}
        print(json.dumps(versions), flush=True)
        for line in sys.stdin:
            print(json.dumps(answer(marian, release, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
