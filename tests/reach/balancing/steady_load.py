"""Calls and streams that go on while servers come and go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tarjama import Client, TarjamaError, TranslationOptions
from tests.client.library.drivers import TaskDriver, ThreadDriver
from tests.faults.documents import article
from tests.faults.rolling_restart import Callers
from tests.reach.balancing.fleet import Fleet

_CALLER_COUNT = 4
_TIMEOUT_S = 60.0
# A paragraph now and then: the stream is to last, not to be long.
_PARAGRAPH_PAUSE_S = 0.05
_PARAGRAPH_CHARACTERS = 300
_GREEDY = TranslationOptions(beam_size=1)


@dataclass(slots=True)
class SteadyStream:
    """A stream whose document goes on until it is told to stop."""

    driver: ThreadDriver | TaskDriver
    stopping: threading.Event = field(default_factory=threading.Event)
    failures: list[str] = field(default_factory=list)
    translation: str = ""
    document: str = ""

    def run(self) -> None:
        """Send the document and take its translation."""
        try:
            self.driver.take(
                self._pieces(), lambda _, segment: self._keep(segment.translation), options=_GREEDY
            )
        except TarjamaError as error:
            self.failures.append(" ".join([repr(error), *getattr(error, "__notes__", ())]))

    def is_as_undisturbed(self, client: Client) -> bool:
        """Whether the same document, sent now, is translated in the same way."""
        again = client.stream(self.document, options=_GREEDY).read()
        return bool(self.document) and self.translation == again.text

    def _keep(self, translation: str) -> None:
        self.translation += translation

    def _pieces(self) -> Iterator[str]:
        number = 0
        while not self.stopping.wait(_PARAGRAPH_PAUSE_S):
            number += 1
            piece = f"{number}. {article()[:_PARAGRAPH_CHARACTERS]}\n\n"
            self.document += piece
            yield piece


@dataclass(slots=True)
class SteadyLoad:
    """What goes on, and how it went."""

    callers: Callers
    streams: list[SteadyStream]

    @property
    def failures(self) -> list[str]:
        """The calls that failed, and why."""
        return self.callers.failures + [each for stream in self.streams for each in stream.failures]

    def stop(self) -> None:
        """Begin no more calls, and end the documents."""
        self.callers.stopping.set()
        for stream in self.streams:
            stream.stopping.set()


@contextmanager
def steady_load(fleet: Fleet, address: str) -> Iterator[SteadyLoad]:
    """Call the servers all the time, with one stream of each kind of client.

    When the context ends, what is in progress was waited for.
    """
    with ExitStack() as stack:
        client = stack.enter_context(fleet.client(address))
        streams = []
        for kind in (ThreadDriver, TaskDriver):
            driver = kind(address, **fleet.client_settings)
            stack.callback(driver.close)
            streams.append(SteadyStream(driver))
        load = SteadyLoad(Callers(client), streams)
        pool = stack.enter_context(ThreadPoolExecutor(_CALLER_COUNT + len(streams)))
        running = [pool.submit(load.callers.run) for _ in range(_CALLER_COUNT)]
        running += [pool.submit(stream.run) for stream in streams]
        try:
            yield load
        finally:
            load.stop()
        for each in running:
            each.result(_TIMEOUT_S)
