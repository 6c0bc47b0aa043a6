"""`tarjama-server health`: what probes of containers run."""

from __future__ import annotations

from pathlib import Path

import click
import grpc
from grpc_health.v1 import health_pb2
from grpc_health.v1.health import SERVICE_NAME

from tarjama_server.config import ENVIRONMENT_PREFIX, BadSettings, load_settings

_SERVING = health_pb2.HealthCheckResponse.SERVING
# Where a server that listens on every interface is reached from its own machine.
_LOOPBACK_OF = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@click.command()
@click.argument("address", required=False)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    envvar=ENVIRONMENT_PREFIX + "CONFIG",
    help="The server's file of settings, which say its address if none is given.",
)
@click.option(
    "--timeout-s",
    type=click.FloatRange(min=0, min_open=True),
    default=5.0,
    show_default=True,
    help="Seconds to wait for the answer.",
)
def health(address: str | None, *, config_file: Path | None, timeout_s: float) -> None:
    """Ask the server at ADDRESS, HOST:PORT or unix:PATH, on this machine whether it serves.

    Prints SERVING and exits with 0, or prints NOT_SERVING, as while it loads or drains, and exits
    with 1. A server that cannot be reached is an error, with 1 too. No token is needed.

    Without ADDRESS the server's settings say where it listens, if they are in the environment or
    in a file: a socket, if it has one, else its first port. The question is put without TLS. A
    server that shows a certificate is asked through a socket: let it listen on unix:PATH as well.
    """
    if address is None:
        address = _address_in_settings(config_file)
    with grpc.insecure_channel(address) as channel:
        check = channel.unary_unary(
            f"/{SERVICE_NAME}/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer = check(health_pb2.HealthCheckRequest(), timeout=timeout_s)
        except grpc.RpcError as error:
            code = error.code().name
            raise click.ClickException(f"{address} does not tell its health: {code}") from error
    click.echo(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
    if answer.status != _SERVING:
        raise click.exceptions.Exit(1)


def _address_in_settings(config_file: Path | None) -> str:
    """Where the server that has these settings is reached from its own machine.

    Raises:
        UsageError: the settings are wrong, or each of its addresses asks for TLS.
    """
    try:
        # Who else may call is not this command's to judge: it only asks.
        settings = load_settings(config_file, {"allow_insecure": True})
    except BadSettings as error:
        raise click.UsageError(str(error)) from error
    for address in settings.listen:
        if address.startswith("unix:"):
            return address
    if settings.tls_cert is not None:
        raise click.UsageError(
            f"{settings.listen[0]} is served with TLS: add an address unix:PATH to those that the "
            "server listens on, to be asked there"
        )
    host, _, port = settings.listen[0].rpartition(":")
    bare_host = host.strip("[]")
    return f"{_bracketed(_LOOPBACK_OF.get(bare_host, bare_host))}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
