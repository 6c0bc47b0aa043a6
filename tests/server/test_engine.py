from pathlib import Path

import pytest

from tarjama_server.engine import CTranslate2Engine, Decoding, EngineError
from tarjama_server.pipeline.model import ServedModel

GREEDY = Decoding(beam_size=1)


@pytest.fixture(scope="module")
def sentences(bundled_model: ServedModel) -> list[tuple[str, ...]]:
    texts = [
        "ذهب الولد إلى المدرسة.",
        "مرحبا بالعالم.",
        "قرأت كتابا جميلا عن تاريخ المدينة القديمة.",
    ]
    return [bundled_model.tokenizer.encode(text).tokens for text in texts]


def test_results_come_in_order_and_as_if_alone(
    sentences: list[tuple[str, ...]], bundled_engine: CTranslate2Engine
) -> None:
    # All are of fewer than 16 positions: longer ones may score otherwise in their company.
    together = bundled_engine.translate(sentences, GREEDY)
    assert together == [bundled_engine.translate([each], GREEDY)[0] for each in sentences]
    assert len({hypotheses[0].tokens for hypotheses in together}) == len(sentences)


def test_hypotheses_are_best_first(
    sentences: list[tuple[str, ...]], bundled_engine: CTranslate2Engine
) -> None:
    (hypotheses, *_) = bundled_engine.translate(
        sentences, Decoding(beam_size=4, hypothesis_count=4)
    )
    scores = [hypothesis.score for hypothesis in hypotheses]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert len({hypothesis.tokens for hypothesis in hypotheses}) == 4


def test_decoding_stops_at_the_limit(
    sentences: list[tuple[str, ...]], bundled_engine: CTranslate2Engine
) -> None:
    results = bundled_engine.translate(sentences, Decoding(beam_size=1, max_target_tokens=2))
    assert all(len(hypotheses[0].tokens) <= 2 for hypotheses in results)


def test_long_input_is_not_cut_in_silence(bundled_engine: CTranslate2Engine) -> None:
    # CTranslate2 by itself reads 1,024 tokens and drops the rest without a word.
    decoding = Decoding(beam_size=1, max_target_tokens=1)
    whole = bundled_engine.translate([["▁و"] * 1200 + ["▁كتاب"] * 100], decoding)
    cut = bundled_engine.translate([["▁و"] * 1024], decoding)
    assert whole[0][0].score != cut[0][0].score


def test_unknown_tokens_do_not_come_out_as_such(bundled_engine: CTranslate2Engine) -> None:
    results = bundled_engine.translate([["▁no-such-token"] * 5], Decoding(beam_size=4))
    assert "<unk>" not in results[0][0].tokens


def test_an_alignment_points_into_the_source_for_every_token(
    sentences: list[tuple[str, ...]], bundled_engine: CTranslate2Engine
) -> None:
    results = bundled_engine.translate(sentences, Decoding(beam_size=1, with_alignment=True))
    for tokens, (best,) in zip(sentences, results, strict=True):
        assert len(best.alignment) == len(best.tokens)
        # The end of the sentence counts as a source token, too.
        assert all(0 <= place <= len(tokens) for place in best.alignment)
    assert all(
        not hypotheses[0].alignment for hypotheses in bundled_engine.translate(sentences, GREEDY)
    )


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=str(tmp_path)):
        CTranslate2Engine(tmp_path)


def test_a_batch_that_the_engine_refuses_is_an_engine_error(
    bundled_engine: CTranslate2Engine,
) -> None:
    with pytest.raises(EngineError, match="batch of 1"):
        bundled_engine.translate([["▁و"]], Decoding(beam_size=1, hypothesis_count=5))
