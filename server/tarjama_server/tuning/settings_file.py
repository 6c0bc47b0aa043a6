"""Writes settings into a TOML file, leaving all else in it as it is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from tarjama_server.tuning.errors import TuningError

_NEW_FILE_MODE = 0o644


class SettingsFile:
    """A file of settings that may not be there yet."""

    def __init__(self, path: Path) -> None:
        # Replacing a link would part it from the file that others look at.
        self.path = path.resolve()

    def check_writable(self) -> None:
        """Check that `update` can be expected to succeed, before minutes are spent on measuring.

        Raises:
            TuningError: the file is no TOML, or it or its folder cannot be written.
        """
        self._read()
        folder = self.path.parent
        if not folder.is_dir():
            raise TuningError(f"cannot write {self.path}: there is no folder {folder}")
        if not os.access(folder, os.W_OK):
            raise TuningError(f"cannot write {self.path}: permission denied")

    def update(self, settings: Mapping[str, int]) -> None:
        """Set some keys, in one step; other keys, comments and the order of all stay.

        Raises:
            TuningError: the file is no TOML, or cannot be written. It is as it was.
        """
        document = self._read()
        document.update(settings)
        try:
            self._replace(tomlkit.dumps(document))
        except OSError as error:
            raise TuningError(f"cannot write {self.path}: {error.strerror or error}") from error

    def _read(self) -> tomlkit.TOMLDocument:
        try:
            return tomlkit.parse(self.path.read_bytes())
        except FileNotFoundError:
            return tomlkit.document()
        except OSError as error:
            raise TuningError(f"cannot read {self.path}: {error.strerror or error}") from error
        except (TOMLKitError, UnicodeDecodeError) as error:
            raise TuningError(f"{self.path} is no TOML and stays as it is: {error}") from error

    def _replace(self, text: str) -> None:
        # Made with mode 0600: the file may hold a token.
        descriptor, name = tempfile.mkstemp(prefix=".settings-", dir=self.path.parent)
        written = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            self._keep_access(written)
            written.replace(self.path)
        except OSError:
            written.unlink()
            raise

    def _keep_access(self, written: Path) -> None:
        """Let those read the file, when root has changed it, who could before."""
        try:
            before = self.path.stat()
        except FileNotFoundError:
            written.chmod(_NEW_FILE_MODE)
            return
        if os.name != "nt" and before.st_uid != os.geteuid():
            os.chown(written, before.st_uid, before.st_gid)
        written.chmod(before.st_mode)
