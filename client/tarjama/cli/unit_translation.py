"""Translates the units of one document: each text once, several calls at a time."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tarjama import (
    DeadlineExceeded,
    Priority,
    Segment,
    TextFormat,
    Translation,
    TranslationOptions,
    UnsupportedOption,
)
from tarjama.cli.call_thread import CallPool
from tarjama.cli.connection import Connection
from tarjama.cli.errors import CommandFailed
from tarjama.cli.journal import Journal
from tarjama.cli.segment_records import read_segments, write_segments
from tarjama.cli.terminology import Terminology
from tarjama.formats.translation import (
    UnitCall,
    UnitText,
    plan_unit_calls,
    with_western_signs,
)

# Calls of one document that run at once: while the server computes one, the next wait there, so
# that its batches are full. More would only take other callers' place in its queue.
_CALLS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class UnitTexts:
    """What is known of a document's texts.

    Attributes:
        segments: The segments of each text.
        resumed: Those that an earlier run had translated.
    """

    segments: dict[UnitText, tuple[Segment, ...]]
    resumed: frozenset[UnitText]


class UnitTranslation:
    """Translates the texts of one document's units."""

    def __init__(
        self, connection: Connection, options: TranslationOptions, terminology: Terminology
    ) -> None:
        """Prepares.

        Args:
            connection: The server.
            options: How to translate; a unit brings its own line handling.
            terminology: The glossary.
        """
        self._connection = connection
        self._terminology = terminology
        self._options = replace(
            options, text_format=TextFormat.TAGGED, priority=options.priority or Priority.BULK
        )

    def run(
        self,
        texts: Sequence[UnitText],
        journal: Journal | None,
        on_done: Callable[[UnitText, tuple[Segment, ...]], None],
    ) -> UnitTexts:
        """Translates texts.

        Args:
            texts: Each text once.
            journal: Has what an earlier run did, and takes what is done now.
            on_done: Told of each text that is done.

        Raises:
            TarjamaError: a call failed. The journal has what was done till then.
            CommandFailed: the server does not take tagged text, or the journal cannot be written.
        """
        done = dict(self._resumed(texts, journal))
        resumed = frozenset(done)
        for text, segments in done.items():
            on_done(text, segments)
        left = [text for text in texts if text not in done]
        for call, translations in self._results(left):
            fresh = [
                (
                    UnitText(text, call.line_handling),
                    tuple(map(with_western_signs, translation.segments)),
                )
                for text, translation in zip(call.texts, translations, strict=True)
            ]
            done.update(fresh)
            # All at once is not resumed: what is finished is written at once.
            if journal is not None and len(done) < len(texts):
                journal.add([(_key(text), write_segments(each)) for text, each in fresh])
            for text, segments in fresh:
                on_done(text, segments)
        return UnitTexts(done, resumed)

    def _resumed(
        self, texts: Sequence[UnitText], journal: Journal | None
    ) -> Iterator[tuple[UnitText, tuple[Segment, ...]]]:
        if journal is None:
            return
        text_of = {_key(text): text for text in texts}
        for key, record in journal.records():
            if key in text_of:
                yield text_of[key], read_segments(record)

    def _results(self, texts: Sequence[UnitText]) -> Iterator[tuple[UnitCall, list[Translation]]]:
        timeout_s = self._connection.timeout_s
        deadline_s = None if timeout_s is None else time.monotonic() + timeout_s

        with CallPool(_CALLS_AT_ONCE) as pool:
            yield from pool.results(
                partial(self._translated, call, deadline_s) for call in plan_unit_calls(texts)
            )

    def _translated(
        self, call: UnitCall, deadline_s: float | None
    ) -> tuple[UnitCall, list[Translation]]:
        options = replace(
            self._options,
            line_handling=call.line_handling,
            glossary=self._terminology.terms_in(call.texts),
        )
        left_s = None if deadline_s is None else deadline_s - time.monotonic()
        if left_s is not None and left_s <= 0:
            raise DeadlineExceeded("The document's time is up.")
        try:
            return call, self._connection.translate(call.texts, options, left_s)
        except UnsupportedOption as error:
            if "text_format" not in str(error):
                raise
            raise CommandFailed(
                "The server cannot translate text with formatting in it: it is older than this "
                "command. Update the server, or give plain text."
            ) from error


def _key(text: UnitText) -> str:
    return hashlib.sha256(f"{text.line_handling}\0{text.text}".encode()).hexdigest()
