from collections.abc import Sequence
from dataclasses import replace

import pytest

from tarjama_server.batching import Batcher
from tarjama_server.calibration import LengthBucket, limits_of_release
from tarjama_server.calibration.token_limits import measure_token_limits
from tarjama_server.engine import Decoding
from tarjama_server.model_store import ModelStore
from tarjama_server.model_store.manifest import TokenLimits
from tarjama_server.pipeline.model import ServedModel
from tests.server.scripted_engine import Rule, ScriptedEngine, Tokens, echo

RELEASE = TokenLimits(max_source_tokens=88, preferred_source_tokens=20, max_target_tokens=256)
RATIOS = (0.5, 2.0)
LONGEST = "قال الوزير إن الحكومة ستعقد اجتماعا في بغداد يوم الثلاثاء لبحث الأزمة مع المعارضة"
SENTENCES = [f"{' '.join(LONGEST.split()[: 4 + number % 10])}." for number in range(200)]


async def measured(
    bundled_model: ServedModel,
    rule: Rule = echo,
    *,
    sentences: Sequence[str] = SENTENCES,
    release: TokenLimits = RELEASE,
) -> tuple[TokenLimits, tuple[LengthBucket, ...], ScriptedEngine]:
    engine = ScriptedEngine(rule)
    batcher = Batcher(engine, worker_count=1, max_batch_tokens=4096)
    batcher.start()
    try:
        limits, buckets = await measure_token_limits(
            replace(bundled_model, batcher=batcher),
            sentences,
            release=release,
            ratios=RATIOS,
            progress=lambda share: None,
        )
    finally:
        await batcher.stop()
    return limits, buckets, engine


def forget_beyond(count: int) -> Rule:
    """Translates the first `count` tokens only."""

    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        return echo(tokens[:count], decoding)

    return rule


def loop_beyond(count: int) -> Rule:
    """Says the same for ever when it is given more than `count` tokens."""

    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        return echo(tokens, decoding) if len(tokens) <= count else ["▁again"] * len(tokens)

    return rule


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        pytest.param(forget_beyond(50), 50, id="drops what comes after 50 tokens"),
        pytest.param(forget_beyond(70), 70, id="drops what comes after 70 tokens"),
        pytest.param(loop_beyond(50), 50, id="loops from 51 tokens on"),
        pytest.param(echo, 88, id="reads whatever the release allows"),
        pytest.param(forget_beyond(5), 20, id="reads single sentences only"),
    ],
)
async def test_the_limit_is_where_text_is_dropped_or_outputs_degenerate(
    bundled_model: ServedModel, rule: Rule, limit: int
) -> None:
    limits, buckets, _ = await measured(bundled_model, rule)
    assert limits == replace(RELEASE, max_source_tokens=limit)
    *sound, last = buckets
    assert not any(bucket.is_lossy for bucket in sound)
    assert last.is_lossy == (limit < 88)


async def test_what_was_dropped_is_measured_against_the_same_sentences_one_by_one(
    bundled_model: ServedModel,
) -> None:
    _, buckets, _ = await measured(bundled_model, forget_beyond(50))
    shares = [bucket.dropped_share for bucket in buckets]
    # Each chain has commas that its sentences lack, and only one stop.
    assert shares[:-1] == pytest.approx([0.0] * (len(shares) - 1), abs=0.03)
    # Of 51 to 60 tokens, `</s>` counted, 50 are left.
    assert 0.05 < shares[-1] < 1 - 50 / 59


async def test_buckets_join_and_end_with_the_limit_of_the_release(
    bundled_model: ServedModel,
) -> None:
    _, buckets, _ = await measured(bundled_model)
    edges = [(bucket.first_tokens, bucket.last_tokens) for bucket in buckets]
    assert edges == [(first + 1, min(first + 10, 88)) for first in range(edges[0][0] - 1, 88, 10)]


async def test_nothing_longer_than_the_release_allows_reaches_the_engine(
    bundled_model: ServedModel,
) -> None:
    long = " و".join(SENTENCES[9].removesuffix(".") for _ in range(10))
    _, _, engine = await measured(bundled_model, sentences=[*SENTENCES, long])
    assert max(map(len, engine.sentences)) + 1 <= RELEASE.max_source_tokens


async def test_no_length_is_tried_beyond_the_first_that_is_lossy(
    bundled_model: ServedModel,
) -> None:
    _, _, engine = await measured(bundled_model, loop_beyond(50))
    assert max(map(len, engine.sentences)) + 1 <= 60


async def test_chained_sentences_read_as_one(bundled_model: ServedModel) -> None:
    sentences = [f"{sentence[:-1]}؟»" for sentence in SENTENCES]
    _, _, engine = await measured(bundled_model, sentences=sentences)
    chains = ["".join(tokens) for tokens in engine.sentences[len(sentences) :]]
    assert chains
    assert {sum(map(chain.count, "؟?")) for chain in chains} == {1}


async def test_sentences_that_go_wrong_alone_are_not_chained(bundled_model: ServedModel) -> None:
    bad = "هذا نص لا يفهمه أحد."
    bad_tokens = bundled_model.tokenizer.encode(bad).tokens

    def loop_when_bad(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        return ["▁again"] * 40 if bad_tokens[2] in tokens else echo(tokens, decoding)

    mixed = [sentence for each in SENTENCES for sentence in (each, bad)]
    limits, buckets, _ = await measured(bundled_model, loop_when_bad, sentences=mixed)
    assert limits == RELEASE
    assert {bucket.degenerate_share for bucket in buckets} == {0.0}


@pytest.mark.parametrize(
    ("sentences", "rule"),
    [
        pytest.param(SENTENCES[:20], echo, id="too few sentences"),
        pytest.param(SENTENCES, loop_beyond(1), id="no sound translation"),
    ],
)
async def test_the_limits_stay_where_nothing_can_be_measured(
    bundled_model: ServedModel, sentences: Sequence[str], rule: Rule
) -> None:
    limits, buckets, _ = await measured(bundled_model, rule, sentences=sentences)
    assert (limits, buckets) == (RELEASE, ())


async def test_a_model_that_writes_to_the_cap_is_not_taken_for_one_that_reads_well(
    bundled_model: ServedModel,
) -> None:
    release = replace(RELEASE, max_target_tokens=40)

    def stop_at_cap(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        return echo(tokens, decoding)[: decoding.max_target_tokens]

    limits, _, _ = await measured(bundled_model, stop_at_cap, release=release)
    assert limits.max_source_tokens == 40


def test_a_measured_limit_does_not_bound_the_next_measuring(store: ModelStore) -> None:
    manifest = store.find("small").manifest
    narrowed = replace(manifest, limits=replace(manifest.limits, max_source_tokens=50))
    assert limits_of_release(store, narrowed) == limits_of_release(store, manifest)
    bundled = store.find("ar-en-small").manifest
    assert limits_of_release(store, bundled) == store.known()["ar-en-small"].limits
