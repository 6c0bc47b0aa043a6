"""Measures how long a sentence a model reads before it loses the thread or drops text.

Neighbouring sentences are chained with commas to ever longer ones, and the model translates each in
one piece. What it drops shows against its own translations of the same sentences one by one: the
references of both are the same, so they cancel, and only the output tokens are compared.

Commas take the place of the full stops between them, since a model that drops the second of two
sentences may well read one sentence of the same length, which is all that the segmenter gives it.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from tarjama_server.batching import Priority
from tarjama_server.engine import Decoding
from tarjama_server.guard.degeneration import Degeneration, find_degeneration
from tarjama_server.model_store import ModelStore
from tarjama_server.model_store.convert import ModelFacts
from tarjama_server.model_store.manifest import Manifest, TokenLimits
from tarjama_server.pipeline.model import ServedModel
from tarjama_server.text.postedit import post_edit

# A limit is not known more finely than the neighbouring buckets can be told apart.
_BUCKET_TOKENS = 10
# So many chains tell a share of degenerate outputs of 4 % from one of 10 %; more only cost time.
_BUCKET_CHAINS = 200
# Of fewer, one loop could end the measuring.
_LEAST_BUCKET_CHAINS = 30
# So many chains of each count of sentences fill the buckets. All those of a large corpus would take
# hours to tokenize.
_CHAINS_PER_COUNT = 1000

_MOST_DROPPED = 0.05
"""Share of the text that a model may drop from a source it is said to read."""

_MOST_DEGENERATE = 0.10
"""Share of outputs that the guard may have to repair. Repair saves them, at thrice the cost."""

_FINAL_MARKS = re.compile(r"\s*[.!?؟…]+([\"'»”’)\]]*)$")
_COMMA = "، "


@dataclass(frozen=True, slots=True)
class LengthBucket:
    """What a model made of chained sentences of about one length."""

    first_tokens: int
    """Source tokens of the shortest, `</s>` counted."""
    last_tokens: int
    """Source tokens of the longest, `</s>` counted."""
    chain_count: int
    degenerate_share: float
    """Outputs in which the guard sees a fault, 0 to 1."""
    dropped_share: float
    """By how much the other outputs have fewer tokens than those of the same sentences one by one,
    up to 1; below 0 if they have more."""

    @property
    def is_lossy(self) -> bool:
        """Whether the model should not be given sources of this length."""
        return self.degenerate_share > _MOST_DEGENERATE or self.dropped_share > _MOST_DROPPED


@dataclass(frozen=True, slots=True)
class _Chain:
    """Neighbouring sentences as one."""

    text: str
    first: int
    """Index of the first sentence."""
    count: int


@dataclass(frozen=True, slots=True)
class _Output:
    token_count: int
    degeneration: Degeneration | None


def limits_of_release(store: ModelStore, manifest: Manifest) -> TokenLimits:
    """Return the limits a model had when it was converted, whatever was measured since."""
    known = store.known().get(manifest.name)
    return known.limits if known else ModelFacts(manifest.version).limits


async def measure_token_limits(
    model: ServedModel,
    sentences: Sequence[str],
    *,
    release: TokenLimits,
    ratios: tuple[float, float],
    progress: Callable[[float], None],
) -> tuple[TokenLimits, tuple[LengthBucket, ...]]:
    """Find how long a source the model reads well.

    `max_source_tokens` becomes the upper edge of the last bucket before the first in which more
    than 5 % of the text is dropped or more than 10 % of the outputs are degenerate. On FLORES-200
    dev with the bundled model this is 110. With the one before it, which was weaker, it was 80, on
    either half of dev too, and document chrF2 agreed: chained by two to four, the 997 lines reached
    45.5 when cut to at most 90 tokens, 46.0 at 80, 46.4 at 70 and 46.6 at 60. It would have had
    them shorter still, but does not see what a reader loses when a sentence is cut, hence the
    tolerance.

    `preferred_source_tokens` stays. Where between one sentence and the limit run-on text is best
    cut is a matter of wholeness against chrF2, and dropped text says nothing of it: shorter
    sources always drop less. Since sentences of that length are what people write, the limit never
    falls below it either.

    Args:
        model: its batcher started.
        sentences: neighbours of one text, each about a sentence.
        release: what the model had when it was converted; no limit exceeds it.
        ratios: the least and the most output tokens a source token, by which the guard goes.
        progress: called after each bucket.

    Returns:
        The limits, and the buckets measured: all up to the release's limit, or up to the first
        that is lossy. Lengths of which the sentences make too few chains have no bucket; without
        any bucket the release's limits stay.

    Raises:
        EngineError: the engine failed.
    """
    reader = _Reader(model, ratios, release.max_target_tokens)
    longest = release.max_source_tokens
    whole = [text for text in sentences if reader.position_count(text) <= longest]
    alone = await reader.read(whole)
    sound = [
        (text, output.token_count)
        for text, output in zip(whole, alone, strict=True)
        if output.degeneration is None
    ]
    counts = [count for _, count in sound]
    by_length = _bucket_chains([text for text, _ in sound], reader.position_count, longest)
    buckets: list[LengthBucket] = []
    limit = 0
    for done, (number, chains) in enumerate(sorted(by_length.items()), start=1):
        outputs = await reader.read([chain.text for chain in chains])
        expected = [sum(counts[chain.first : chain.first + chain.count]) for chain in chains]
        last = min((number + 1) * _BUCKET_TOKENS, longest)
        buckets.append(_summarize(number * _BUCKET_TOKENS + 1, last, outputs, expected))
        progress(done / len(by_length))
        if buckets[-1].is_lossy:
            break
        limit = last
    else:
        limit = longest
    progress(1.0)
    return (
        replace(release, max_source_tokens=max(limit, release.preferred_source_tokens)),
        tuple(buckets),
    )


class _Reader:
    """Has the model read texts as they are: not cut, and not repaired."""

    def __init__(
        self, model: ServedModel, ratios: tuple[float, float], max_target_tokens: int
    ) -> None:
        self._model = model
        self._ratio_low, self._ratio_high = ratios
        defaults = model.manifest.decoding
        self._decoding = Decoding(
            beam_size=defaults.beam_size,
            length_penalty=defaults.length_penalty,
            max_target_tokens=max_target_tokens,
        )

    def position_count(self, text: str) -> int:
        """Source tokens of `text`, `</s>` counted."""
        return self._model.tokenizer.encode(text).position_count

    async def read(self, texts: Sequence[str]) -> list[_Output]:
        """Translate each of `texts` in one piece."""
        return await asyncio.gather(*(self._read(text) for text in texts))

    async def _read(self, text: str) -> _Output:
        model = self._model
        tokens = model.tokenizer.encode(text).tokens
        best = (await model.batcher.submit(tokens, self._decoding, Priority.BULK))[0]
        count = len(best.tokens)
        degeneration = find_degeneration(
            text,
            post_edit(model.tokenizer.decode(best.tokens), source=text),
            source_tokens=len(tokens),
            output_tokens=count,
            hit_cap=count >= self._decoding.max_target_tokens,
            ratio_low=self._ratio_low,
            ratio_high=self._ratio_high,
        )
        return _Output(count, degeneration)


def _bucket_chains(
    sentences: Sequence[str], position_count: Callable[[str], int], max_positions: int
) -> dict[int, list[_Chain]]:
    """Chain neighbours by two and more; sort the chains by length; draw from each length evenly."""
    found: defaultdict[int, list[_Chain]] = defaultdict(list)
    for count in range(2, len(sentences) + 1):
        chains = [
            (positions, chain)
            for chain in _chains(sentences, count)
            if (positions := position_count(chain.text)) <= max_positions
        ]
        if not chains:
            break
        for positions, chain in chains:
            found[(positions - 1) // _BUCKET_TOKENS].append(chain)
    return {
        number: chains[:: -(-len(chains) // _BUCKET_CHAINS)]
        for number, chains in found.items()
        if len(chains) >= _LEAST_BUCKET_CHAINS
    }


def _chains(sentences: Sequence[str], count: int) -> Iterator[_Chain]:
    """Chain `count` neighbours, evenly over the text; all but the last lose their final marks."""
    step = -(-len(sentences) // _CHAINS_PER_COUNT)
    for first in range(0, len(sentences) - count + 1, step):
        *others, last = (sentence.strip() for sentence in sentences[first : first + count])
        bare = [_FINAL_MARKS.sub(r"\1", other) for other in others]
        yield _Chain(_COMMA.join([*bare, last]), first, count)


def _summarize(
    first_tokens: int, last_tokens: int, outputs: Sequence[_Output], expected: Sequence[int]
) -> LengthBucket:
    """Sum up a bucket; `expected` has the output tokens of each chain's sentences one by one."""
    kept = [
        (output.token_count, tokens)
        for output, tokens in zip(outputs, expected, strict=True)
        if output.degeneration is None
    ]
    return LengthBucket(
        first_tokens,
        last_tokens,
        len(outputs),
        degenerate_share=1 - len(kept) / len(outputs),
        # Loops would hide what others drop.
        dropped_share=1 - sum(count for count, _ in kept) / max(1, sum(alone for _, alone in kept)),
    )
