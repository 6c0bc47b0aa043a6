"""The command: how it starts, what it keeps to itself, and how it ends."""

import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tarjama.cli.application import tarjama
from tests.client.library.scripted import Script, ScriptedServer, translated
from tests.conftest import StartServer
from tests.gateway.conftest import TIMEOUT_S, StartGateway

SAID = {"q": "نص", "source": "ar", "target": "en"}


def post(url: str, **more: str) -> httpx.Response:
    return httpx.post(f"{url}/translate", json={**SAID, **more}, timeout=TIMEOUT_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_requests_in_work_end(start_gateway: StartGateway, number: int) -> None:
    server = ScriptedServer()
    hold = threading.Event()
    server.scripts = [Script(hold=hold)]
    process = start_gateway("--server", server.address)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(post, process.address)
        server.wait_for_calls(1)
        process.signal(number)
        hold.set()

        assert answer.result(TIMEOUT_S).json() == {"translatedText": translated("نص")}
    assert process.wait() == 0
    assert process.stderr == ""
    server.stop()


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_call_ends_when_its_caller_goes(start_gateway: StartGateway, method: str) -> None:
    server = ScriptedServer()
    server.scripts = [Script(hold=threading.Event())]
    host, _, port = start_gateway("--server", server.address).address[7:].partition(":")
    query = "q=%D9%86%D8%B5&source=ar&target=en"
    with socket.create_connection((host, int(port)), TIMEOUT_S) as caller:
        caller.sendall(f"{method} /translate?{query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        server.wait_for_calls(1)

    assert server.calls[0].ended.wait(TIMEOUT_S)
    server.stop()


def test_nothing_that_was_said_is_in_the_log(start_gateway: StartGateway) -> None:
    server = ScriptedServer()
    process = start_gateway("--server", server.address)
    asked = {"text": "canary نص", "source": "ar", "target": "en", "api_key": "canary-key"}

    assert httpx.get(f"{process.address}/translate", params=asked).status_code == 200
    assert post(process.address, q="canary", source="xx").status_code == 400
    server.stop()
    assert post(process.address, q="canary").status_code == 503
    process.signal(signal.SIGTERM)
    assert process.wait() == 0

    assert "canary" not in process.stderr + process.stdout
    assert process.stdout == f"ready {process.address}\n"


def test_the_glossary_is_sent_where_its_terms_occur(
    start_gateway: StartGateway, tmp_path: Path
) -> None:
    glossary = tmp_path / "terms.csv"
    glossary.write_text("source,target\nمدرسة,academy\nبحر,ocean\n", encoding="utf-8")
    server = ScriptedServer()
    process = start_gateway("--server", server.address, "--glossary", str(glossary))

    for form in ("text", "html"):
        post(process.address, q="المدرسة", format=form)

    for call in server.calls:
        assert [term.target for term in call.request.options.glossary] == ["academy"]
    assert len(server.calls) == 2
    server.stop()


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("--http", "5000"), 2, "HOST:PORT"),
        (("--http", "127.0.0.1:70000"), 2, "HOST:PORT"),
        (("--server", "nowhere"), 2, "malformed"),
        (("--max-file-mib", "0"), 2, "--max-file-mib"),
        (("--glossary", "/nothing.csv"), 1, "nothing.csv"),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[str, ...], code: int, reason: str) -> None:
    defaults = ("--http", "127.0.0.1:0", "--server", "127.0.0.1:1")
    command = [sys.executable, "-m", "tarjama", "gateway", *defaults, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)

    assert done.returncode == code
    assert reason in done.stderr
    assert done.stdout == ""


def test_a_port_that_is_taken_is_said_to_be(start_gateway: StartGateway) -> None:
    address = start_gateway("--server", "127.0.0.1:1").address.removeprefix("http://")
    command = [sys.executable, "-m", "tarjama", "gateway", "--http", address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)

    assert done.returncode == 1
    assert f"Cannot listen on {address}" in done.stderr


def test_without_its_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tarjama.cli.gateway.importlib.util.find_spec", lambda name: None)

    done = CliRunner().invoke(tarjama, ["gateway", "--server", "127.0.0.1:1"])

    assert "pip install 'tarjama[http]'" in str(done.exception)
    assert done.exit_code == 1


def test_a_server_that_asks_for_a_token_gets_the_callers(
    start_server: StartServer, start_gateway: StartGateway
) -> None:
    server = start_server(env={"TARJAMA_SERVER_TOKEN": "canary-key"})
    url = start_gateway("--server", server.address).address

    assert post(url).status_code == 403
    assert post(url, api_key="another").status_code == 403
    assert post(url, api_key="canary-key").status_code == 200
    assert httpx.get(f"{url}/languages").status_code == 200


def test_without_a_server_one_is_started_that_takes_any_key(start_gateway: StartGateway) -> None:
    process = start_gateway()

    assert post(process.address, api_key="any").status_code == 200
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
