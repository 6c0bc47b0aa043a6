from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from models.training.batching import make_batch
from models.training.errors import RecipeError
from models.training.pairs import EncodedPair, EncodedPairs
from models.training.schedule import Schedule
from models.training.trainer import Settings, Trainer, TrainingData, load_average
from models.training.transformer import Shape

pytestmark = pytest.mark.training

SHAPE = Shape(30, 40, width=32, heads=2, inner_width=48, encoder_layers=1, decoder_layers=1)
SCHEDULE = Schedule(total_minutes=200, fall_minutes=50, highest=0.01, rise_steps=5)
SETTINGS = Settings(
    batch_pieces=300, dropout=0.1, guided_every=3, float32=True, log_every=10, average_decay=0.9
)


def copied_words(count: int, seed: int) -> list[EncodedPair]:
    """Make sentences whose translation is each word's, in the same order."""
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for _ in range(count):
        length = int(torch.randint(2, 6, (1,), generator=generator))
        source = torch.randint(5, 30, (length,), generator=generator).tolist()
        target = [word + 10 for word in source]
        rows.append(EncodedPair.of_pieces(source, target, [(at, at) for at in range(length)]))
    return rows


ROWS = copied_words(400, seed=1)
HELD_OUT = EncodedPairs.collect(copied_words(40, seed=2))
ALIGNED = EncodedPairs.collect(ROWS)
PLAIN = EncodedPairs.collect(EncodedPair(row.source, row.target) for row in ROWS)
DATA = TrainingData([PLAIN], HELD_OUT, ALIGNED)


def make_trainer(
    data: TrainingData = DATA, settings: Settings = SETTINGS, shape: Shape = SHAPE
) -> Trainer:
    """Make a trainer on whose clock each step takes a minute."""
    torch.set_num_threads(1)
    trainer: Trainer = Trainer(
        shape, data, settings, schedule=SCHEDULE, clock=lambda: 60.0 * trainer.progress.step
    )
    return trainer


def test_the_loss_falls_and_the_first_head_learns_the_links(tmp_path: Path) -> None:
    trainer = make_trainer(settings=replace(SETTINGS, dropout=0.0, guide_weight=1.0))
    before = trainer.held_out_loss()
    means = trainer.run(200, tmp_path / "last.pt")
    assert means[-1] < means[0] / 2
    assert trainer.held_out_loss() < before / 2
    batch = make_batch(HELD_OUT, np.arange(len(HELD_OUT)), guided=True)
    assert batch.links is not None
    row, at, of = batch.links.unbind(1)
    with torch.no_grad():
        _, aligned = trainer.average(batch.source, batch.target, align=True)
    assert (aligned.argmax(-1)[row, at] == of).float().mean() > 0.8


def test_training_in_two_parts_is_training_in_one(tmp_path: Path) -> None:
    settings = replace(SETTINGS, log_every=1000)
    whole = make_trainer(settings=settings)
    whole.run(41, tmp_path / "whole.pt")
    first = make_trainer(settings=settings)
    first.run(20, tmp_path / "last.pt")
    second = make_trainer(settings=settings)
    second.resume(tmp_path / "last.pt")
    assert second.progress == first.progress
    second.run(21, tmp_path / "last.pt")
    assert second.progress == whole.progress
    assert second.progress.step == second.progress.minutes == 41
    for name, weights in whole.average.state_dict().items():
        assert torch.equal(second.average.state_dict()[name], weights), name


def test_a_checkpoint_holds_the_averaged_network(tmp_path: Path) -> None:
    trainer = make_trainer()
    trainer.run(10, tmp_path / "last.pt")
    loaded = load_average(tmp_path / "last.pt")
    assert loaded.shape == SHAPE
    for name, weights in trainer.average.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], weights)
        assert not torch.equal(trainer.network.state_dict()[name], weights), name
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_a_checkpoint_of_another_shape_is_refused(tmp_path: Path) -> None:
    make_trainer().save(tmp_path / "last.pt")
    with pytest.raises(RecipeError, match="another shape"):
        make_trainer(shape=replace(SHAPE, heads=4)).resume(tmp_path / "last.pt")


def test_training_starts_from_given_weights(tmp_path: Path) -> None:
    first = make_trainer()
    first.run(30, tmp_path / "last.pt")
    second = make_trainer(settings=replace(SETTINGS, seed=8))
    second.take_weights(first.average)
    assert second.held_out_loss() == pytest.approx(first.held_out_loss())


def test_without_aligned_pairs_no_step_is_guided(tmp_path: Path) -> None:
    trainer = make_trainer(TrainingData([PLAIN], HELD_OUT))
    trainer.run(10, tmp_path / "last.pt")
    assert trainer.progress.guided.batch == trainer.progress.guided.epoch == 0
    assert trainer.progress.step > 0


def test_training_in_bfloat16_learns_as_well(tmp_path: Path) -> None:
    trainer = make_trainer(settings=replace(SETTINGS, float32=False))
    means = trainer.run(40, tmp_path / "last.pt")
    assert means[-1] < means[0]


@pytest.mark.parametrize(
    ("step", "minutes", "rate"),
    [
        (0, 0.0, 0.2),
        (2, 0.0, 0.6),
        (4, 0.0, 1.0),
        (900, 50.0, 1.0),
        (900, 60.0, 1.0),
        (900, 80.0, 0.5),
        (900, 100.0, 0.01),
        (900, 130.0, 0.01),
    ],
)
def test_the_rate_rises_stays_and_falls(step: int, minutes: float, rate: float) -> None:
    schedule = Schedule(total_minutes=100, fall_minutes=40, highest=1.0, rise_steps=5)
    assert schedule.rate(step, minutes) == pytest.approx(rate)
