"""What a call is counted and logged for, and at which priority it is served."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.admission import Admission
from tarjama_server.api.calls import CallRecord, Calls, ServerState
from tarjama_server.api.service import TranslationService
from tarjama_server.auth import Authenticator, Caller, MaxPriority
from tarjama_server.auth.known_tokens import KnownTokens
from tarjama_server.auth.tls import server_credentials
from tarjama_server.auth.tokens_file import TokensFile
from tarjama_server.batching import Batcher, Priority
from tarjama_server.engine import Decoding, Hypothesis
from tarjama_server.pipeline.model import ServedModel
from tarjama_server.serving import ServedModels
from tests.server.auth.pem import Authority
from tests.server.scripted_engine import ScriptedEngine

METHOD = "/test.Callers/Get"
UNSPECIFIED, INTERACTIVE, BULK = pb.Priority.values()


class Callers:
    """A service that takes note of who calls."""

    def __init__(self, authenticator: Authenticator) -> None:
        self.seen: list[Caller] = []
        self.server = grpc.aio.server()
        calls = Calls(authenticator, ServerState(is_warm=True))
        handler = calls.unary("Get", pb.GetModelRequest, self._answer)
        self.server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("test.Callers", {"Get": handler}),)
        )

    async def _answer(self, _: pb.GetModelRequest, record: CallRecord) -> pb.GetModelResponse:
        self.seen.append(record.caller)
        return pb.GetModelResponse()

    async def caller(self, channel: grpc.aio.Channel, token: str | None = None) -> Caller:
        """Call, and give who that was."""
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(METHOD)
        metadata = () if token is None else (("authorization", f"Bearer {token}"),)
        async with channel:
            await call(b"", metadata=metadata, timeout=30)
        return self.seen.pop()


@pytest.fixture
async def callers() -> AsyncGenerator[Callers, None]:
    callers = Callers(Authenticator(None))
    yield callers
    await callers.server.stop(0)


@pytest.mark.parametrize(
    ("address", "name"), [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1"), ("unix", "unix")]
)
async def test_without_more_a_caller_is_its_address(
    address: str, name: str, callers: Callers, tmp_path: Path
) -> None:
    bound = f"unix:{tmp_path}/socket" if address == "unix" else f"{address}:0"
    try:
        port = callers.server.add_insecure_port(bound)
    except RuntimeError:
        pytest.skip(f"this machine has no {address}")
    await callers.server.start()
    target = bound if address == "unix" else f"{address}:{port}"
    for _ in range(2):  # Each from a port of its own.
        assert await callers.caller(grpc.aio.insecure_channel(target)) == Caller(name, "address")


@pytest.mark.parametrize(
    ("common_name", "named"), [("newsroom", "CN=newsroom"), (None, "news.example")]
)
async def test_a_caller_with_a_certificate_is_its_subject(
    common_name: str | None, named: str, callers: Callers, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "authority")
    files = replace(authority.issue_for_loopback(), client_ca=authority.ca)
    port = callers.server.add_secure_port("127.0.0.1:0", server_credentials(files))
    await callers.server.start()
    own = authority.issue("news.example", common_name=common_name)
    credentials = grpc.ssl_channel_credentials(
        authority.ca_bytes, own.key.read_bytes(), own.cert.read_bytes()
    )
    channel = grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials)
    caller = await callers.caller(channel)
    assert caller.kind == "certificate"
    assert caller.name
    if common_name is not None:
        assert named in caller.name


async def test_a_caller_with_a_token_is_its_name(tmp_path: Path) -> None:
    file = TokensFile(tmp_path / "tokens.json")
    token = file.add("archive", max_priority="bulk")
    callers = Callers(Authenticator(None, KnownTokens(file)))
    port = callers.server.add_insecure_port("127.0.0.1:0")
    await callers.server.start()
    try:
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        assert await callers.caller(channel, token) == Caller("archive", "token", "bulk")
    finally:
        await callers.server.stop(0)


class PriorityBatcher(Batcher):
    """Takes note of the priority of sentences."""

    def __init__(self) -> None:
        super().__init__(ScriptedEngine(), worker_count=1, max_batch_tokens=1024)
        self.priorities: set[Priority] = set()

    def submit(
        self, tokens: Sequence[str], decoding: Decoding, priority: Priority, share: str = ""
    ) -> asyncio.Future[list[Hypothesis]]:
        self.priorities.add(priority)
        return super().submit(tokens, decoding, priority, share)


@pytest.mark.parametrize(
    ("max_priority", "asked", "unary", "stream"),
    [
        ("interactive", UNSPECIFIED, Priority.INTERACTIVE, Priority.BULK),
        ("interactive", INTERACTIVE, Priority.INTERACTIVE, Priority.INTERACTIVE),
        ("interactive", BULK, Priority.BULK, Priority.BULK),
        ("bulk", UNSPECIFIED, Priority.BULK, Priority.BULK),
        ("bulk", INTERACTIVE, Priority.BULK, Priority.BULK),
        ("bulk", BULK, Priority.BULK, Priority.BULK),
    ],
)
async def test_a_token_may_cap_the_priority(
    max_priority: MaxPriority,
    asked: pb.Priority.ValueType,
    unary: Priority,
    stream: Priority,
    bundled_model: ServedModel,
) -> None:
    batcher = PriorityBatcher()
    model = replace(bundled_model, batcher=batcher)
    service = TranslationService(
        ServedModels([model]),
        Admission(max_calls=9, max_queue_s=1e9, max_bulk_queue_s=1e9),
        ServerState(),
    )
    record = CallRecord(
        method="Any", caller=Caller("archive", "token", max_priority), request_id="1"
    )
    options = pb.TranslationOptions(priority=asked)

    async def requests() -> AsyncGenerator[pb.StreamingTranslateTextRequest, None]:
        yield pb.StreamingTranslateTextRequest(config=pb.StreamConfig(options=options))
        yield pb.StreamingTranslateTextRequest(chunk="مرحبا بالعالم.".encode())

    batcher.start()
    try:
        texts = pb.TranslateTextRequest(texts=["مرحبا بالعالم."], options=options)
        assert (await service.translate_text(texts, record)).translations[0].translation
        assert batcher.priorities == {unary}
        batcher.priorities.clear()
        assert [response async for response in service.stream_text(requests(), record)]
        assert batcher.priorities == {stream}
    finally:
        await batcher.stop()
