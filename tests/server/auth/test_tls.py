"""Certificates on a real port: who is trusted, and how they are renewed under way."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tarjama_server.auth.tls import CertificatesUnusable, TLSFiles, server_credentials
from tests.server.auth.pem import Authority

TIMEOUT_S = 30
METHOD = "/test.Echo/Echo"

Serve = Callable[[TLSFiles], int]


def echo(request: bytes, _: grpc.ServicerContext) -> bytes:
    return request


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def other(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "other")


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answers with the certificates given, and gives the port."""
    servers: list[grpc.Server] = []

    def serve(files: TLSFiles) -> int:
        server = grpc.server(ThreadPoolExecutor(2))
        handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(echo)
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("test.Echo", {"Echo": handler}),)
        )
        port = server.add_secure_port("127.0.0.1:0", server_credentials(files))
        server.start()
        servers.append(server)
        return port

    yield serve
    for server in servers:
        server.stop(0).wait(TIMEOUT_S)


def channel(port: int, ca: bytes, own: TLSFiles | None = None) -> grpc.Channel:
    credentials = grpc.ssl_channel_credentials(
        ca,
        None if own is None else own.key.read_bytes(),
        None if own is None else own.cert.read_bytes(),
    )
    # Else channels with equal credentials would share a connection.
    options = [("grpc.use_local_subchannel_pool", 1)]
    return grpc.secure_channel(f"127.0.0.1:{port}", credentials, options)


def answers(opened: grpc.Channel) -> bool:
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = opened.unary_unary(METHOD)
    try:
        return call(b"hello", timeout=TIMEOUT_S) == b"hello"
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.UNAVAILABLE
        return False


def answers_anew(port: int, ca: bytes, own: TLSFiles | None = None) -> bool:
    """Whether a call on a connection of its own is answered."""
    with channel(port, ca, own) as opened:
        return answers(opened)


def test_who_trusts_another_authority_makes_no_call(
    authority: Authority, other: Authority, serve: Serve
) -> None:
    port = serve(authority.issue_for_loopback())
    assert answers_anew(port, authority.ca_bytes)
    assert not answers_anew(port, other.ca_bytes)


def test_a_certificate_for_another_host_is_not_taken(authority: Authority, serve: Serve) -> None:
    assert not answers_anew(serve(authority.issue("translate.example")), authority.ca_bytes)


def test_who_has_no_certificate_of_the_authority_makes_no_call(
    authority: Authority, other: Authority, serve: Serve
) -> None:
    files = replace(authority.issue_for_loopback(), client_ca=other.ca)
    port = serve(files)
    assert not answers_anew(port, authority.ca_bytes)
    assert not answers_anew(port, authority.ca_bytes, authority.issue("client.example"))
    assert answers_anew(port, authority.ca_bytes, other.issue("client.example"))


def test_a_renewed_certificate_is_shown_to_new_connections_and_no_call_fails(
    authority: Authority, other: Authority, serve: Serve
) -> None:
    files = authority.issue_for_loopback()
    both = authority.ca_bytes + other.ca_bytes
    port = serve(files)
    with channel(port, authority.ca_bytes) as open_before:
        assert answers(open_before)
        renewed = other.issue_for_loopback()
        # One after the other, as most tools do: between the two they do not fit together.
        renewed.cert.replace(files.cert)
        assert answers_anew(port, both)
        assert answers_anew(port, authority.ca_bytes)
        renewed.key.replace(files.key)
        assert answers_anew(port, both)
        assert answers_anew(port, other.ca_bytes)
        assert not answers_anew(port, authority.ca_bytes)
        assert answers(open_before)


def test_a_renewed_authority_of_clients_counts_for_new_connections(
    authority: Authority, other: Authority, tmp_path: Path, serve: Serve
) -> None:
    client_ca = tmp_path / "clients.pem"
    client_ca.write_bytes(authority.ca_bytes)
    port = serve(replace(authority.issue_for_loopback(), client_ca=client_ca))
    old, new = authority.issue("old.example"), other.issue("new.example")
    assert answers_anew(port, authority.ca_bytes, old)
    assert not answers_anew(port, authority.ca_bytes, new)
    client_ca.write_bytes(other.ca_bytes)
    assert answers_anew(port, authority.ca_bytes, new)
    assert not answers_anew(port, authority.ca_bytes, old)


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff\xfe"])
def test_files_that_break_leave_the_old_certificate_and_mended_ones_replace_it(
    content: bytes, authority: Authority, other: Authority, serve: Serve
) -> None:
    files = authority.issue_for_loopback()
    port = serve(files)
    files.cert.write_bytes(content)
    assert answers_anew(port, authority.ca_bytes)
    files.cert.unlink()
    assert answers_anew(port, authority.ca_bytes)
    renewed = other.issue_for_loopback()
    renewed.key.replace(files.key)
    renewed.cert.replace(files.cert)
    assert answers_anew(port, other.ca_bytes)


def test_each_address_takes_the_renewed_certificate(
    authority: Authority, other: Authority, serve: Serve
) -> None:
    files = authority.issue_for_loopback()
    ports = [serve(files), serve(files)]
    renewed = other.issue_for_loopback()
    renewed.key.replace(files.key)
    renewed.cert.replace(files.cert)
    assert all(answers_anew(port, other.ca_bytes) for port in ports)


def missing(files: TLSFiles, _: Authority) -> TLSFiles:
    files.key.unlink()
    return files


def without_pem(files: TLSFiles, _: Authority) -> TLSFiles:
    files.cert.write_text("no certificate")
    return files


def of_another_key(files: TLSFiles, authority: Authority) -> TLSFiles:
    return replace(files, key=authority.issue("another.example").key)


def with_a_password(files: TLSFiles, _: Authority) -> TLSFiles:
    key = load_pem_private_key(files.key.read_bytes(), None)
    encryption = BestAvailableEncryption(b"secret")
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return files


def with_clients_of_no_authority(files: TLSFiles, _: Authority) -> TLSFiles:
    return replace(files, client_ca=files.key)


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (missing, "No such file"),
        (without_pem, "certificate and its unencrypted key in PEM"),
        (of_another_key, "certificate and its unencrypted key in PEM"),
        (with_a_password, "certificate and its unencrypted key in PEM"),
        (with_clients_of_no_authority, "holds no certificates in PEM"),
    ],
)
def test_files_that_cannot_be_used_are_named_at_once(
    harm: Callable[[TLSFiles, Authority], TLSFiles], named: str, authority: Authority
) -> None:
    files = harm(authority.issue_for_loopback(), authority)
    with pytest.raises(CertificatesUnusable, match=named) as refused:
        server_credentials(files)
    assert any(str(path) in str(refused.value) for path in files.paths)
    assert "\n" not in str(refused.value)
