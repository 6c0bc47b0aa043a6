"""A release converted to CTranslate2, with its vocabularies."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import yaml
from models.training.errors import RecipeError
from models.training.vocabulary import Vocabulary

from tarjama_server.model_store.convert import ReleaseConverter


@dataclass(frozen=True, slots=True)
class Converted:
    """A release that translates.

    Attributes:
        translator: CTranslate2's, on the CPU.
        vocabulary: of the release.
        beam_size: that its `decoder.yml` asks for.
        model_bytes: size of the converted weights.
    """

    translator: ctranslate2.Translator
    vocabulary: Vocabulary
    beam_size: int
    model_bytes: int

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """Translate sentences as Marian would, one by one as far as the outcome goes."""
        results = self.translator.translate_batch(
            self.vocabulary.source.encode(list(sentences), out_type=str),
            beam_size=self.beam_size,
            length_penalty=1.0,
            disable_unk=True,
            max_batch_size=32,
        )
        outputs: list[str] = self.vocabulary.target.decode(
            [result.hypotheses[0] for result in results]
        )
        return outputs


@contextmanager
def convert(release: Path, quantization: str) -> Iterator[Converted]:
    """Convert a release for as long as the context lasts.

    Args:
        release: its folder.
        quantization: CTranslate2's type of the weights; a float32 model computes in float32.

    Raises:
        RecipeError: `decoder.yml` is missing.
    """
    config = read_decoder_config(release)
    with tempfile.TemporaryDirectory() as folder:
        ReleaseConverter(str(release)).convert(folder, quantization=quantization, force=True)
        size = Path(folder, "model.bin").stat().st_size
        translator = ctranslate2.Translator(folder, device="cpu", compute_type=quantization)
        yield Converted(translator, Vocabulary.load(release), config["beam-size"], size)


def read_decoder_config(release: Path) -> dict[str, Any]:
    """Read a release's `decoder.yml`.

    Raises:
        RecipeError: it is missing.
    """
    path = release / "decoder.yml"
    if not path.is_file():
        raise RecipeError(f"{release} is no release: it has no decoder.yml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
