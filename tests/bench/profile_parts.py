"""Which part of the server a sampled stack belongs to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

ENGINE: Final = "engine"
GRPC: Final = "grpc"
WAITING: Final = "waiting and polling"
REST: Final = "asyncio and rest"

# The frame nearest to the leaf that one of these finds tells the part, so that what a part has the
# standard library do is its own. Native frames, if there are any, are named by symbol. A call into
# an extension without Python code of its own belongs to whom it was called by.
_PARTS: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (ENGINE, r"tarjama_server/engine|ctranslate2"),
        (
            "tokenisation",
            r"tarjama_server/(tokenizer|text/(hygiene|normalization|moses_punctuation|script))"
            r"|sentencepiece",
        ),
        ("segmenter", r"tarjama_server/segmenter"),
        ("guard and clean-up", r"tarjama_server/(guard|text/postedit|pipeline/(repair|edges))"),
        ("batching", r"tarjama_server/batching"),
        ("cache", r"tarjama_server/cache|cachetools"),
        (
            "logging and metrics",
            r"tarjama_server/observability|structlog|prometheus_client|logging/"
            r"|_report \(tarjama_server/api/calls",
        ),
        (
            "protobuf and messages",
            r"tarjama_server/api/(messages|utf8)|tarjama_proto|google/protobuf"
            r"|(_serialize|_parsed|parse) \(tarjama_server/api|upb",
        ),
        ("admission and calls", r"tarjama_server/(api|admission|auth|serving)"),
        ("pipeline", r"tarjama_server/pipeline"),
        (GRPC, r"grpc"),
    )
)

# gRPC's own coroutines are compiled and leave no frames: what the loop runs without any is theirs.
_COMPILED_GRPC: Final = re.compile(r"^(Handle\.)?_run \(asyncio/")
# Idle threads of the engine's executor, the loop between events, gRPC's polling thread: what their
# waiting looks like, which py-spy cannot tell from work everywhere.
_WAITING: Final = re.compile(
    r"^_worker \(concurrent/|select \(selectors|^(Thread\.)?run \(threading|^wait \(threading"
)

# The server's own code, save for what is at the root of every stack.
_OWN: Final = re.compile(r"tarjama_server/(?!__main__|commands/)")


def part_of(frames: Iterable[str]) -> str:
    """Name the part that a stack belongs to.

    Args:
        frames: `FUNCTION (FILE:LINE)` each, from the root to the leaf.
    """
    stack = list(frames)
    if _COMPILED_GRPC.search(stack[-1]):
        return GRPC
    if _WAITING.search(stack[-1]):
        return WAITING
    for frame in reversed(stack):
        for name, pattern in _PARTS:
            if pattern.search(frame):
                return name
    return REST


def count_parts(recording: str) -> Counter[str]:
    """Count the samples of each part.

    Args:
        recording: of `py-spy record --format raw`: a stack a line, its frames parted by
            semicolons, and how often it was seen.
    """
    return _count(recording, part_of)


def count_leaves(recording: str) -> Counter[str]:
    """Count the samples of each function of the server that is nearest to a leaf.

    Where there is none the leaf itself is counted.
    """
    return _count(recording, _leaf)


def _leaf(frames: Iterable[str]) -> str:
    stack = list(frames)
    own = [frame for frame in stack if _OWN.search(frame)]
    return re.sub(r":\d+\)$", ")", own[-1] if own else stack[-1])


def _count(recording: str, name_of: Callable[[list[str]], str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in recording.splitlines():
        stack, _, count = line.rpartition(" ")
        counts[name_of(stack.split(";"))] += int(count)
    return counts
