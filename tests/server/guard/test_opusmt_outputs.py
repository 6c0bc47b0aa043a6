"""The guard and the post-edit on what opus-mt-ar-en really answered to FLORES."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sacrebleu
import sentencepiece

from tarjama_server.guard.degeneration import DegenerationKind, find_degeneration
from tarjama_server.model_store.store import bundled_models_dir
from tarjama_server.text.postedit import post_edit

EVAL_DIR = os.environ.get("TARJAMA_EVAL_DIR")

pytestmark = pytest.mark.skipif(
    EVAL_DIR is None, reason="TARJAMA_EVAL_DIR names no folder with opusmt/"
)


def lines(name: str) -> list[str]:
    return Path(EVAL_DIR or "", "opusmt", name).read_text(encoding="utf-8").splitlines()


def flagged(name: str) -> dict[int, DegenerationKind]:
    """The lines, counted from 1, whose output the guard holds for degenerate."""
    model = bundled_models_dir() / "ar-en-small"
    source_pieces = sentencepiece.SentencePieceProcessor(str(model / "source.spm"))
    target_pieces = sentencepiece.SentencePieceProcessor(str(model / "target.spm"))
    found = {}
    pairs = zip(lines(f"{name}.ar"), lines(f"{name}.opusmt.en"), strict=True)
    for number, (source, output) in enumerate(pairs, start=1):
        degeneration = find_degeneration(
            source,
            output,
            source_tokens=len(source_pieces.encode(source)),
            output_tokens=len(target_pieces.encode(output)),
            hit_cap=False,
        )
        if degeneration is not None:
            found[number] = degeneration.kind
    return found


def test_both_loops_are_caught_and_next_to_nothing_else() -> None:
    assert flagged("flores_dev") == {910: DegenerationKind.LOOP, 917: DegenerationKind.LOOP}
    # A real stutter, "blah, blah, blah", where the source has none.
    assert len(flagged("flores_devtest")) <= 1


def test_the_post_edit_gains_two_tenths_of_a_point() -> None:
    sources, outputs = lines("flores_devtest.ar"), lines("flores_devtest.opusmt.en")
    edited = [
        post_edit(output, source=source) for source, output in zip(sources, outputs, strict=True)
    ]
    references = [lines("flores_devtest.en")]
    before = sacrebleu.corpus_bleu(outputs, references).score
    after = sacrebleu.corpus_bleu(edited, references).score
    assert round(before, 1) == 33.9
    assert round(after, 1) == 34.1
