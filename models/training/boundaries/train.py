"""Trains the network that says where sentences end in Arabic without marks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from corpus import RunOnSampler, read_lines
from runons import ALL_MARKS, FINAL_MARKS, join_sentences

from tarjama_server.segmenter.boundaries import (
    DILATIONS,
    MAX_FEATURES,
    BoundaryScorer,
    feature_rows,
)

ROW_COUNT = 16_384
WIDTH = 48
TEXTS_PER_BATCH = 32
WORDS_PER_TEXT = 128
PEAK_RATE = 2e-3
WARM_UP_STEPS = 100
FEATURE_DROPOUT = 0.15
LAYER_DROPOUT = 0.2
STEPS_PER_REPORT = 500

Weights = dict[str, jax.Array]


def initial_weights(key: jax.Array) -> Weights:
    """Return random weights under the names that `BoundaryScorer` knows."""
    keys = jax.random.split(key, len(DILATIONS) + 2)
    weights = {
        "rows": 0.12 * jax.random.normal(keys[0], (ROW_COUNT, WIDTH)),
        "out": 0.1 * jax.random.normal(keys[1], (2 * WIDTH,)),
        # One gap in twenty is an end: start from that.
        "out_bias": jnp.array([-3.0]),
    }
    for index, layer_key in enumerate(keys[2:]):
        shape = (3 * WIDTH, 2 * WIDTH)
        weights[f"layer{index}"] = jax.random.normal(layer_key, shape) / np.sqrt(3 * WIDTH)
        weights[f"bias{index}"] = jnp.zeros(2 * WIDTH)
    return weights


def shifted(state: jax.Array, distance: int) -> jax.Array:
    """Return for each word the state `distance` words before it, or after it if negative."""
    padding = ((0, 0), (max(0, distance), max(0, -distance)), (0, 0))
    padded = jnp.pad(state, padding)
    return padded[:, : state.shape[1]] if distance > 0 else padded[:, -state.shape[1] :]


def gap_scores(weights: Weights, rows: jax.Array, key: jax.Array | None) -> jax.Array:
    """Score all gaps as `BoundaryScorer` does, with dropout if there is a `key`.

    Args:
        weights: of the network.
        rows: texts by words by features: 1 + the row of each feature, 0 for no feature.
        key: for the random numbers.
    """
    present = (rows > 0)[..., None]
    if key is not None:
        key, drawn = jax.random.split(key)
        present = present & jax.random.bernoulli(drawn, 1 - FEATURE_DROPOUT, present.shape)
    state = (jnp.take(weights["rows"], rows - 1, axis=0) * present).sum(axis=2)
    for index, distance in enumerate(DILATIONS):
        seen = jnp.concatenate([shifted(state, distance), state, shifted(state, -distance)], -1)
        candidate, gate = jnp.split(
            seen @ weights[f"layer{index}"] + weights[f"bias{index}"], 2, -1
        )
        update = jnp.tanh(candidate) * jax.nn.sigmoid(gate)
        if key is not None:
            key, drawn = jax.random.split(key)
            kept = jax.random.bernoulli(drawn, 1 - LAYER_DROPOUT, update.shape)
            update = update * kept / (1 - LAYER_DROPOUT)
        state = state + update
    return jnp.concatenate([state[:, :-1], state[:, 1:]], -1) @ weights["out"] + weights["out_bias"]


def mean_loss(weights: Weights, rows: jax.Array, ends: jax.Array, key: jax.Array) -> jax.Array:
    """Return the mean cross-entropy of a gap, in nats."""
    scores = gap_scores(weights, rows, key)
    return (jax.nn.softplus(scores) - ends[:, :-1] * scores).mean()


@jax.jit
def adam_step(
    state: tuple[Weights, Weights, Weights],
    step: jax.Array,
    rate: jax.Array,
    rows: jax.Array,
    ends: jax.Array,
    key: jax.Array,
) -> tuple[tuple[Weights, Weights, Weights], jax.Array]:
    """Take one step of Adam; `state` is the weights and the means of gradients and squares."""
    weights, means, squares = state
    loss, gradients = jax.value_and_grad(mean_loss)(weights, rows, ends, key)
    means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradients)
    squares = jax.tree.map(lambda s, g: 0.99 * s + 0.01 * g * g, squares, gradients)
    weights = jax.tree.map(
        lambda w, m, s: w - rate * (m / (1 - 0.9**step)) / (jnp.sqrt(s / (1 - 0.99**step)) + 1e-8),
        weights,
        means,
        squares,
    )
    return (weights, means, squares), loss


class Batches:
    """Turns run-on texts into arrays of rows."""

    def __init__(self, sampler: RunOnSampler) -> None:
        self._sampler = sampler
        self._rows: dict[str, list[int]] = {}

    def draw(self) -> tuple[np.ndarray, np.ndarray]:
        """Return rows (texts by words by features, see `gap_scores`) and ends (texts by words)."""
        rows = np.zeros((TEXTS_PER_BATCH, WORDS_PER_TEXT, MAX_FEATURES), np.int32)
        ends = np.zeros((TEXTS_PER_BATCH, WORDS_PER_TEXT), np.float32)
        for text in range(TEXTS_PER_BATCH):
            words, text_ends = self._sampler.draw(WORDS_PER_TEXT)
            rows[text] = [self._word_rows(word) for word in words]
            ends[text] = text_ends
        return rows, ends

    def _word_rows(self, word: str) -> list[int]:
        if word not in self._rows:
            rows = [1 + row for row in feature_rows(word, row_count=ROW_COUNT)]
            self._rows[word] = rows + [0] * (MAX_FEATURES - len(rows))
        return self._rows[word]


def quantized(weights: Weights) -> dict[str, np.ndarray]:
    """Return what is stored: embeddings in 8 bits, the rest in 16."""
    rows = np.asarray(weights["rows"])
    scale = np.abs(rows).max(axis=0) / 127
    stored = {name: np.asarray(array, np.float16) for name, array in weights.items()}
    stored["rows"] = np.round(rows / scale).astype(np.int8)
    stored["scale"] = scale.astype(np.float32)
    return stored


def report(weights: Weights, sentences: list[str]) -> str:
    """Return the cross-entropy and the best F1 of a threshold on run-on `sentences`."""
    scorer = BoundaryScorer(quantized(weights))
    parts = []
    for name, marks in (("all marks off", ALL_MARKS), ("final marks off", FINAL_MARKS)):
        run_ons = join_sentences(sentences, marks=marks, seed=7)
        scores = np.concatenate([scorer.score(run_on.words) for run_on in run_ons])
        truth = np.concatenate(
            [np.isin(np.arange(1, len(run_on.words)), run_on.joins) for run_on in run_ons]
        )
        entropy = (np.logaddexp(0, scores) - truth * scores).mean()
        hits = truth[np.argsort(-scores)].cumsum()
        f1 = (2 * hits / (np.arange(1, len(hits) + 1) + truth.sum())).max()
        parts.append(f"{name}: {entropy:.4f} nats, F1 {f1:.3f}")
    return "; ".join(parts)


def main() -> None:
    """Train, report to standard error, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder of corpus.*.bz2")
    parser.add_argument(
        "--dev", type=Path, required=True, help="sentences to report on, one a line"
    )
    parser.add_argument("--out", type=Path, required=True, help="file to write, .npz")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    dev = arguments.dev.read_text(encoding="utf-8").splitlines()
    batches = Batches(RunOnSampler(read_lines(arguments.corpus), seed=arguments.seed))
    key, first = jax.random.split(jax.random.PRNGKey(arguments.seed))
    weights = initial_weights(first)
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = (weights, zeros, zeros)
    for step in range(1, arguments.steps + 1):
        key, drawn = jax.random.split(key)
        decay = 0.5 * (1 + np.cos(np.pi * step / arguments.steps))
        rate = PEAK_RATE * min(1.0, step / WARM_UP_STEPS) * decay
        state, loss = adam_step(state, jnp.float32(step), jnp.float32(rate), *batches.draw(), drawn)
        if step % STEPS_PER_REPORT == 0 or step == arguments.steps:
            print(f"{step}: loss {loss:.4f}; {report(state[0], dev)}", file=sys.stderr, flush=True)
    np.savez_compressed(arguments.out, **quantized(state[0]))


if __name__ == "__main__":
    main()
