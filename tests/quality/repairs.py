"""What repairs are worth: repaired lines beside what the model wrote first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarjama import Segment, SegmentFlag, Translation
from tarjama_server.engine import CTranslate2Engine, Decoding
from tarjama_server.model_store.store import InstalledModel, ModelStore, default_user_dir
from tarjama_server.pipeline.edges import split_edges
from tarjama_server.text.postedit import post_edit
from tarjama_server.tokenizer import Tokenizer
from tests.quality.runon import with_stop
from tests.quality.scoring import chrf2_of_each


@dataclass(frozen=True, slots=True)
class RepairedLine:
    """A line with a repaired segment.

    Attributes:
        source: the Arabic.
        first: its translation with what the model wrote first.
        repaired: its translation by the service.
        reference: the English.
        gain: chrF2 of `repaired` less that of `first`.
    """

    source: str
    first: str
    repaired: str
    reference: str
    gain: float


class UnguardedModel:
    """The model as the service runs it, without guard and repair."""

    def __init__(self, installed: InstalledModel) -> None:
        manifest = installed.manifest
        self._tokenizer = Tokenizer(
            installed.path, normalization=manifest.normalization, hygiene=manifest.hygiene
        )
        self._engine = CTranslate2Engine(installed.path)
        self._decoding = Decoding(
            beam_size=manifest.decoding.beam_size,
            length_penalty=manifest.decoding.length_penalty,
            max_target_tokens=manifest.limits.max_target_tokens,
        )

    def translate(self, piece: str) -> str:
        """Translate one piece, as the model has it."""
        core = split_edges(piece).core
        tokens = self._tokenizer.encode(core).tokens
        [[best]] = self._engine.translate([tokens], self._decoding)
        return post_edit(self._tokenizer.decode(best.tokens), source=core)


def load_unguarded(name: str, models_dir: Path | None) -> UnguardedModel:
    """Load an installed model.

    Raises:
        ModelStoreError: it is not installed here.
        EngineError: it cannot be loaded.
    """
    return UnguardedModel(ModelStore(models_dir or default_user_dir()).find(name))


def repaired_lines(
    model: UnguardedModel,
    sources: Sequence[str],
    translations: Sequence[Translation],
    references: Sequence[str],
) -> list[RepairedLine]:
    """Undo the repairs of all lines that have any, and score the lines both ways."""
    found = []
    for source, translation, reference in zip(sources, translations, references, strict=True):
        if not any(_is_repaired(segment) for segment in translation.segments):
            continue
        first = " ".join(
            model.translate(_shown(source, segment))
            if _is_repaired(segment)
            else segment.translation.strip()
            for segment in translation.segments
        )
        before, after = chrf2_of_each([first, translation.text], [reference, reference])
        found.append(
            RepairedLine(source, first, translation.text, reference, float(after - before))
        )
    return found


def _is_repaired(segment: Segment) -> bool:
    return SegmentFlag.REPAIRED in segment.flags


def _shown(source: str, segment: Segment) -> str:
    """The piece of `source` as the service shows it to the model."""
    piece = source[segment.source_span.start : segment.source_span.end].strip()
    return with_stop(piece) if SegmentFlag.SPLIT in segment.flags else piece
