"""Who a caller is taken for, and who is let in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tarjama_server.auth import (
    Authenticator,
    Caller,
    CredentialsExpired,
    CredentialsInvalid,
    CredentialsMissing,
    Peer,
)
from tarjama_server.auth.known_tokens import KnownTokens
from tarjama_server.auth.tokens_file import TokensFile

PEER = Peer("192.0.2.1")


def bearing(token: str) -> list[tuple[str, str | bytes]]:
    return [("authorization", f"Bearer {token}")]


@pytest.fixture
def file(tmp_path: Path) -> TokensFile:
    return TokensFile(tmp_path / "tokens.json")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_is_let_in(scheme: str) -> None:
    metadata: list[tuple[str, str | bytes]] = [("o", b"x"), ("authorization", f"{scheme} secret")]
    assert Authenticator("secret").identify(metadata, PEER).kind == "token"


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        [("authorization", "")],
        [("authorization", "secret")],
        [("authorization", "Basic secret")],
        [("authorization", b"Bearer secret")],
        [("x-authorization", "Bearer secret")],
    ],
)
@pytest.mark.parametrize("peer", [PEER, Peer("192.0.2.1", "CN=newsroom")])
def test_without_a_bearer_token_nobody_is_let_in(
    metadata: list[tuple[str, str | bytes]], peer: Peer
) -> None:
    with pytest.raises(CredentialsMissing):
        Authenticator("secret").identify(metadata, peer)


@pytest.mark.parametrize(
    "value", ["other", "", "Secret", "secret ", " secret", "sécret", "\udcff", "secret" * 10_000]
)
def test_another_token_is_not_let_in(value: str, file: TokensFile) -> None:
    file.add("newsroom")
    for authenticator in (
        Authenticator("secret"),
        Authenticator("secret", KnownTokens(file)),
        Authenticator(None, KnownTokens(file)),
    ):
        with pytest.raises(CredentialsInvalid):
            authenticator.identify(bearing(value), PEER)


def test_the_hash_of_a_token_is_no_token(file: TokensFile) -> None:
    file.add("newsroom")
    (record,) = file.read()
    with pytest.raises(CredentialsInvalid):
        Authenticator(None, KnownTokens(file)).identify(bearing(record.sha256), PEER)


@pytest.mark.parametrize(
    ("peer", "caller"),
    [
        (Peer("192.0.2.1"), Caller("192.0.2.1", "address")),
        (Peer("unix"), Caller("unix", "address")),
        (Peer("192.0.2.1", "CN=newsroom,O=Paper"), Caller("CN=newsroom,O=Paper", "certificate")),
    ],
)
def test_where_no_token_is_asked_for_all_are_let_in_and_told_apart(
    peer: Peer, caller: Caller
) -> None:
    assert Authenticator(None).identify([], peer) == caller
    assert Authenticator(None).identify(bearing("x"), peer) == caller


def test_a_caller_is_its_token_before_all_else(file: TokensFile) -> None:
    token = file.add("newsroom")
    capped = file.add("archive", max_priority="bulk")
    authenticator = Authenticator("secret", KnownTokens(file))
    for peer in (PEER, Peer("192.0.2.1", "CN=other")):
        assert authenticator.identify(bearing(token), peer) == Caller("newsroom", "token")
        assert authenticator.identify(bearing(capped), peer) == Caller("archive", "token", "bulk")
        assert authenticator.identify(bearing("secret"), peer).kind == "token"


def test_the_single_token_is_told_from_every_token_of_a_file(file: TokensFile) -> None:
    name = Authenticator("secret").identify(bearing("secret"), PEER).name
    with pytest.raises(Exception, match="no token's name"):
        file.add(name)


def test_an_expired_token_is_refused_as_such(file: TokensFile) -> None:
    now = datetime.now(UTC)
    over = file.add("over", expires=now)
    valid = file.add("valid", expires=now + timedelta(days=1))
    authenticator = Authenticator(None, KnownTokens(file))
    with pytest.raises(CredentialsExpired):
        authenticator.identify(bearing(over), PEER)
    assert authenticator.identify(bearing(valid), PEER).name == "valid"
