"""The models in service. One may be replaced while calls go on: none of them notices."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tarjama_server.batching import Batcher
from tarjama_server.model_store.manifest import Manifest
from tarjama_server.pipeline.model import ServedModel


class ModelNotServed(Exception):
    """No model of this name is in service."""

    def __init__(self, name: str, served: list[str]) -> None:
        """Say which name was asked for and which models there are."""
        super().__init__(f"no model {name!r} is in service")
        self.name = name
        self.served = served


@dataclass(eq=False, slots=True)
class _Place:
    """A model in service or on its way out, and how many hold it."""

    model: ServedModel
    lease_count: int = 0
    closing: asyncio.Task[None] | None = None


class ServedModels:
    """Models by name, the default one first. Lives on one event loop.

    A model that is replaced works on for the calls that hold it, however long they take, and is
    closed when the last of them ends: its memory is free then.
    """

    def __init__(self, models: Iterable[ServedModel] = ()) -> None:
        """Serve `models`, whose batchers somebody has started or will start."""
        self._places = {model.manifest.name: _Place(model) for model in models}
        self._retired: set[_Place] = set()
        self._batchers: tuple[tuple[str, Batcher], ...] = ()
        self._note_batchers()

    @contextmanager
    def lease(self, name: str = "") -> Iterator[ServedModel]:
        """Hold a model, which stays as it is until the lease ends. "" is the default model.

        Raises:
            ModelNotServed: there is none of this name.
        """
        place = self._place(name)
        place.lease_count += 1
        try:
            yield place.model
        finally:
            place.lease_count -= 1
            if place in self._retired and not place.lease_count:
                self._close(place)

    def names(self) -> list[str]:
        """The models' names, the default one first."""
        return list(self._places)

    def manifest(self, name: str = "") -> Manifest:
        """What is known of a model. "" is the default model.

        Raises:
            ModelNotServed: there is none of this name.
        """
        return self._place(name).model.manifest

    def batchers(self) -> tuple[tuple[str, Batcher], ...]:
        """The batchers of all models that are not closed yet, with their models' names.

        For other threads, too.
        """
        return self._batchers

    def replace(self, model: ServedModel) -> None:
        """Give `model` to calls from now on, in the place of the one that has its name.

        If none has it, `model` comes last.
        """
        former = self._places.get(model.manifest.name)
        self._places[model.manifest.name] = _Place(model)
        if former is not None:
            self._retired.add(former)
            if not former.lease_count:
                self._close(former)
        self._note_batchers()

    async def close(self) -> None:
        """Close all models, those too that calls still hold. Batches in flight end first."""
        self._retired.update(self._places.values())
        self._places.clear()
        await asyncio.gather(*map(self._close, self._retired))

    def _place(self, name: str) -> _Place:
        if not name and self._places:
            return next(iter(self._places.values()))
        if name not in self._places:
            raise ModelNotServed(name, self.names())
        return self._places[name]

    def _close(self, place: _Place) -> asyncio.Task[None]:
        if place.closing is None:
            place.closing = asyncio.create_task(place.model.close(), name="model-close")
            place.closing.add_done_callback(lambda _: self._forget(place))
        return place.closing

    def _forget(self, place: _Place) -> None:
        self._retired.discard(place)
        self._note_batchers()

    def _note_batchers(self) -> None:
        # A new tuple each time: another thread may be going through the former one.
        places = (*self._places.values(), *self._retired)
        self._batchers = tuple((place.model.manifest.name, place.model.batcher) for place in places)
