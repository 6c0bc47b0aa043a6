"""How connections to the server are set up, for both kinds of client."""

import grpc

from tarjama._endpoint import TLS, Endpoint
from tarjama.results import Health

__all__ = [
    "HEALTH_METHOD",
    "channel_options",
    "credentials",
    "health_channel_options",
    "health_of",
    "metadata",
]

# The health service is called by its name and bytes: registering grpc/health/v1/health.proto
# here as well would clash with the grpcio-health-checking package in the same process.
HEALTH_METHOD = "/grpc.health.v1.Health/Check"

# A server that is loading its model or draining is passed over: gRPC asks each one's health, as the
# empty name that every server answers for. Without it calls go to it and use up the retry budget.
_SERVICE_CONFIG = (
    '{"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""}}'
)

_OPTIONS: tuple[tuple[str, str | int], ...] = (
    # Several addresses behind one name share the load; gRPC's default uses only the first.
    ("grpc.service_config", _SERVICE_CONFIG),
    # The client's own retries know the overall deadline and the budget.
    ("grpc.enable_retries", 0),
    # A peer that vanished without a word is noticed. A stock gRPC server takes pings more often
    # than every 5 minutes for abuse and hangs up, hence a little more than that.
    ("grpc.keepalive_time_ms", 310_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # gRPC's own pauses go up to 2 minutes, in which every attempt fails at once.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    # The largest answer to one call of the server's longest text, with all alternatives and
    # alignments, is some tens of MB; gRPC's default of 4 MiB would refuse it.
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    ("grpc.max_send_message_length", 16 * 1024 * 1024),
)


def channel_options(endpoint: Endpoint) -> list[tuple[str, str | int]]:
    """The channel arguments for a server."""
    options = list(_OPTIONS)
    if endpoint.is_local:
        # With http_proxy set, gRPC would ask the proxy for this machine's own address.
        options.append(("grpc.enable_http_proxy", 0))
    if endpoint.tls is not None and endpoint.tls.server_name is not None:
        options.append(("grpc.ssl_target_name_override", endpoint.tls.server_name))
        options.append(("grpc.default_authority", endpoint.tls.server_name))
    return options


def health_channel_options(endpoint: Endpoint) -> list[tuple[str, str | int]]:
    """The channel arguments to ask a server's health with: also of one that does not serve."""
    return [*channel_options(endpoint), ("grpc.inhibit_health_checking", 1)]


def credentials(tls: TLS) -> grpc.ChannelCredentials:
    """Read the certificates.

    Raises:
        OSError: A file cannot be read.
    """
    return grpc.ssl_channel_credentials(
        root_certificates=None if tls.ca is None else tls.ca.read_bytes(),
        private_key=None if tls.key is None else tls.key.read_bytes(),
        certificate_chain=None if tls.cert is None else tls.cert.read_bytes(),
    )


def metadata(endpoint: Endpoint) -> tuple[tuple[str, str | bytes], ...]:
    """What is sent with each call."""
    if endpoint.token is None:
        return ()
    return (("authorization", f"Bearer {endpoint.token}"),)


def health_of(response: bytes) -> Health:
    """Read a `grpc.health.v1.HealthCheckResponse`.

    Its one field is the enum `status = 1`: the byte 0x08 (field 1, varint), then its number,
    1 for SERVING and 2 for NOT_SERVING; nothing at all for 0, UNKNOWN.
    """
    return {b"\x08\x01": Health.SERVING, b"\x08\x02": Health.NOT_SERVING}.get(
        response, Health.UNKNOWN
    )
