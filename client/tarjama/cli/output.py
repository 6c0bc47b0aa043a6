"""Where translations are written: standard output, or a file that appears when it is whole."""

import contextlib
import os
import secrets
import shutil
import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from tarjama.cli.errors import CommandFailed, OutputClosed, OutputRefused
from tarjama.cli.jobs import STANDARD_STREAM, display_name


class Output(Protocol):
    """A context manager that takes a translation's bytes.

    `begin` is called within the context, before anything is written. Leaving the context with an
    exception discards what can be discarded.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def begin(self) -> None:
        """Finds out whether it can be written to, before work is spent."""

    def write(self, chunk: bytes) -> None:
        """Writes the next bytes."""


def open_output(target: Path, *, force: bool) -> Output:
    """Opens the place for a translation.

    Args:
        target: A file, or `STANDARD_STREAM`. Devices and pipes are written to as they are.
        force: Whether an existing file may be replaced.

    Raises:
        OutputRefused: the file exists and `force` is not given, or is a folder.
    """
    if target == STANDARD_STREAM:
        if sys.stdout is None:
            raise OutputRefused("Standard output is closed. Name an output with -o.")
        return DirectOutput(sys.stdout.buffer)
    try:
        return _open_file(target, force=force)
    except OSError as error:
        raise OutputRefused(
            f"{display_name(target)} cannot be written: {error.strerror}."
        ) from error


def _open_file(target: Path, *, force: bool) -> Output:
    # Through a symbolic link the file it leads to is replaced, not the link.
    real = Path(os.path.realpath(target))
    if real.is_dir():
        raise OutputRefused(f"{display_name(target)} is a folder.")
    if real.exists() and not real.is_file():
        return DirectOutput(real.open("wb"), owned=True)
    if real.exists() and not force:
        raise OutputRefused(f"{display_name(target)} exists. Use --force to replace it.")
    return AtomicFile(real, replace=force)


class DirectOutput:
    """Writes at once, so that a reader sees each segment as it is done."""

    def __init__(self, stream: BinaryIO, *, owned: bool = False) -> None:
        """Takes a stream, which is closed at the end if it is `owned`."""
        self._stream = stream
        self._owned = owned

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._owned:
            # All was flushed: closing can only repeat the failure of a write.
            with contextlib.suppress(OSError):
                self._stream.close()

    def begin(self) -> None:
        """Does nothing: the stream is open."""

    def write(self, chunk: bytes) -> None:
        """Writes and flushes.

        Raises:
            OutputClosed: the reader has gone.
            CommandFailed: it cannot be written, as when a disk is full.
        """
        try:
            self._stream.write(chunk)
            self._stream.flush()
        except BrokenPipeError as error:
            raise OutputClosed from error
        except OSError as error:
            raise CommandFailed(f"The output cannot be written: {error.strerror}.") from error


class AtomicFile:
    """A file that is not there until it is whole.

    The bytes go to a file beside it, hidden and named `.tarjama-*.part`, which takes the
    target's name at the end, or is removed.
    """

    def __init__(self, target: Path, *, replace: bool) -> None:
        """Plans the file.

        Args:
            target: The file to make, with no symbolic link at its end.
            replace: Whether a file of that name may be replaced.
        """
        self._target = target
        self._replace = replace
        self._part = target.with_name(f".tarjama-{secrets.token_hex(8)}.part")
        self._file: BinaryIO | None = None

    @property
    def target(self) -> Path:
        """The file to make."""
        return self._target

    @property
    def part(self) -> Path:
        """The file beside it that the bytes go to."""
        return self._part

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._file is not None:
                self._finish(self._file)
        finally:
            if self._file is not None:
                # Closing flushes: what is thrown away need not fit on the disk.
                with contextlib.suppress(OSError):
                    self._file.close()
            self._part.unlink(missing_ok=True)

    def begin(self) -> None:
        """Creates the file beside the target.

        This is no part of making or entering the context, since Ctrl-C could come between that
        and the context's begin, and the file would stay.

        Raises:
            OutputRefused: it cannot be made in that folder.
        """
        try:
            # "x" creates it with the permissions that the user's umask gives any new file.
            self._file = self._part.open("xb")
        except OSError as error:
            raise OutputRefused(self._problem(error)) from error

    def write(self, chunk: bytes) -> None:
        """Writes to the file beside the target.

        Raises:
            CommandFailed: it cannot be written, as when the disk is full.
        """
        assert self._file is not None
        try:
            self._file.write(chunk)
        except OSError as error:
            raise CommandFailed(self._problem(error)) from error

    def _finish(self, file: BinaryIO) -> None:
        try:
            file.flush()
            os.fsync(file.fileno())
            file.close()
            if self._replace:
                with contextlib.suppress(FileNotFoundError):
                    shutil.copymode(self._target, self._part)
                self._part.replace(self._target)
            else:
                self._appear()
        except OSError as error:
            raise CommandFailed(self._problem(error)) from error

    def _appear(self) -> None:
        """Gives the file its name, unless a file of that name came up meanwhile."""
        try:
            os.link(self._part, self._target)
        except FileExistsError:
            raise OutputRefused(
                f"{display_name(self._target)} was made meanwhile. Use --force to replace it."
            ) from None
        except OSError:
            # Some file systems (FAT, network shares) have no hard links.
            if self._target.exists():
                raise OutputRefused(
                    f"{display_name(self._target)} exists. Use --force to replace it."
                ) from None
            self._part.replace(self._target)

    def _problem(self, error: OSError) -> str:
        return f"{display_name(self._target)} cannot be written: {error.strerror}."
