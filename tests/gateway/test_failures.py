"""What callers hear when the server refuses, fails or is not there, and whose token it gets."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

import tarjama
from tarjama.gateway.application import create_application
from tarjama.gateway.settings import GatewaySettings
from tarjama.gateway.translation import Translator
from tests.client.library.scripted import Script, ScriptedServer, busy, status, translated

SAID = {"q": "نص", "source": "ar", "target": "en"}


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.stop()


@asynccontextmanager
async def gateway_of(
    address: str,
    folder: Path,
    settings: GatewaySettings | None = None,
    token: str | None = None,
    *,
    passes_tokens: bool = True,
) -> AsyncIterator[httpx.AsyncClient]:
    settings = settings or GatewaySettings()
    retry = tarjama.RetryPolicy(max_attempts=1)
    translator = Translator(
        tarjama.AsyncClient(address, token=token, retry=retry),
        tarjama.AsyncClient(address, token=token),
        terms_in=lambda texts: (),
        timeout_s=settings.timeout_s,
        passes_tokens=passes_tokens,
    )
    transport = httpx.ASGITransport(create_application(translator, settings, folder))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        try:
            yield http
        finally:
            await translator.close()


FAILURES = [
    (busy(2.3), 429, "3"),
    (busy(7200, reason="QUOTA_EXCEEDED"), 429, "7200"),
    (status("RESOURCE_EXHAUSTED", "too large"), 413, None),
    (status("UNAVAILABLE", "going down", reason="DRAINING"), 503, "5"),
    (status("UNAUTHENTICATED", "no token", reason="TOKEN_REQUIRED"), 403, None),
    (status("PERMISSION_DENIED", "not that", reason="DENIED"), 403, None),
    (status("INVALID_ARGUMENT", "wrong", reason="INVALID"), 400, None),
    (status("NOT_FOUND", "no model", reason="MODEL_NOT_FOUND"), 400, None),
    (status("FAILED_PRECONDITION", "untrained", reason="ALIGNMENT"), 400, None),
    (status("UNIMPLEMENTED", "old"), 501, None),
    (status("DEADLINE_EXCEEDED", "late"), 504, None),
    (status("INTERNAL", "a fault"), 500, None),
]


@pytest.mark.parametrize(("failure", "code", "retry_after"), FAILURES)
async def test_a_refusal_of_the_server_is_passed_on(
    scripted: ScriptedServer,
    tmp_path: Path,
    failure: object,
    code: int,
    retry_after: str | None,
) -> None:
    scripted.scripts = [Script(fail=failure)]  # type: ignore[arg-type]
    async with gateway_of(scripted.address, tmp_path) as http:
        answer = await http.post("/translate", json=SAID)

    assert answer.status_code == code
    assert list(answer.json()) == ["error"]
    assert answer.headers.get("retry-after") == retry_after
    assert len(scripted.calls) == 1


async def test_a_file_is_not_lost_to_one_refusal(scripted: ScriptedServer, tmp_path: Path) -> None:
    scripted.scripts = [Script(fail=busy(0.01))]
    async with gateway_of(scripted.address, tmp_path) as http:
        answer = await http.post(
            "/translate_file",
            files={"file": ("a.txt", "نص".encode())},
            data={"source": "ar", "target": "en"},
        )
        fetched = await http.get(answer.json()["translatedFileUrl"])

    assert fetched.text == translated("نص")


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    async with gateway_of("127.0.0.1:1", tmp_path) as http:
        answers = [await http.post("/translate", json=SAID), await http.get("/health")]

    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "error" in answer.json()


async def test_a_server_that_does_not_serve_is_not_healthy(
    scripted: ScriptedServer, tmp_path: Path
) -> None:
    scripted.serve(serving=False)
    async with gateway_of(scripted.address, tmp_path) as http:
        answer = await http.get("/health")

    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


async def test_a_call_that_takes_too_long_ends(scripted: ScriptedServer, tmp_path: Path) -> None:
    scripted.scripts = [Script(hold=threading.Event())]
    settings = GatewaySettings(timeout_s=0.2)
    async with gateway_of(scripted.address, tmp_path, settings) as http:
        answer = await http.post("/translate", json=SAID)

    assert answer.status_code == 504


TOKEN_SENDERS = {
    "api_key": ({"api_key": "mine"}, {}),
    "bearer": ({}, {"Authorization": "Bearer mine"}),
    "both": ({"api_key": "mine"}, {"Authorization": "Bearer other"}),
}


@pytest.mark.parametrize(("said", "headers"), TOKEN_SENDERS.values(), ids=list(TOKEN_SENDERS))
@pytest.mark.parametrize("form", ["text", "html"])
async def test_the_callers_token_is_passed_on(
    scripted: ScriptedServer,
    tmp_path: Path,
    said: dict[str, str],
    headers: dict[str, str],
    form: str,
) -> None:
    async with gateway_of(scripted.address, tmp_path, token="ours") as http:
        await http.post("/translate", json={**SAID, "format": form, **said}, headers=headers)
        await http.post("/translate", json={**SAID, "format": form})

    sent = [call.metadata["authorization"] for call in scripted.calls]
    assert sent == ["Bearer mine", "Bearer ours"]


@pytest.mark.parametrize(("code", "sent"), [("mine", "Bearer mine"), ("0", None), ("", None)])
async def test_a_token_code_of_opus_cat_is_a_token_unless_it_says_none(
    scripted: ScriptedServer, tmp_path: Path, code: str, sent: str | None
) -> None:
    asked = {"tokenCode": code, "input": "نص", "srcLangCode": "ar", "trgLangCode": "en"}
    async with gateway_of(scripted.address, tmp_path) as http:
        await http.get("/MTRestService/TranslateJson", params=asked)

    assert [call.metadata.get("authorization") for call in scripted.calls] == [sent]


async def test_the_token_of_an_embedded_server_stays_whatever_callers_say(
    scripted: ScriptedServer, tmp_path: Path
) -> None:
    async with gateway_of(scripted.address, tmp_path, token="ours", passes_tokens=False) as http:
        await http.post("/translate", json={**SAID, "api_key": "mine"})

    assert scripted.calls[0].metadata["authorization"] == "Bearer ours"


@pytest.mark.parametrize("key", ["two words", "ключ", "line\nbreak"])
async def test_a_key_that_can_be_none_is_forbidden(tmp_path: Path, key: str) -> None:
    async with gateway_of("127.0.0.1:1", tmp_path) as http:
        answer = await http.post("/translate", json={**SAID, "api_key": key})

    assert answer.status_code == 403
    assert key not in answer.json()["error"]


async def test_a_key_is_not_sent_in_clear_over_a_network(tmp_path: Path) -> None:
    async with gateway_of("translate.example:50051", tmp_path) as http:
        answer = await http.post("/translate", json={**SAID, "api_key": "mine"})

    assert answer.status_code == 500
    assert "not encrypted" in answer.json()["error"]
    assert "translate.example" not in answer.json()["error"]


async def test_no_more_files_are_taken_than_can_be_translated_at_once(
    scripted: ScriptedServer, tmp_path: Path
) -> None:
    hold = threading.Event()
    scripted.scripts = [Script(hold=hold)]
    file = {"file": ("a.txt", "نص".encode())}
    said = {"source": "ar", "target": "en"}
    settings = GatewaySettings(max_files_at_once=1)
    async with gateway_of(scripted.address, tmp_path, settings) as http:
        first = asyncio.create_task(http.post("/translate_file", files=file, data=said))
        await asyncio.to_thread(scripted.wait_for_calls, 1)
        second = await http.post("/translate_file", files=file, data=said)
        hold.set()
        done = await first
        third = await http.post("/translate_file", files=file, data=said)

    assert (second.status_code, second.headers["retry-after"]) == (503, "10")
    assert (done.status_code, third.status_code) == (200, 200)
    assert list((tmp_path / "spool").iterdir()) == []


async def test_a_fault_is_answered_and_logged_without_what_it_was_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "can" + "ary"

    class Faulty(Translator):
        async def health(self) -> tarjama.Health:
            raise LookupError(secret)

    translator = Faulty(
        tarjama.AsyncClient("127.0.0.1:1"),
        tarjama.AsyncClient("127.0.0.1:1"),
        terms_in=lambda texts: (),
        timeout_s=1.0,
    )
    transport = httpx.ASGITransport(create_application(translator, GatewaySettings(), tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        answer = await http.get("/health")

    assert answer.status_code == 500
    request_id = answer.json()["error"].rpartition(" ")[2].rstrip(".")
    assert request_id in caplog.text
    assert "LookupError" in caplog.text
    assert secret not in caplog.text + answer.text
