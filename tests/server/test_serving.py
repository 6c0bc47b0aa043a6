"""Models are leased to calls, replaced while calls go on, and closed when no call holds them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from tarjama_server.batching import Batcher, Priority
from tarjama_server.engine import Decoding
from tarjama_server.pipeline.model import ServedModel
from tarjama_server.serving import ModelNotServed, ServedModels
from tests.server.scripted_engine import ScriptedEngine

GREEDY = Decoding(beam_size=1)


@dataclass
class Memory:
    """What an engine holds."""

    device: str = "cpu"
    compute_type: str = "int8"
    is_free: asyncio.Event = field(default_factory=asyncio.Event)
    free_count: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def close(self) -> None:
        self.free_count += 1
        self._loop.call_soon_threadsafe(self.is_free.set)

    async def wait_until_free(self) -> None:
        await asyncio.wait_for(self.is_free.wait(), 30)


Make = Callable[..., tuple[ServedModel, Memory]]


@pytest.fixture
def make(bundled_model: ServedModel) -> Make:
    """Makes models, their batchers at work."""

    def make(name: str = "m", engine: ScriptedEngine | None = None) -> tuple[ServedModel, Memory]:
        memory = Memory()
        batcher = Batcher(engine or ScriptedEngine(), worker_count=1, max_batch_tokens=1024)
        batcher.start()
        manifest = replace(bundled_model.manifest, name=name)
        return replace(bundled_model, manifest=manifest, batcher=batcher, engine=memory), memory

    return make


async def test_the_first_model_is_the_default_and_stays_so_when_replaced(make: Make) -> None:
    models = ServedModels()
    old, _ = make("a")
    other, _ = make("b")
    new, _ = make("a")
    models.replace(old)
    models.replace(other)
    models.replace(new)
    assert models.names() == ["a", "b"]
    with models.lease() as default, models.lease("a") as named:
        assert default is named is new
    assert models.manifest().name == "a"
    assert models.manifest("b") is other.manifest
    await models.close()


@pytest.mark.parametrize(("names", "asked"), [(["a"], "b"), ([], ""), ([], "a")])
async def test_a_name_that_is_not_served_is_refused_with_those_that_are(
    names: list[str], asked: str, make: Make
) -> None:
    models = ServedModels(make(name)[0] for name in names)
    with pytest.raises(ModelNotServed) as refused, models.lease(asked):
        pass
    assert (refused.value.name, refused.value.served) == (asked, names)
    with pytest.raises(ModelNotServed):
        models.manifest(asked)
    await models.close()


async def test_a_replaced_model_works_until_the_last_lease_of_it_ends(make: Make) -> None:
    models = ServedModels()
    old, old_memory = make()
    new, new_memory = make()
    models.replace(old)
    with models.lease() as first, models.lease() as second:
        models.replace(new)
        assert first is second is old
        with models.lease() as third:
            assert third is new
        assert dict.fromkeys(batcher for _, batcher in models.batchers()) == {
            new.batcher: None,
            old.batcher: None,
        }
    with models.lease("m") as model:
        await old_memory.wait_until_free()
        assert await model.batcher.submit(["▁a"], GREEDY, Priority.BULK)
    assert models.batchers() == (("m", new.batcher),)
    assert new_memory.free_count == 0
    await models.close()
    assert old_memory.free_count == new_memory.free_count == 1
    assert models.batchers() == ()


async def test_a_leased_model_translates_after_it_was_replaced(make: Make) -> None:
    models = ServedModels()
    old, memory = make()
    models.replace(old)
    with models.lease() as model:
        models.replace(make()[0])
        assert await model.batcher.submit(["▁a"], GREEDY, Priority.BULK)
        assert memory.free_count == 0
    await memory.wait_until_free()
    await models.close()


async def test_a_model_that_nobody_holds_is_closed_when_it_is_replaced(make: Make) -> None:
    models = ServedModels()
    old, memory = make()
    models.replace(old)
    models.replace(make()[0])
    await memory.wait_until_free()
    await models.close()
    assert memory.free_count == 1


async def test_the_batch_in_flight_of_a_caller_who_left_ends_before_memory_is_freed(
    make: Make,
) -> None:
    engine = ScriptedEngine()
    models = ServedModels()
    old, memory = make(engine=engine)
    models.replace(old)
    engine.hold()
    with models.lease() as model:
        left = model.batcher.submit(["▁a"], GREEDY, Priority.BULK)
        await asyncio.to_thread(engine.wait_for_batch)
        left.cancel()
        models.replace(make()[0])
    assert memory.free_count == 0
    engine.release()
    await memory.wait_until_free()
    await models.close()


async def test_the_end_closes_models_that_calls_still_hold(make: Make) -> None:
    models = ServedModels()
    old, old_memory = make()
    new, new_memory = make()
    models.replace(old)
    with models.lease():
        models.replace(new)
        with models.lease():
            await models.close()
            assert old_memory.free_count == new_memory.free_count == 1
    assert old_memory.free_count == new_memory.free_count == 1
