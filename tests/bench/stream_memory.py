"""Streams a large document through `tarjama translate -` and watches the memory of both sides.

    python -m tests.bench.stream_memory [--megabytes 5]

Prints the resident memory of the client and of the server at each tenth of the document. Flat
means that what a document takes does not depend on its length.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil

SEED = Path(__file__).parents[2] / "seeds" / "01-iraq-withdrawal.ar.txt"
MEBIBYTE = 1 << 20


def document(size: int) -> Iterator[bytes]:
    """The seed article, a paragraph each time and numbered, up to `size` bytes."""
    article = SEED.read_text(encoding="utf-8").strip()
    number = sent = 0
    while sent < size:
        number += 1
        paragraph = f"{number}. {article}\n\n".encode()
        sent += len(paragraph)
        yield paragraph


def main() -> int:
    """Run the measurement and print it as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=5.0)
    size = int(parser.parse_args().megabytes * MEBIBYTE)
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "tarjama_server", "serve"),
            *("--listen", "127.0.0.1:0", "--cache-bytes", "0"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[1]
            return measure(size, address, psutil.Process(server.pid))
        finally:
            server.terminate()


def measure(size: int, address: str, server: psutil.Process) -> int:
    """Stream `size` bytes to the server and print a row for each tenth of them answered."""
    command = [sys.executable, "-m", "tarjama", "translate", "-", "--server", address, "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        assert client.stdin is not None and client.stdout is not None
        feeder = threading.Thread(target=feed, args=(client.stdin, size), daemon=True)
        feeder.start()
        watched = psutil.Process(client.pid)
        print("| document answered | client MiB | server MiB |\n|---|---|---|")
        answered = next_row = 0
        for line in client.stdout:
            answered += len(json.loads(line)["source"].encode())
            if answered >= next_row:
                row = [each.memory_info().rss / MEBIBYTE for each in (watched, server)]
                print(f"| {answered / size:.0%} | {row[0]:.0f} | {row[1]:.0f} |", flush=True)
                next_row += size // 10
        feeder.join()
        return client.wait()


def feed(pipe: IO[bytes], size: int) -> None:
    """Write the document as fast as it is taken."""
    with pipe:
        for paragraph in document(size):
            pipe.write(paragraph)


if __name__ == "__main__":
    sys.exit(main())
