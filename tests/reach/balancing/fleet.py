"""Three servers on one port of three addresses, as a name with three addresses has them."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from tarjama import TLS, Client, RetryPolicy
from tarjama_server.auth.tokens_file import TokensFile
from tests.client.library.drivers import Settings
from tests.faults.observed import ObservedServer
from tests.server.auth.pem import Authority
from tests.server.process.server_process import ServerProcess

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
SERVERS_NAME = "translators.test"
"""What all certificates of the servers hold."""
CALLERS = ("newsroom", "archive")
"""Who has tokens."""
THRIFTY = "thrifty"
"""Who has one with a quota of 20 characters a minute."""

_TIMEOUT_S = 60
# As BALANCING.md advises behind a balancer, and a grace that a test can wait for. What is sent
# twice comes from the cache, so that a long document takes little time.
_SETTINGS = ("--workers", "1", "--drain-grace-s", "1", "--max-connection-age-s", "0")


class Fleet:
    """Servers that are killed, drained and started anew, and what it takes to call them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[ServerProcess] = []
        self.authority = Authority(folder / "authority")
        self.certificate = self.authority.issue(*HOSTS, SERVERS_NAME)
        self._tokens_file = TokensFile(folder / "tokens.json")
        self.tokens = {name: self._tokens_file.add(name) for name in CALLERS}
        self.tokens[THRIFTY] = self._tokens_file.add(THRIFTY, characters_per_minute=20)
        self.tls = TLS(ca=self.authority.ca, server_name=SERVERS_NAME)
        self.servers: list[ObservedServer] = []

    def __enter__(self) -> Self:
        try:
            self.servers.append(self._start(HOSTS[0], 0))
            with ThreadPoolExecutor() as pool:
                starting = [pool.submit(self._start, host, self.port) for host in HOSTS[1:]]
                self.servers += [start.result() for start in starting]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            process.kill()

    @property
    def port(self) -> int:
        """The port of all servers."""
        return self.servers[0].port

    @property
    def addresses(self) -> list[str]:
        """Where the servers listen."""
        return [f"{host}:{self.port}" for host in HOSTS]

    @property
    def client_settings(self) -> Settings:
        """What a client of the first caller is made with, whatever way it takes."""
        return {"tls": self.tls, "token": self.tokens[CALLERS[0]], "timeout_s": _TIMEOUT_S}

    def client(
        self, address: str, *, caller: str = CALLERS[0], retry: RetryPolicy | None = None
    ) -> Client:
        """A client, whatever way it takes."""
        token = self.tokens[caller]
        return Client(address, tls=self.tls, token=token, timeout_s=_TIMEOUT_S, retry=retry)

    def kill(self, index: int) -> None:
        """End a server without a word."""
        self.servers[index].process.kill()

    def drain(self, index: int) -> int:
        """End a server as an operator does; give its exit code."""
        process = self.servers[index].process
        process.signal(signal.SIGTERM)
        code = process.wait()
        process.kill()
        return code

    def start_anew(self, index: int) -> None:
        """Start another server in the place of one that ended."""
        self.servers[index] = self._start(HOSTS[index], self.port)

    def running(self) -> list[int]:
        """The servers that are not down."""
        return [
            index
            for index, server in enumerate(self.servers)
            if server.process.process.poll() is None
        ]

    def answered_count(self, index: int) -> int:
        """Calls and streams that a server has answered well."""
        return int(self.servers[index].samples().total("calls_total", code="OK"))

    def stream_count(self, index: int) -> int:
        """Streams in progress on a server."""
        samples = self.servers[index].samples()
        return int(samples.total("calls_in_progress", method="StreamingTranslateText"))

    def _start(self, host: str, port: int) -> ObservedServer:
        process = ServerProcess(
            *("--listen", f"{host}:{port}", "--metrics-listen", "127.0.0.1:0"),
            *("--log-format", "json", "--tokens-file", str(self._folder / "tokens.json")),
            *("--tls-cert", str(self.certificate.cert), "--tls-key", str(self.certificate.key)),
            *_SETTINGS,
            folder=self._folder / f"{host}-{len(self._started)}",
        )
        self._started.append(process)
        return ObservedServer(process)
