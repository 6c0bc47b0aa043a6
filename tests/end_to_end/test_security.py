"""The real server over TLS with tokens, and the real clients that talk to it."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from grpc_reflection.v1alpha import reflection_pb2

from tarjama import (
    TLS,
    AuthenticationFailed,
    Client,
    Health,
    RetryPolicy,
    Unavailable,
)
from tarjama_server.auth.tls import TLSFiles
from tests.conftest import SEEDS, StartServer
from tests.server.auth.pem import Authority
from tests.server.process.server_process import ServerProcess

TIMEOUT_S = 60
HELLO = "مرحبا بالعالم."
ARTICLE = SEEDS / "01-iraq-withdrawal.ar.txt"
ONCE = RetryPolicy(max_attempts=1)


@dataclass(frozen=True)
class Secured:
    """A server that asks for tokens over TLS, and what it takes to call it."""

    process: ServerProcess
    authority: Authority
    tokens_file: Path
    certificate: TLSFiles
    token: str

    @property
    def address(self) -> str:
        return self.process.address

    def client(self, token: str | None) -> Client:
        tls = TLS(ca=self.authority.ca)
        return Client(self.address, tls=tls, token=token, timeout_s=TIMEOUT_S, retry=ONCE)

    def is_let_in(self, token: str) -> bool:
        with self.client(token) as client:
            try:
                client.model()
            except AuthenticationFailed:
                return False
            return True


def command(program: str, *arguments: object, **variables: str) -> "subprocess.Popen[bytes]":
    clean = {name: value for name, value in os.environ.items() if "TARJAMA_" not in name}
    return subprocess.Popen(
        [sys.executable, "-m", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**clean, **variables},
    )


def run(
    program: str, *arguments: object, stdin: bytes = b"", **variables: str
) -> tuple[int, bytes, bytes]:
    """Exit code, output and error output of a command."""
    with command(program, *arguments, **variables) as process:
        output, errors = process.communicate(stdin, timeout=TIMEOUT_S)
    return process.returncode, output, errors


def tokens(*arguments: object, file: Path) -> str:
    code, output, errors = run("tarjama_server", "tokens", *arguments, "--tokens-file", file)
    assert code == 0, errors
    return output.decode().strip()


def soon(condition: Callable[[], bool]) -> bool:
    """Try whether `condition` comes true before the time is over."""
    end = time.monotonic() + TIMEOUT_S
    pause = threading.Event()
    while not (met := condition()) and time.monotonic() < end:
        pause.wait(0.01)
    return met


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    authority = Authority(folder / "authority")
    certificate = authority.issue_for_loopback()
    file = folder / "tokens.json"
    token = tokens("add", "newsroom", file=file)
    process = ServerProcess(
        *("--listen", "127.0.0.1:0", "--log-format", "json", "--tokens-file", str(file)),
        *("--tls-cert", str(certificate.cert), "--tls-key", str(certificate.key)),
        folder=folder,
    )
    try:
        process.wait_until_ready()
        yield Secured(process, authority, file, certificate, token)
    finally:
        process.kill()


def test_who_has_the_token_is_served_and_named_in_the_log(secured: Secured) -> None:
    with secured.client(secured.token) as client:
        assert client.translate(HELLO).text
        assert client.health() is Health.SERVING
    calls = [json.loads(line) for line in secured.process.stderr.splitlines()]
    named = [call for call in calls if call.get("caller") == "newsroom"]
    assert {call["caller_kind"] for call in named} == {"token"}
    assert secured.token not in secured.process.stderr


@pytest.mark.parametrize("token", [None, "wrong"])
@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.model(),
        lambda client: client.models(),
        lambda client: client.translate(HELLO),
        lambda client: client.stream(HELLO).read(),
    ],
    ids=["model", "models", "translate", "stream"],
)
def test_without_the_token_there_is_health_and_nothing_else(
    call: Callable[[Client], object], token: str | None, secured: Secured
) -> None:
    with secured.client(token) as client:
        assert client.health() is Health.SERVING
        with pytest.raises(AuthenticationFailed):
            call(client)


@pytest.mark.parametrize("has_token", [True, False])
def test_the_contract_is_reflected_to_those_who_may_call(has_token: bool, secured: Secured) -> None:
    metadata = (("authorization", f"Bearer {secured.token}"),) if has_token else ()
    credentials = grpc.ssl_channel_credentials(secured.authority.ca_bytes)
    with grpc.secure_channel(secured.address, credentials) as channel:
        reflect = channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            reflection_pb2.ServerReflectionRequest.SerializeToString,
            reflection_pb2.ServerReflectionResponse.FromString,
        )
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        answers = reflect(iter([request]), metadata=metadata, timeout=TIMEOUT_S)
        if has_token:
            (answer,) = answers
            names = {service.name for service in answer.list_services_response.service}
            assert "tarjama.v1.TranslationService" in names
        else:
            with pytest.raises(grpc.RpcError) as refused:
                list(answers)
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_tokens_are_added_and_revoked_under_way(secured: Secured) -> None:
    token = tokens("add", "archive", file=secured.tokens_file)
    assert soon(lambda: secured.is_let_in(token))
    tokens("revoke", "archive", file=secured.tokens_file)
    assert soon(lambda: not secured.is_let_in(token))
    assert secured.is_let_in(secured.token)


@pytest.mark.parametrize("by_file", [True, False])
def test_the_command_translates_over_tls_with_a_token(
    by_file: bool, secured: Secured, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(secured.token + "\n")
    options = ("--server", secured.address, "--ca", secured.authority.ca)
    if by_file:
        ended = run("tarjama", "translate", *options, "--token-file", tmp_path / "token", ARTICLE)
    else:
        ended = run("tarjama", "translate", *options, ARTICLE, TARJAMA_TOKEN=secured.token)
    code, output, errors = ended
    assert code == 0, errors
    assert output.count(b"\n") == ARTICLE.read_bytes().count(b"\n")
    assert run("tarjama", "models", *options, TARJAMA_TOKEN=secured.token)[0] == 0


@pytest.mark.parametrize(
    ("token", "named"), [("", b"send a bearer token"), ("wrong", b"not known here")]
)
def test_the_command_says_when_its_token_is_not_taken(
    token: str, named: bytes, secured: Secured
) -> None:
    options = ("--server", secured.address, "--ca", secured.authority.ca)
    code, output, errors = run("tarjama", "translate", *options, ARTICLE, TARJAMA_TOKEN=token)
    assert (code, output) == (1, b"")
    assert named in errors
    assert b"Traceback" not in errors
    assert run("tarjama", "health", *options, TARJAMA_TOKEN=token)[:2] == (0, b"SERVING\n")


@pytest.mark.parametrize("address", ["192.0.2.1:50051", "translate.example:443"])
def test_the_command_sends_no_token_in_clear(address: str, secured: Secured) -> None:
    code, output, errors = run(
        "tarjama", "translate", "--server", address, ARTICLE, TARJAMA_TOKEN=secured.token
    )
    assert (code, output) == (2, b"")
    assert b"in clear" in errors
    assert secured.token.encode() not in errors


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_who_does_not_trust_the_server_or_speaks_in_clear_makes_no_call(
    is_encrypted: bool, secured: Secured, tmp_path: Path
) -> None:
    tls = TLS(ca=Authority(tmp_path / "other").ca) if is_encrypted else None
    with (
        Client(secured.address, tls=tls, token=secured.token, retry=ONCE) as client,
        pytest.raises(Unavailable),
    ):
        client.model(timeout_s=TIMEOUT_S)


def test_certificates_are_renewed_under_way_and_no_call_fails(
    secured: Secured, tmp_path: Path
) -> None:
    new = Authority(tmp_path / "new")
    both = tmp_path / "both.pem"
    both.write_bytes(secured.authority.ca_bytes + new.ca_bytes)
    old_files = [secured.certificate.cert.read_bytes(), secured.certificate.key.read_bytes()]
    renewed = new.issue_for_loopback()
    done, calls, failures = threading.Event(), [], []

    def call() -> None:
        while not done.is_set():
            try:
                with Client(
                    secured.address, tls=TLS(ca=both), token=secured.token, retry=ONCE
                ) as client:
                    calls.append(client.translate(HELLO, timeout_s=TIMEOUT_S).text)
            except Exception as error:
                failures.append(error)

    def is_trusted_by(ca: Path) -> bool:
        with Client(secured.address, tls=TLS(ca=ca), token=secured.token, retry=ONCE) as client:
            try:
                return bool(client.model(timeout_s=TIMEOUT_S))
            except Unavailable:
                return False

    caller = threading.Thread(target=call)
    with secured.client(secured.token) as open_before:
        assert open_before.model()
        caller.start()
        try:
            renewed.cert.replace(secured.certificate.cert)
            assert is_trusted_by(secured.authority.ca)  # The key does not fit yet.
            renewed.key.replace(secured.certificate.key)
            assert is_trusted_by(new.ca)
            assert not is_trusted_by(secured.authority.ca)
            assert open_before.model()
        finally:
            done.set()
            caller.join(TIMEOUT_S)
            secured.certificate.cert.write_bytes(old_files[0])
            secured.certificate.key.write_bytes(old_files[1])
    assert is_trusted_by(secured.authority.ca)
    assert calls
    assert not failures
    assert "the new certificates are broken: the old ones stay" in secured.process.stderr


def test_a_certificate_of_the_clients_authority_is_asked_for_and_names_the_caller(
    tmp_path: Path, start_server: StartServer
) -> None:
    authority, clients = Authority(tmp_path / "authority"), Authority(tmp_path / "clients")
    files = authority.issue_for_loopback()
    process = start_server(
        *("--tls-cert", str(files.cert), "--tls-key", str(files.key)),
        *("--tls-client-ca", str(clients.ca), "--log-format", "json"),
    )
    own = clients.issue("news.example", common_name="newsroom")
    options = ("--server", process.address, "--ca", authority.ca)
    code, _, errors = run(
        "tarjama", "translate", *options, "--cert", own.cert, "--key", own.key, ARTICLE
    )
    assert code == 0, errors
    (call,) = [
        entry
        for entry in map(json.loads, process.stderr.splitlines())
        if entry["event"] == "call" and entry["method"] == "StreamingTranslateText"
    ]
    assert call["caller_kind"] == "certificate"
    assert "CN=newsroom" in call["caller"]
    stranger = authority.issue("other.example")
    for tls in (
        TLS(ca=authority.ca),
        TLS(ca=authority.ca, cert=stranger.cert, key=stranger.key),
    ):
        with Client(process.address, tls=tls, retry=ONCE) as client, pytest.raises(Unavailable):
            client.model(timeout_s=TIMEOUT_S)


def test_a_stream_outlives_its_connections(
    start_server: StartServer, server: ServerProcess
) -> None:
    process = start_server("--max-connection-age-s", "1.5", "--connection-grace-s", "1")
    # More than the server looks ahead, so that there is progress between one cut and the next.
    part = ARTICLE.read_text(encoding="utf-8") * 6

    def cut_count() -> int:
        return process.stderr.count("method=StreamingTranslateText")

    def document() -> Iterator[str]:
        yield part
        for cuts in (1, 2):
            assert soon(lambda cuts=cuts: cut_count() >= cuts)  # type: ignore[misc]
            yield part

    with Client(process.address) as client, Client(server.address) as undisturbed:
        whole = client.stream(document()).read()
        assert whole == undisturbed.stream(part * 3).read()
    assert cut_count() >= 3


def test_calls_go_on_while_connections_are_renewed(start_server: StartServer) -> None:
    process = start_server("--max-connection-age-s", "0.2")
    with Client(process.address, retry=ONCE) as client:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            assert client.translate(HELLO, timeout_s=TIMEOUT_S).text
