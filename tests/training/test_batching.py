import itertools

import numpy as np
import pytest
import torch
from models.training.batching import BatchStream, Position, make_batch, plan_epoch, trainable
from models.training.errors import RecipeError
from models.training.pairs import EncodedPair, EncodedPairs
from models.training.splitting import PieceSplitter
from models.training.vocabulary import EOS_ID, PAD_ID, Vocabulary

pytestmark = pytest.mark.training


def pairs_like_a_corpus(count: int) -> EncodedPairs:
    """Make pairs with lengths as real ones have: many short, few long, both sides alike."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(3, 0.6, count), 2, 110).astype(int)
    others = np.clip(lengths * rng.normal(1.1, 0.15, count), 2, 119).astype(int)
    return EncodedPairs.collect(
        EncodedPair.of_pieces([5] * one, [6] * other)
        for one, other in zip(lengths, others, strict=True)
    )


PAIRS = pairs_like_a_corpus(20_000)
CHOSEN = trainable(PAIRS, 120)


def test_an_epoch_has_each_pair_once() -> None:
    plans = list(plan_epoch(PAIRS, CHOSEN, batch_pieces=4096, seed=[1]))
    assert sorted(np.concatenate(plans)) == CHOSEN.tolist()


def test_batches_keep_their_size_and_are_near_full() -> None:
    real = places = 0
    longest = np.maximum(PAIRS.source_lengths, PAIRS.target_lengths)
    for plan in plan_epoch(PAIRS, CHOSEN, batch_pieces=4096, seed=[1]):
        assert longest[plan].max() * len(plan) <= 4096
        for lengths in (PAIRS.source_lengths[plan], PAIRS.target_lengths[plan]):
            real += lengths.sum()
            places += lengths.max() * len(plan)
    assert real / places > 0.85


def test_another_seed_gives_another_order() -> None:
    first, again, other = (
        [plan.tolist() for plan in plan_epoch(PAIRS, CHOSEN, batch_pieces=4096, seed=seed)]
        for seed in ([1, 0], [1, 0], [1, 1])
    )
    assert first == again != other


def test_long_and_empty_pairs_are_not_trained_on() -> None:
    rows = [([5] * 3, [6] * 2), ([5] * 9, [6]), ([5], [6] * 9), ([], [6]), ([5], [])]
    pairs = EncodedPairs.collect(EncodedPair.of_pieces(*row) for row in rows)
    assert trainable(pairs, 9).tolist() == [0]


def test_a_batch_is_padded_behind_the_ends_and_links_name_their_row() -> None:
    rows = [
        EncodedPair.of_pieces([5, 6, 7], [8], [(0, 2)]),
        EncodedPair.of_pieces([9], [10, 11], [(0, 0), (1, 0)]),
    ]
    batch = make_batch(EncodedPairs.collect(rows), np.array([1, 0]), guided=True)
    assert batch.source.tolist() == [[9, EOS_ID, PAD_ID, PAD_ID], [5, 6, 7, EOS_ID]]
    assert batch.target.tolist() == [[10, 11, EOS_ID], [8, EOS_ID, PAD_ID]]
    assert batch.links is not None
    assert batch.links.tolist() == [[0, 0, 0], [0, 1, 0], [0, 2, 1], [1, 0, 2], [1, 1, 3]]


def test_a_stream_goes_on_from_any_position() -> None:
    stream = BatchStream([PAIRS], max_pieces=120, batch_pieces=100_000, seed=3, guided=False)
    whole = list(itertools.islice(stream.read_from(Position()), 12))
    assert {position.epoch for position, _ in whole} > {0}
    for taken in (1, 7, 11):
        position, batch = next(stream.read_from(whole[taken - 1][0]))
        assert position == whole[taken][0]
        assert torch.equal(batch.source, whole[taken][1].source)


def test_pairs_that_are_all_too_long_are_refused() -> None:
    with pytest.raises(RecipeError, match="none of 20000 pairs has at most 2 pieces"):
        BatchStream([PAIRS], max_pieces=2, batch_pieces=100, seed=3, guided=False)


def test_each_epoch_takes_the_next_draw_and_behind_the_last_the_first() -> None:
    draws = [
        EncodedPairs.collect(EncodedPair.of_pieces([piece], [piece]) for _ in range(3))
        for piece in (5, 6)
    ]
    stream = BatchStream(draws, max_pieces=9, batch_pieces=100, seed=3, guided=False)
    batches = itertools.islice(stream.read_from(Position()), 4)
    assert [int(batch.source[0, 0]) for _, batch in batches] == [5, 6, 5, 6]


def test_split_batches_are_split_alike_wherever_a_stream_goes_on(
    bundled_vocabulary: Vocabulary,
) -> None:
    sentence = bundled_vocabulary.source.encode("افتتح الرئيس المؤتمر الصحفي في القاهرة")
    pairs = EncodedPairs.collect(EncodedPair.of_pieces(sentence, [6] * 9) for _ in range(40))
    splitter = PieceSplitter(bundled_vocabulary.source, 0.3)
    stream = BatchStream(
        [pairs], max_pieces=120, batch_pieces=200, seed=3, guided=False, splitter=splitter
    )
    whole = list(itertools.islice(stream.read_from(Position()), 6))
    again = next(stream.read_from(whole[2][0]))[1]
    assert torch.equal(again.source, whole[3][1].source)
    assert not torch.equal(whole[0][1].source, whole[1][1].source)
    decoded = {
        bundled_vocabulary.source.decode([piece for piece in row if piece != PAD_ID])
        for _, batch in whole
        for row in batch.source.tolist()
    }
    assert decoded == {bundled_vocabulary.source.decode(sentence)}
