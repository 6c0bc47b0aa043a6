"""Why a server does not start."""

from __future__ import annotations


class StartupError(Exception):
    """The server cannot start. The message says why in one line."""
