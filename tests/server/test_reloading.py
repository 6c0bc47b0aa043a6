"""A model installed while the server runs takes the old one's place, and no call notices."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import shutil
import signal
import threading
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import grpc
import pytest
import structlog
from structlog.typing import EventDict

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.app import Server
from tarjama_server.batching import Batcher
from tarjama_server.config import Settings, load_settings
from tarjama_server.engine import Decoding, EngineError
from tarjama_server.model_store import InstalledModel
from tarjama_server.observability.instruments import Instruments
from tarjama_server.pipeline.model import ServedModel
from tests.server.process.test_privacy import CANARY, assert_silent
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo
from tests.server.test_serving import Memory

HELLO = pb.TranslateTextRequest(texts=["ذهب الولد إلى المدرسة."])
TIMEOUT_S = 30

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends itself signals")


Stream: TypeAlias = grpc.aio.StreamStreamCall[
    pb.StreamingTranslateTextRequest, pb.StreamingTranslateTextResponse
]


def hang_up() -> None:
    os.kill(os.getpid(), signal.SIGHUP)


@dataclass
class Life:
    """A server of one model, whose weights are a word in a file, and what became of each load."""

    bundled: ServedModel
    folder: Path
    loaded: list[str] = field(default_factory=list)
    memories: dict[str, Memory] = field(default_factory=dict)
    logs: list[EventDict] = field(default_factory=list)
    may_load: threading.Event = field(default_factory=threading.Event)
    is_loading: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    loading_count: int = 0
    stub: pb_grpc.TranslationServiceAsyncStub = field(init=False)
    run: asyncio.Task[None] = field(init=False)

    @property
    def model_dir(self) -> Path:
        return self.folder / "models" / "m"

    def install(self, weights: str) -> str:
        """Install a model as the store does: by one rename. Give its checksum."""
        staged = self.folder / "staged"
        checksum = self.write(staged, weights)
        self.model_dir.parent.mkdir(exist_ok=True)
        if self.model_dir.exists():
            self.model_dir.rename(self.folder / "doomed")
            shutil.rmtree(self.folder / "doomed")
        staged.rename(self.model_dir)
        return checksum

    def write(self, model_dir: Path, weights: str) -> str:
        """Write a model file by file, the manifest first."""
        model_dir.mkdir(parents=True, exist_ok=True)
        files = {"weights.txt": hashlib.sha256(weights.encode()).hexdigest()}
        manifest = replace(self.bundled.manifest, name="m", files=files)
        manifest.write(model_dir / "manifest.json")
        self.memories.setdefault(weights, Memory())
        (model_dir / "weights.txt").write_text(weights)
        return manifest.checksum

    def load(
        self, installed: InstalledModel, settings: Settings, instruments: Instruments
    ) -> ServedModel:
        self.loading_count += 1
        assert self.loading_count == 1, "two at once"
        weights = (installed.path / "weights.txt").read_text()
        self.is_loading.release()
        assert self.may_load.wait(TIMEOUT_S)
        self.loading_count -= 1
        self.loaded.append(weights)
        if weights.startswith("unloadable"):
            raise EngineError("no such operation")
        if weights.startswith("unforeseen"):
            raise KeyError(CANARY)

        def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
            if weights.startswith("unusable"):
                raise EngineError("not a number")
            return [f"▁{weights}", *echo(tokens, decoding)]

        batcher = Batcher(ScriptedEngine(rule), worker_count=1, max_batch_tokens=1024)
        memory = self.memories[weights]
        return replace(self.bundled, manifest=installed.manifest, batcher=batcher, engine=memory)

    async def serves(self, checksum: str) -> None:
        """Wait until calls get the model with this checksum."""
        async with asyncio.timeout(TIMEOUT_S):
            while (await self.stub.GetModel(pb.GetModelRequest())).model.checksum != checksum:
                pass

    async def says(self, event: str, count: int = 1) -> EventDict:
        """Wait until `event` is in the log so many times."""
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                found = [entry for entry in self.logs if entry["event"] == event]
                if len(found) >= count:
                    return found[count - 1]
                await self.stub.GetModel(pb.GetModelRequest())

    async def translation(self) -> str:
        response = await self.stub.TranslateText(HELLO)
        return response.translations[0].translation


@pytest.fixture
async def life(bundled_model: ServedModel, tmp_path: Path) -> AsyncGenerator[Life, None]:
    """A server that serves the model "old"."""
    life = Life(bundled_model, tmp_path)
    life.may_load.set()
    life.install("old")
    address = f"unix:{tmp_path}/socket"
    settings = {
        "listen": (address,),
        "models": ("m",),
        "models_dir": tmp_path / "models",
        "cache_bytes": 1 << 20,
    }
    ready = asyncio.Event()
    with structlog.testing.capture_logs() as life.logs:
        server = Server(load_settings(None, settings), load=life.load)
        life.run = asyncio.create_task(server.run(announce=lambda _: ready.set()))
        await asyncio.wait_for(ready.wait(), TIMEOUT_S)
        assert life.is_loading.acquire(timeout=TIMEOUT_S)
        async with grpc.aio.insecure_channel(address) as channel:
            life.stub = pb_grpc.TranslationServiceStub(channel)
            yield life
        life.may_load.set()
        life.run.cancel()
        await asyncio.wait({life.run}, timeout=TIMEOUT_S)


@pytest.mark.parametrize("tell", [hang_up, lambda: None], ids=["at once", "by itself"])
async def test_a_new_model_takes_the_old_one_s_place(tell: Callable[[], None], life: Life) -> None:
    before = (await life.stub.GetModel(pb.GetModelRequest())).model.checksum
    assert "old" in await life.translation()
    after = life.install("new")
    tell()
    await life.serves(after)
    assert "new" in await life.translation()
    await life.memories["old"].wait_until_free()
    replaced = await life.says("model replaced")
    assert (replaced["former_checksum"], replaced["checksum"]) == (before, after)


async def test_calls_during_many_replacements_all_get_an_answer_of_one_model(life: Life) -> None:
    answers: dict[str, list[str]] = defaultdict(list)
    numbers = itertools.count(1000)
    ended = asyncio.Event()

    async def call() -> None:
        # Each text is new to the cache.
        texts = [f"ذهب الولد رقم {next(numbers)} إلى المدرسة." for _ in range(3)]
        response = await life.stub.TranslateText(pb.TranslateTextRequest(texts=texts))
        answers[response.model.checksum] += [each.translation for each in response.translations]

    async def call_on() -> None:
        while not ended.is_set():
            await call()

    callers = [asyncio.create_task(call_on()) for _ in range(8)]
    await call()
    checksums = {"old": (await life.stub.GetModel(pb.GetModelRequest())).model.checksum}
    for weights in ("one", "two", "one", "three", "two"):
        checksums[weights] = life.install(weights)
        hang_up()
        await life.serves(checksums[weights])
        await call()
    ended.set()
    await asyncio.gather(*callers)
    assert set(answers) == set(checksums.values())
    for weights, checksum in checksums.items():
        assert all(weights in translation for translation in answers[checksum])


async def read(stream: Stream) -> pb.StreamingTranslateTextResponse:
    response = await asyncio.wait_for(stream.read(), TIMEOUT_S)
    assert isinstance(response, pb.StreamingTranslateTextResponse)
    return response


async def test_a_stream_keeps_its_model_for_its_whole_life(life: Life) -> None:
    stream = life.stub.StreamingTranslateText()
    await stream.write(pb.StreamingTranslateTextRequest(config=pb.StreamConfig()))
    await stream.write(pb.StreamingTranslateTextRequest(chunk="ذهب الولد.\n\nعاد".encode()))
    responses = [await read(stream), await read(stream)]
    after = life.install("new")
    hang_up()
    await life.serves(after)
    await stream.write(pb.StreamingTranslateTextRequest(chunk=" الولد.".encode()))
    await stream.done_writing()
    responses.append(await read(stream))
    assert await stream.read() is grpc.aio.EOF
    assert responses[0].model.checksum != after
    for response in responses[1:]:
        (segment,) = response.segments
        assert "old" in segment.translation
    await life.memories["old"].wait_until_free()
    assert "new" in await life.translation()


def missing(life: Life) -> None:
    (life.model_dir / "weights.txt").unlink()


def damaged(life: Life) -> None:
    (life.model_dir / "weights.txt").write_text("dented")


def without_sense(life: Life) -> None:
    (life.model_dir / "manifest.json").write_text("{}")


def removed(life: Life) -> None:
    shutil.rmtree(life.model_dir)


def unloadable(life: Life) -> None:
    life.install("unloadable")


def unforeseen(life: Life) -> None:
    life.install("unforeseen")


def unusable(life: Life) -> None:
    life.install("unusable")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (missing, "weights.txt is missing"),
        (damaged, "weights.txt has changed"),
        (without_sense, "manifest.json"),
        (removed, "neither installed nor known"),
        (unloadable, "no such operation"),
        (unusable, "not a number"),
        (unforeseen, "KeyError"),
    ],
)
async def test_a_broken_new_model_leaves_the_old_one_serving_and_is_said(
    harm: Callable[[Life], None], said: str, life: Life
) -> None:
    harm(life)
    hang_up()
    entry = await life.says("the new model is broken: the old one serves on")
    assert entry["log_level"] == "error"
    assert entry["model"] == "m"
    assert said in f"{entry.get('why')} {entry.get('error')}"
    assert_silent(str(life.logs))
    assert "old" in await life.translation()
    assert life.memories["old"].free_count == 0
    after = life.install("mended")
    hang_up()
    await life.serves(after)


async def test_memory_of_a_new_model_that_cannot_translate_is_freed(life: Life) -> None:
    life.install("unusable")
    hang_up()
    await life.says("the new model is broken: the old one serves on")
    assert life.memories["unusable"].free_count == 1


async def test_a_model_that_is_the_same_is_not_loaded_again(life: Life) -> None:
    hang_up()
    await life.says("model unchanged")
    life.install("old")
    hang_up()
    await life.says("model unchanged", 2)
    assert life.loaded == ["old"]


async def test_a_model_that_is_copied_in_piece_by_piece_is_taken_up_when_it_is_whole(
    life: Life,
) -> None:
    after = life.write(life.folder / "source", "new")
    for name in ("manifest.json", "weights.txt"):
        shutil.copy(life.folder / "source" / name, life.model_dir / name)
        hang_up()
        if name == "manifest.json":
            await life.says("the new model is broken: the old one serves on")
    await life.serves(after)


async def test_what_changes_while_it_is_loaded_does_not_go_into_service(life: Life) -> None:
    life.may_load.clear()
    life.install("passing")
    hang_up()
    await asyncio.to_thread(life.is_loading.acquire, timeout=TIMEOUT_S)
    after = life.install("new")
    life.may_load.set()
    await life.serves(after)
    assert life.loaded == ["old", "passing", "new"]
    replaced = [entry for entry in life.logs if entry["event"] == "model replaced"]
    assert [entry["checksum"] for entry in replaced] == [after]
    await life.memories["passing"].wait_until_free()


async def test_a_second_hangup_while_a_model_loads_is_heeded_afterwards(life: Life) -> None:
    life.may_load.clear()
    life.install("unloadable")
    hang_up()
    await asyncio.to_thread(life.is_loading.acquire, timeout=TIMEOUT_S)
    hang_up()
    hang_up()
    # A turn of the event loop, in which it hears of the signals.
    await life.stub.GetModel(pb.GetModelRequest())
    life.may_load.set()
    await life.says("the new model is broken: the old one serves on", 2)
    assert life.loaded == ["old", "unloadable", "unloadable"]


async def test_a_server_that_is_told_to_stop_does_not_wait_for_a_model_that_loads(
    life: Life,
) -> None:
    life.may_load.clear()
    life.install("new")
    hang_up()
    await asyncio.to_thread(life.is_loading.acquire, timeout=TIMEOUT_S)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(life.run, TIMEOUT_S)
    assert not life.may_load.is_set()
    assert life.memories["old"].free_count == 1
    assert not [entry for entry in life.logs if entry["log_level"] in ("warning", "error")]


async def test_a_hangup_while_the_server_ends_is_ignored(life: Life) -> None:
    stream = life.stub.StreamingTranslateText()
    await stream.write(pb.StreamingTranslateTextRequest(config=pb.StreamConfig()))
    await stream.read()
    life.install("new")
    os.kill(os.getpid(), signal.SIGTERM)
    with suppress(grpc.aio.AioRpcError):
        await life.says("draining")
    hang_up()
    await stream.done_writing()
    assert await stream.read() == grpc.aio.EOF
    await asyncio.wait_for(life.run, TIMEOUT_S)
    assert life.loaded == ["old"]
    assert "not looking for new models: the server is ending" in [
        entry["event"] for entry in life.logs
    ]
