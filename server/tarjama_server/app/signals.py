"""What the process is told by signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from tarjama_server.observability import logger


def listen_to_stop_signals(stop: asyncio.Event) -> None:
    """Set `stop` at SIGTERM or SIGINT; a second one ends the process at once."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, _on_stop_signal, number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _on_stop_signal(number: signal.Signals, stop: asyncio.Event) -> None:
    if stop.is_set():
        # The second one: whoever sends it does not want to wait.
        logger().warning("ending at once", signal=number.name)
        sys.stderr.flush()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
    stop.set()


def listen_to_hangup(hung_up: Callable[[], None]) -> None:
    """Call `hung_up` at each SIGHUP. Windows has none."""
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up)


def listen_to_stdin(ended: Callable[[], None]) -> None:
    """Call `ended` when standard input closes."""
    loop = asyncio.get_running_loop()

    def wait_for_end() -> None:
        # Not through sys.stdin, whose lock this thread would hold when the interpreter ends.
        with suppress(OSError):  # A terminal that hung up.
            while os.read(0, 4096):
                pass
        loop.call_soon_threadsafe(ended)

    threading.Thread(target=wait_for_end, name="stdin", daemon=True).start()
