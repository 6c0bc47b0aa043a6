from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil
import pytest

from tarjama_server.engine import Attention, CTranslate2Engine, Decoding, EngineError
from tarjama_server.model_store import ModelStore
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
    # CTranslate2 by itself reads 1,024 tokens and drops the rest without a word. With that turned
    # off, it says when the converted model has no more positions.
    decoding = Decoding(beam_size=1, max_target_tokens=1)
    whole, shorter = (
        bundled_engine.translate([["▁و"] * 900 + ["▁كتاب"] * more], decoding) for more in (123, 100)
    )
    assert whole[0][0].score != shorter[0][0].score
    with pytest.raises(EngineError, match="1024"):
        bundled_engine.translate([["▁و"] * 1025], decoding)


def test_unknown_tokens_do_not_come_out_as_such(bundled_engine: CTranslate2Engine) -> None:
    results = bundled_engine.translate([["▁no-such-token"] * 5], Decoding(beam_size=4))
    assert "<unk>" not in results[0][0].tokens


def test_attention_points_into_the_source_for_every_token(
    sentences: list[tuple[str, ...]], bundled_engine: CTranslate2Engine
) -> None:
    results = bundled_engine.translate(sentences, Decoding(beam_size=1, with_alignment=True))
    for tokens, (best,) in zip(sentences, results, strict=True):
        assert best.attention is not None
        rows = best.attention.rows()
        assert len(rows) == len(best.tokens)
        for row in rows:
            # The end of the sentence counts as a source token, too, with some models.
            assert all(0 <= source <= len(tokens) for source, _ in row)
            weights = [weight for _, weight in row]
            assert weights == sorted(weights, reverse=True)
            assert 0.3 < sum(weights) < 1.02
    assert all(
        hypotheses[0].attention is None
        for hypotheses in bundled_engine.translate(sentences, GREEDY)
    )


@pytest.mark.parametrize("count", [1, 3])
def test_attention_is_the_same_alone_and_in_a_batch(
    count: int, sentences: list[tuple[str, ...]], bundled_engine: CTranslate2Engine
) -> None:
    decoding = Decoding(beam_size=4, hypothesis_count=count, with_alignment=True)
    alone = [bundled_engine.translate([tokens], decoding)[0] for tokens in sentences]
    assert bundled_engine.translate(sentences, decoding) == alone


@pytest.mark.parametrize("source_count", [1, 3, 6, 7, 500])
def test_attention_keeps_the_strongest_source_tokens(source_count: int) -> None:
    weights = [
        (number + 1) / (source_count * (source_count + 1) / 2) for number in range(source_count)
    ]
    kept = Attention.of([weights, weights[::-1]]).rows()
    order = list(range(source_count))[::-1][:6]
    visible = [number for number in order if round(weights[number] * 255)]
    assert [source for source, _ in kept[0]] == visible
    assert all(weight == pytest.approx(weights[source], abs=0.002) for source, weight in kept[0])
    assert [source for source, _ in kept[1]] == [source_count - 1 - each for each in visible]


def test_no_tokens_have_no_attention() -> None:
    assert Attention.of([]).rows() == []


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=str(tmp_path)):
        CTranslate2Engine(tmp_path)


def test_a_batch_that_the_engine_refuses_is_an_engine_error(
    bundled_engine: CTranslate2Engine,
) -> None:
    with pytest.raises(EngineError, match="batch of 1"):
        bundled_engine.translate([["▁و"]], Decoding(beam_size=1, hypothesis_count=5))


def _growth_of_closed_engines(model_dir: Path) -> int:
    """Bytes of memory that this process takes more after four further engines were closed."""
    memory = psutil.Process()
    engines = []
    sizes = []
    for _ in range(5):
        # As float32 the weights take about 170 MB.
        engine = CTranslate2Engine(model_dir, compute_type="float32", worker_count=2)
        engine.translate([["▁a"] * 20] * 20, Decoding(beam_size=1))
        engine.close()
        engines.append(engine)
        sizes.append(memory.memory_info().rss)
    return sizes[-1] - sizes[0]


def test_a_closed_engine_leaves_nothing_in_memory(tmp_path: Path) -> None:
    model_dir = ModelStore(tmp_path).find("ar-en-small").path
    # In a process of its own: what other tests hold and free moves the size of this one.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        growth = process.submit(_growth_of_closed_engines, model_dir).result()
    # If they stayed, the last four would take some 700 MB.
    assert growth < 200 << 20
