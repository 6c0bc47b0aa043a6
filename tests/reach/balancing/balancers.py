"""nginx and HAProxy as processes of a test's own, with the configuration that is delivered."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

from tests.faults.findings import wait_until
from tests.reach.balancing.fleet import SERVERS_NAME, Fleet

Run = Callable[[Path, "Fleet", Sequence[str]], AbstractContextManager["Balancer"]]
DEPLOY = Path(__file__).parents[3] / "server" / "deploy"
_TIMEOUT_S = 30
# What belongs around a file of /etc/nginx/conf.d. Everything is written in the test's folder.
_NGINX_MAIN = """
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/tarjama.conf;
}}
"""


class Balancer:
    """A running balancer."""

    def __init__(self, port: int, log_path: Path) -> None:
        self.address = f"127.0.0.1:{port}"
        self._log_path = log_path

    def log(self) -> str:
        """What it has logged: a line for each call that ended."""
        return self._log_path.read_text(encoding="utf-8")


class Nginx(Balancer):
    """A running nginx, with its configuration in a folder of the test's."""

    def __init__(self, port: int, folder: Path, fleet: Fleet, servers: Sequence[str]) -> None:
        super().__init__(port, folder / "access.log")
        self._folder = folder
        self._fleet = fleet
        self._servers = servers
        self.main = folder / "nginx.conf"
        self.main.write_text(_NGINX_MAIN.format(folder=folder), encoding="utf-8")
        self.write(left_out=None)

    def write(self, *, left_out: int | None) -> None:
        """Write the delivered configuration with the test's addresses and files.

        Args:
            left_out: The server that is to get no calls.
        """
        certificate = self._fleet.certificate
        edits = {
            "listen 443 ssl": f"listen {self.address} ssl",
            "/etc/nginx/tarjama.pem": str(certificate.cert),
            "/etc/nginx/tarjama.key": str(certificate.key),
            "/etc/nginx/tarjama-servers-ca.pem": str(self._fleet.authority.ca),
            "translators.example": SERVERS_NAME,
            "/var/log/nginx/tarjama.log": str(self._log_path),
        }
        for index, address in enumerate(self._servers):
            down = " down" if index == left_out else ""
            edits[f"translator-{index + 1}.example:50051"] = address + down
        text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        for delivered, ours in edits.items():
            assert text.count(delivered) == 1, f"{delivered} is not in nginx.conf just once"
            text = text.replace(delivered, ours)
        (self._folder / "tarjama.conf").write_text(text, encoding="utf-8")

    def leave_out(self, server: int) -> None:
        """Send no more calls to a server, as `systemctl reload nginx` does it."""
        self.write(left_out=server)
        os.kill(int((self._folder / "nginx.pid").read_text()), signal.SIGHUP)


@contextmanager
def nginx(folder: Path, fleet: Fleet, servers: Sequence[str]) -> Iterator[Nginx]:
    """Run nginx before servers that show the fleet's certificate."""
    port = _free_port()
    balancer = Nginx(port, folder, fleet, servers)
    command = [_program("nginx"), "-p", str(folder), "-c", str(balancer.main)]
    with (folder / "output").open("wb") as output, _running(command, port, output):
        yield balancer


@contextmanager
def haproxy(folder: Path, fleet: Fleet, servers: Sequence[str]) -> Iterator[Balancer]:
    """Run HAProxy before servers that show the fleet's certificate."""
    port = _free_port()
    certificate = folder / "balancer.pem"
    certificate.write_bytes(
        fleet.certificate.cert.read_bytes() + fleet.certificate.key.read_bytes()
    )
    balancer = Balancer(port, folder / "log")
    variables = {
        "TARJAMA_BIND": balancer.address,
        "TARJAMA_CERT": str(certificate),
        "TARJAMA_SERVERS_CA": str(fleet.authority.ca),
        "TARJAMA_SERVERS_NAME": SERVERS_NAME,
        "TARJAMA_USER": pwd.getpwuid(os.getuid()).pw_name,
        "TARJAMA_GROUP": grp.getgrgid(os.getgid()).gr_name,
        **{f"TARJAMA_SERVER_{n}": address for n, address in enumerate(servers, start=1)},
    }
    command = [_program("haproxy"), "-db", "-f", str(DEPLOY / "haproxy.cfg")]
    with (folder / "log").open("wb") as log, _running(command, port, log, variables):
        yield balancer


@contextmanager
def _running(
    command: list[str], port: int, output: IO[bytes], variables: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run a balancer until the context ends."""
    environment = {**os.environ, **(variables or {})}
    with subprocess.Popen(command, stderr=output, stdout=output, env=environment) as process:
        try:
            wait_until(
                lambda: _accepts(port) or process.poll() is not None, "the balancer", _TIMEOUT_S
            )
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            yield
        finally:
            # SIGTERM ends both at once, and nginx's workers with their master.
            process.terminate()


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _program(name: str) -> str:
    # Debian keeps servers where not every user's PATH looks.
    path = shutil.which(
        name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"
    )
    assert path is not None, f"{name} is not installed: apt-get install nginx-light haproxy"
    return path
