"""The other systems as processes of their own, each with as many threads as the server."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import httpx
import psutil

from tarjama_server.model_store.store import InstalledModel
from tests.bench.direct import DirectRun
from tests.bench.load import Call, Load, LoadError, run_closed_loop

_SCRIPTS: Final = Path(__file__).parent / "peers"
_START_S: Final = 120.0
_TIMEOUT_S: Final = 120.0


class PeerError(Exception):
    """Another system cannot be run. The message says why."""


@dataclass(frozen=True, slots=True)
class PeerEnvironment:
    """Where the other systems are and what they may use.

    Attributes:
        python: of the environment that `peers/install.py` made.
        folder: for their files and logs.
        workers: batches at once.
        threads_per_worker: threads inside a batch.
    """

    python: Path
    folder: Path
    workers: int
    threads_per_worker: int

    def variables(self, thread_count: int) -> dict[str, str]:
        """The environment of a process that may use so many threads for a computation."""
        own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        home = {f"XDG_{name}_HOME": str(self.folder) for name in ("DATA", "CONFIG", "CACHE")}
        return {
            **own,
            **home,
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": str(thread_count),
            # Threads that spin while they wait take the cores from the load generator.
            "OMP_WAIT_POLICY": "passive",
            "GOMP_SPINCOUNT": "0",
        }


class LibreTranslate:
    """A running LibreTranslate server."""

    def __init__(self, address: str, process: subprocess.Popen[bytes], version: str) -> None:
        self._url = f"http://{address}/translate"
        self._process = psutil.Process(process.pid)
        self.version = version

    def translate(self, texts: Sequence[str], *, caller_count: int) -> Load:
        """Have callers ask for a text each over HTTP, as `run_closed_loop` does.

        Raises:
            LoadError: a call failed.
        """
        requests = [
            json.dumps({"q": text, "source": "ar", "target": "en", "format": "text"}).encode()
            for text in texts
        ]

        async def measure() -> Load:
            async with AsyncExitStack() as stack:
                clients = [
                    await stack.enter_async_context(httpx.AsyncClient(timeout=_TIMEOUT_S))
                    for _ in range(caller_count)
                ]
                calls = [self._caller(client) for client in clients]
                return await run_closed_loop(calls, requests, self._cpu_s)

        return asyncio.run(measure())

    def _caller(self, client: httpx.AsyncClient) -> Call:
        async def call(request: bytes) -> bytes:
            try:
                response = await client.post(
                    self._url, content=request, headers={"Content-Type": "application/json"}
                )
                response.raise_for_status()
            except httpx.HTTPError as error:
                raise LoadError(f"LibreTranslate failed: {error}") from error
            return response.content

        return call

    def _cpu_s(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def open_libretranslate(
    environment: PeerEnvironment,
    model: InstalledModel,
    *,
    caller_count: int,
    workers: int,
    threads_per_worker: int,
) -> Iterator[LibreTranslate]:
    """Run LibreTranslate with the server's own int8 weights, and a thread for each caller.

    Args:
        environment: where it is.
        model: what it translates with.
        caller_count: its threads for calls.
        workers: its `ARGOS_INTER_THREADS`; 1 unless it is told otherwise.
        threads_per_worker: its `ARGOS_INTRA_THREADS`.

    Raises:
        PeerError: it does not start.
    """
    packages = environment.folder / f"packages-{workers}"
    # It looks for more on the net unless it has two.
    _write_package(packages / "ar_en", model, "ar", "en")
    _write_package(packages / "en_ar", model, "en", "ar")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = _SCRIPTS / "libretranslate_server.py"
    command = [
        *(str(environment.python), str(script), "--host", "127.0.0.1", "--port", str(port)),
        *("--load-only", "ar,en", "--threads", str(caller_count)),
        *("--disable-web-ui", "--disable-files-translation"),
    ]
    variables = environment.variables(threads_per_worker) | {
        "ARGOS_PACKAGES_DIR": str(packages),
        "ARGOS_INTER_THREADS": str(workers),
        "ARGOS_INTRA_THREADS": str(threads_per_worker),
    }
    with _process(command, environment.folder / "libretranslate.log", variables) as process:
        address = f"127.0.0.1:{port}"
        _wait_for(f"http://{address}/languages", process, environment.folder)
        yield LibreTranslate(address, process, _version_of(environment.python, "libretranslate"))


class Marian:
    """A process that runs transformers' MarianMTModel in float32."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log
        self.versions: Mapping[str, str] = self._read()

    def translate(self, texts: Sequence[str], *, batch_size: int) -> DirectRun:
        """Translate in batches of the texts' order."""
        return DirectRun(**self._ask({"texts": list(texts), "batch_size": batch_size}))

    def compare(self, texts: Sequence[str]) -> dict[str, Any]:
        """Compare with CTranslate2, both in float32; see `findings.Equivalence`."""
        return self._ask({"compare": list(texts)})

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            if line.startswith(b"{"):
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise PeerError(f"transformers ended:\n{_tail(self._log)}")


@contextmanager
def open_marian(
    environment: PeerEnvironment, release: Path, model: InstalledModel
) -> Iterator[Marian]:
    """Run transformers with the float weights of `release`, the zip that `model` was made from.

    Raises:
        PeerError: it does not start.
    """
    decoding = model.manifest.decoding
    thread_count = environment.workers * environment.threads_per_worker
    command = [
        *(str(environment.python), str(_SCRIPTS / "marian_worker.py"), str(release.resolve())),
        *(str(thread_count), str(decoding.beam_size), str(decoding.length_penalty)),
    ]
    log = environment.folder / "transformers.log"
    with _process(command, log, environment.variables(thread_count)) as process:
        yield Marian(process, log)


@contextmanager
def _process(
    command: Sequence[str], log: Path, variables: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as stderr, _popen(command, stderr, variables, log.parent) as process:
        try:
            yield process
        finally:
            process.kill()


def _popen(
    command: Sequence[str], stderr: IO[bytes], variables: Mapping[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=dict(variables),
            cwd=folder,
        )
    except OSError as error:
        raise PeerError(f"cannot run {command[0]}: {error}") from error


def _write_package(folder: Path, model: InstalledModel, source: str, target: str) -> None:
    """Make a package of Argos Translate out of the installed model."""
    (folder / "model").mkdir(parents=True)
    for path in model.path.glob("*.json"):
        shutil.copyfile(path, folder / "model" / path.name)
    shutil.copyfile(model.path / "model.bin", folder / "model" / "model.bin")
    # The only one there is room for; English pieces that it lacks are decoded as they are.
    shutil.copyfile(model.path / "source.spm", folder / "sentencepiece.model")
    metadata = {
        "package_version": "1.0",
        "argos_version": "1.0",
        "from_code": source,
        "from_name": source,
        "to_code": target,
        "to_name": target,
    }
    (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")


def _wait_for(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url, timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    log = _tail(folder / "libretranslate.log")
    raise PeerError(f"LibreTranslate is not ready after {_START_S:.0f} s:\n{log}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])


def _version_of(python: Path, package: str) -> str:
    script = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
    command = [str(python), "-c", script, package]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
