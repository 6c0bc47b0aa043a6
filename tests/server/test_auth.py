import pytest

from tarjama_server.auth import Authenticator, CredentialsInvalid, CredentialsMissing


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_is_let_in(scheme: str) -> None:
    Authenticator("secret").check([("other", b"x"), ("authorization", f"{scheme} secret")])


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
def test_without_a_bearer_token_nobody_is_let_in(metadata: list[tuple[str, str | bytes]]) -> None:
    with pytest.raises(CredentialsMissing):
        Authenticator("secret").check(metadata)


@pytest.mark.parametrize(
    "value", ["Bearer other", "Bearer ", "Bearer Secret", "Bearer secret ", "Bearer sécret"]
)
def test_another_token_is_not_let_in(value: str) -> None:
    with pytest.raises(CredentialsInvalid):
        Authenticator("secret").check([("authorization", value)])


def test_a_server_without_a_token_lets_everybody_in() -> None:
    Authenticator(None).check([])
