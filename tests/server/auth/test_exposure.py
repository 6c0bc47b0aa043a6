"""What the server asks for before it can be reached from beyond this machine."""

from pathlib import Path
from typing import Any

import pytest

from tarjama_server.config import BadSettings, Settings, load_settings
from tests.conftest import StartServer

TLS = {"tls_cert": "cert.pem", "tls_key": "key.pem"}
TOKENS = {"tokens_file": "tokens.json"}
LOCAL = ["127.0.0.1:0", "127.1.2.3:0", "localhost:0", "[::1]:0", "unix:/run/tarjama.sock"]
EXPOSED = ["0.0.0.0:0", "[::]:0", "10.0.0.1:0", "translate.example:0", "localhost.example:0", ":0"]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TARJAMA_SERVER_{name.upper()}", raising=False)


def load(*listen: str, **others: Any) -> Settings:  # noqa: ANN401
    return load_settings(None, {"listen": listen, **others})


@pytest.mark.parametrize("address", LOCAL)
def test_what_stays_on_this_machine_needs_nothing(address: str) -> None:
    assert load(address).listen == (address,)
    assert load(address, **TOKENS).listen == (address,)


@pytest.mark.parametrize("address", EXPOSED)
@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({}, "tls_cert"),
        (TOKENS, "tls_cert"),
        ({"token": "secret"}, "tls_cert"),
        (TLS, "tokens_file or tls_client_ca"),
    ],
    ids=["nothing", "tokens", "token", "tls"],
)
def test_what_leaves_it_needs_encryption_and_credentials(
    address: str, settings: dict[str, str], missing: str
) -> None:
    for listen in ([address], [*LOCAL, address]):
        with pytest.raises(BadSettings, match=missing) as refused:
            load(*listen, **settings)
        assert address in str(refused.value)
        assert "--allow-insecure" in str(refused.value)
    assert load(address, allow_insecure=True, **settings)


@pytest.mark.parametrize("address", EXPOSED)
@pytest.mark.parametrize(
    "credentials", [TOKENS, {"token": "secret"}, {"tls_client_ca": "clients.pem"}], ids=str
)
def test_with_both_it_is_served(address: str, credentials: dict[str, str]) -> None:
    assert load(address, **TLS, **credentials).listen == (address,)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"tls_cert": "cert.pem"}, "tls_cert and tls_key go together"),
        ({"tls_key": "key.pem"}, "tls_cert and tls_key go together"),
        ({"tls_client_ca": "clients.pem"}, "tls_client_ca needs tls_cert"),
        ({"max_connection_age_s": "-1"}, "max_connection_age_s"),
        ({"max_connection_age_s": "inf"}, "max_connection_age_s"),
        ({"connection_grace_s": "nan"}, "connection_grace_s"),
        ({"allow_insecure": "perhaps"}, "allow_insecure"),
        ({"token": ""}, "token"),
    ],
)
def test_settings_that_do_not_fit_together_are_named(settings: dict[str, str], named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        load("127.0.0.1:0", **settings)


def test_a_server_in_clear_for_all_starts_only_when_told_so(start_server: StartServer) -> None:
    address = ("--listen", "0.0.0.0:0")
    refused = start_server(*address, wait=False)
    assert refused.wait() == 2
    (line,) = [line for line in refused.stderr.splitlines() if line.startswith("Error: ")]
    assert "0.0.0.0:0 can be reached" in line
    assert refused.stdout == ""
    start_server(*address, "--allow-insecure")
    start_server(*address, env={"TARJAMA_SERVER_ALLOW_INSECURE": "true"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("tokens-file", "missing.json"), ("tls-cert", "missing.pem")],
)
def test_credentials_that_are_missing_are_said_in_one_line(
    name: str, value: str, tmp_path: Path, start_server: StartServer
) -> None:
    path = str(tmp_path / value)
    others = ("--tls-key", path) if name == "tls-cert" else ()
    process = start_server(f"--{name}", path, *others, wait=False)
    assert process.wait() == 1
    (line,) = process.stderr.splitlines()
    assert path in line
