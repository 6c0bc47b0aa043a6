import pytest

from tests.bench.profile_parts import count_leaves, count_parts, part_of

ROOT = "serve (tarjama_server/commands/serve.py:74)"
LOOP = "BaseEventLoop._run_once (asyncio/base_events.py:1922)"
STEP = "Handle._run (asyncio/events.py:80)"
SEGMENT = "translate_segment (tarjama_server/pipeline/segment.py:52)"
ENCODE = "Tokenizer._encode (tarjama_server/tokenizer.py:105)"


@pytest.mark.parametrize(
    ("frames", "part"),
    [
        ([LOOP, STEP, SEGMENT, ENCODE], "tokenisation"),
        ([LOOP, STEP, SEGMENT, ENCODE, "encode (sentencepiece/__init__.py:9)"], "tokenisation"),
        ([LOOP, STEP, SEGMENT], "pipeline"),
        # What the standard library does is its caller's.
        (
            [LOOP, SEGMENT, "check (tarjama_server/guard/verbatim.py:9)", "sub (re.py:1)"],
            "guard and clean-up",
        ),
        (
            [
                "Thread.run (threading.py:982)",
                "_worker (concurrent/futures/thread.py:83)",
                "CTranslate2Engine.translate (tarjama_server/engine.py:109)",
            ],
            "engine",
        ),
        (
            [
                LOOP,
                STEP,
                "Calls._report (tarjama_server/api/calls.py:300)",
                "info (structlog/_native.py:1)",
            ],
            "logging and metrics",
        ),
        (
            [LOOP, STEP, "SegmentWriter.write (tarjama_server/api/messages.py:200)"],
            "protobuf and messages",
        ),
        ([LOOP, STEP, "Batcher.submit (tarjama_server/batching/batcher.py:99)"], "batching"),
        # gRPC's compiled code leaves no frames of its own.
        ([LOOP, STEP], "grpc"),
        (
            ["Thread._bootstrap (threading.py:1002)", "Thread.run (threading.py:982)"],
            "waiting and polling",
        ),
        (
            ["Thread.run (threading.py:982)", "_worker (concurrent/futures/thread.py:81)"],
            "waiting and polling",
        ),
        ([LOOP, "EpollSelector.select (selectors.py:468)"], "waiting and polling"),
        ([LOOP, "BaseEventLoop.time (asyncio/base_events.py:707)"], "asyncio and rest"),
    ],
)
def test_a_stack_belongs_to_the_part_nearest_to_its_leaf(frames: list[str], part: str) -> None:
    assert part_of(frames) == part


def test_samples_are_summed() -> None:
    stacks = ((SEGMENT, ENCODE, 3), (STEP, 2), (SEGMENT, 4))
    recording = "".join(f"{ROOT};{LOOP};{';'.join(frames)} {n}\n" for *frames, n in stacks)
    assert count_parts(recording) == {"tokenisation": 3, "grpc": 2, "pipeline": 4}
    assert count_leaves(recording) == {
        "Tokenizer._encode (tarjama_server/tokenizer.py)": 3,
        "translate_segment (tarjama_server/pipeline/segment.py)": 4,
        "Handle._run (asyncio/events.py)": 2,
    }
