"""Addresses, tokens and certificates."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

import tarjama
from tarjama._endpoint import endpoint
from tests.client.library.drivers import TaskDriver, ThreadDriver
from tests.client.library.scripted import ScriptedServer, translated

CERTIFICATES = Path(__file__).parent / "certificates"


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("127.0.0.1:50051", True),
        ("127.8.8.8:50051", True),
        ("localhost:50051", True),
        ("[::1]:50051", True),
        ("unix:/run/tarjama.sock", True),
        ("unix:relative.sock", True),
        ("unix:///run/tarjama.sock", True),
        ("unix-abstract:tarjama", True),
        ("dns:///localhost:50051", True),
        ("ipv4:127.0.0.1:1,127.0.0.2:2", True),
        ("ipv6:[::1]:50051", True),
        ("10.0.0.1:50051", False),
        ("translate.example:443", False),
        ("localhost.example:443", False),
        ("dns:///translate.example:443", False),
        ("dns://8.8.8.8/translate.example:443", False),
        ("ipv4:127.0.0.1:1,10.0.0.1:2", False),
        ("[2001:db8::1]:50051", False),
        ("dns:53", False),
    ],
)
def test_an_address_is_known_to_stay_on_this_machine_or_not(address: str, is_local: bool) -> None:
    assert endpoint(address, tls=None, token=None).is_local is is_local


@pytest.mark.parametrize(
    "address",
    ["", "host", "host:", ":50051", "host:port", "host:70000", "http://host:50051", "unix:",
     "dns:///host", "ipv4:127.0.0.1", "ipv4:127.0.0.1:1,", "::1:50051", "a b:1"],
)  # fmt: skip
def test_a_malformed_address_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(ValueError, match=r"HOST:PORT|unix:PATH"):
        tarjama.Client(address)


@pytest.mark.parametrize("address", ["translate.example:443", "ipv4:127.0.0.1:1,10.0.0.1:2"])
@pytest.mark.parametrize("kind", [tarjama.Client, tarjama.AsyncClient])
def test_a_token_never_leaves_the_machine_in_clear(
    kind: type[tarjama.Client] | type[tarjama.AsyncClient], address: str
) -> None:
    with pytest.raises(tarjama.InsecureToken, match="in clear") as caught:
        kind(address, token="canary")
    assert "canary" not in str(caught.value)


def test_with_tls_a_token_may_leave_the_machine() -> None:
    found = endpoint("translate.example:443", tls=tarjama.TLS(), token="canary")

    assert found.token == "canary"
    assert "canary" not in repr(found)


@pytest.mark.parametrize("token", ["", "two words", "new\nline", "رمز"])
def test_a_malformed_token_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ValueError, match="token") as caught:
        tarjama.Client("127.0.0.1:1", token=token)
    assert not token or token not in str(caught.value)


def test_a_certificate_comes_with_its_key() -> None:
    with pytest.raises(ValueError, match="together"):
        tarjama.TLS(cert=CERTIFICATES / "client.pem")


def test_a_missing_certificate_is_an_error_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        tarjama.Client("127.0.0.1:1", tls=tarjama.TLS(ca=CERTIFICATES / "none.pem"))


@pytest.fixture
def tls_server() -> Iterator[ScriptedServer]:
    pair = (CERTIFICATES / "server.key").read_bytes(), (CERTIFICATES / "server.pem").read_bytes()
    ca = (CERTIFICATES / "ca.pem").read_bytes()
    credentials = grpc.ssl_server_credentials([pair], ca, require_client_auth=True)
    server = ScriptedServer(credentials)
    yield server
    server.stop()


@pytest.mark.parametrize("kind", [ThreadDriver, TaskDriver], ids=["threads", "asyncio"])
def test_both_sides_may_show_certificates(
    tls_server: ScriptedServer, kind: type[ThreadDriver] | type[TaskDriver]
) -> None:
    tls = tarjama.TLS(
        ca=CERTIFICATES / "ca.pem",
        cert=CERTIFICATES / "client.pem",
        key=CERTIFICATES / "client.key",
        server_name="tarjama.test",
    )
    client = kind(tls_server.address, tls=tls, token="canary")

    assert client.translate("نص").text == translated("نص")
    assert client.read("نص").text == translated("نص")
    assert tls_server.calls[0].metadata["authorization"] == "Bearer canary"
    client.close()


@pytest.mark.parametrize(
    "tls",
    [
        tarjama.TLS(ca=CERTIFICATES / "ca.pem"),
        tarjama.TLS(server_name="tarjama.test"),
    ],
    ids=["another name than the certificate's", "an unknown authority"],
)
def test_a_server_that_is_not_trusted_is_not_talked_to(
    tls_server: ScriptedServer, tls: tarjama.TLS
) -> None:
    retry = tarjama.RetryPolicy(max_attempts=1)
    client = tarjama.Client(tls_server.address, tls=tls, retry=retry)
    with client, pytest.raises(tarjama.Unavailable):
        client.translate("نص")
    assert tls_server.calls == []


async def test_callers_of_one_asynchronous_client_may_each_have_a_token(
    server: ScriptedServer,
) -> None:
    async with tarjama.AsyncClient(server.address, token="first") as client:
        other = client.with_token("second")
        nobody = client.with_token(None)

        for one in (client, other, nobody):
            await one.translate("نص")

    sent = [call.metadata.get("authorization") for call in server.calls]
    assert sent == ["Bearer first", "Bearer second", None]
    with pytest.raises(RuntimeError, match="closed"):
        await other.translate("نص")


async def test_another_token_keeps_the_rules_of_the_first() -> None:
    async with tarjama.AsyncClient("translate.example:443") as client:
        with pytest.raises(tarjama.InsecureToken):
            client.with_token("canary")
        with pytest.raises(ValueError, match="malformed"):
            client.with_token("two words")
