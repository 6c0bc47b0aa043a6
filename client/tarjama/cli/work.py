"""What the work on one document needs, and what it goes by."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tarjama import TranslationOptions
from tarjama.cli import segment_records
from tarjama.cli.connection import Connection
from tarjama.cli.document_kinds import DocumentKinds
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import STANDARD_STREAM, Job, display_name
from tarjama.cli.journal import Journal
from tarjama.cli.memory_thread import MemoryThread
from tarjama.cli.output import AtomicFile, Output, open_output
from tarjama.cli.terminal import Terminal
from tarjama.cli.terminology import Terminology


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the options say about translating and writing.

    Attributes:
        options: How to translate. Its glossary is empty: `terminology` has it.
        kinds: Which documents a format reads, and which.
        terminology: The glossary.
        codec: The text documents' codec, or None to recognise it.
        json_lines: Whether to write segments as JSON.
        force: Whether to replace existing files.
        resume: Whether to keep a journal, and to go on where an earlier one ends.
        jobs: How many documents are in work at once.
        reviews: The kinds of files for a reviewer to write: values of `ReviewForm`.
        memory: The translation memory.
    """

    options: TranslationOptions
    kinds: DocumentKinds
    terminology: Terminology = field(default_factory=Terminology)
    codec: str | None = None
    json_lines: bool = False
    force: bool = False
    resume: bool = True
    jobs: int = 1
    reviews: tuple[str, ...] = ()
    memory: MemoryThread | None = None

    def identity(self, **facts: str) -> str:
        """Names all options that a translation depends on, together with some more facts."""
        named: dict[str, Any] = {
            "version": segment_records.VERSION,
            "options": asdict(self.options),
            "terms": [asdict(term) for term in self.terminology.terms],
            "codec": self.codec,
            "kinds": self.kinds.identity,
            **facts,
        }
        return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What one run works with.

    Attributes:
        connection: The server.
        settings: What the options say.
        terminal: Where to say what the user should know.
    """

    connection: Connection
    settings: Settings
    terminal: Terminal

    @contextmanager
    def output(self, job: Job) -> Iterator[tuple[Output, Journal | None]]:
        """Opens the place for a translation and, for a file, its journal.

        The journal goes when the output is whole, and stays when it is not.
        """
        output = open_output(job.target, force=self.settings.force)
        with ExitStack() as opened:
            journal = None
            if isinstance(output, AtomicFile) and _is_file(job.source):
                journal = opened.enter_context(
                    Journal(output.target, self._identity(job.source), part=output.part)
                )
                journal.begin()
                if journal.was_outdated and self.settings.resume:
                    self._tell_outdated(job)
            opened.enter_context(output)
            output.begin()
            yield output, journal if self.settings.resume else None

    def _tell_outdated(self, job: Job) -> None:
        name = self.terminal.name(display_name(job.source))
        self.terminal.notice(
            f"{name}: begun anew: since it was interrupted, the document, the options or the "
            "model have changed"
        )

    def _identity(self, source: Path) -> str:
        """Names a document with all that its translation depends on."""
        settings = self.settings
        if not settings.resume:
            return ""  # Nothing's: what an earlier run left is thrown away.
        try:
            with source.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CommandFailed(f"Cannot be opened: {error.strerror}.") from error
        model = self.connection.model_checksum(settings.options.model)
        return settings.identity(content=content, model=model)


def _is_file(source: Path) -> bool:
    """Tells whether a source can be read a second time."""
    return source != STANDARD_STREAM and source.is_file()
