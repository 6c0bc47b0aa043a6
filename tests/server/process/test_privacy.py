"""Document text is in no log, whatever is done with it and whatever goes wrong."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import grpc
import pytest
import structlog

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.engine import Decoding, EngineError
from tarjama_server.observability import configure_logging
from tarjama_server.pipeline.model import ServedModel
from tests.conftest import Connect, StartServer
from tests.server.api.streams import TIMEOUT_S, requests
from tests.server.in_process import serve
from tests.server.scripted_engine import ScriptedEngine, Tokens

# Words of no language, which nothing else would log.
LATIN = "Kanarqwzx"
ARABIC = "كنارقوظخ"
CANARY = f"{ARABIC} {LATIN}"
FORMATS = ["text", "json"]


def assert_silent(log: str) -> None:
    for word in (LATIN, ARABIC):
        for form in (word, word.encode("unicode_escape").decode(), repr(word.encode())[2:-1]):
            assert form.casefold() not in log.casefold()


def options() -> Iterator[pb.TranslationOptions]:
    yield pb.TranslationOptions()
    yield pb.TranslationOptions(alternative_count=2, beam_size=3)
    yield pb.TranslationOptions(model=CANARY)
    yield pb.TranslationOptions(do_not_translate=[CANARY])
    yield pb.TranslationOptions(glossary=[pb.GlossaryTerm(source=ARABIC, target=LATIN)])
    yield pb.TranslationOptions(beam_size=99)


def unary_calls() -> Iterator[tuple[str, bytes]]:
    texts = [
        f"قال {CANARY} نعم.",
        f"{CANARY}\0",
        (CANARY + " ") * 20_000,
        f"{LATIN} 😀\n\n{ARABIC}",
    ]
    for text in texts:
        for option in options():
            request = pb.TranslateTextRequest(texts=[text], options=option)
            yield "TranslateText", request.SerializeToString()
    yield "TranslateText", b"\x0a\x0b" + LATIN.encode() + b"\xff"
    yield "ListModels", pb.ListModelsRequest(page_token=CANARY).SerializeToString()
    yield "ListModels", b"\x12\x0a" + LATIN.encode() + b"\xff"
    yield "GetModel", pb.GetModelRequest(name=CANARY).SerializeToString()
    yield "GetModel", b"\x0a\x0a" + LATIN.encode() + b"\xff"


def streams() -> Iterator[list[bytes]]:
    tails = [b"", b"\xff", b"\0", ARABIC.encode()[:-1], CANARY.encode() * 20 + b"\xff"]
    for tail in tails:
        for option in options():
            sent = requests([CANARY.encode() + b".\n\n", CANARY.encode(), tail], option)
            yield [message.SerializeToString() for message in sent]
    yield [pb.StreamingTranslateTextRequest(chunk=CANARY.encode()).SerializeToString()]
    yield [b"\x0a\x00", b"\x12\x0a" + LATIN.encode() + b"\xff\xff"]
    yield [b"\x0a\x00", b"\x12\x63" + CANARY.encode()]
    yield [b"\x0a\x00", b"\x12\x09" + LATIN.encode(), b"\x0a\x00"]


@pytest.mark.parametrize("log_format", FORMATS)
def test_no_log_of_a_server_holds_what_callers_sent(
    log_format: str, start_server: StartServer, connect: Connect
) -> None:
    process = start_server("--log-format", log_format, "--log-level", "debug")
    channel = connect(process.address)
    codes = set()
    for method, data in unary_calls():
        codes.add(_code_of(channel, method, data))
    for sent in streams():
        codes.add(_code_of_stream(channel, sent))
    left = pb_grpc.TranslationServiceStub(channel).TranslateText.future(
        pb.TranslateTextRequest(texts=[CANARY * 500])
    )
    left.cancel()
    assert _code_of(channel, LATIN, b"") == "UNIMPLEMENTED"
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
    assert {"OK", "INVALID_ARGUMENT", "NOT_FOUND"} <= codes
    assert process.stderr.count("TranslateText") > 30
    assert_silent(process.stderr + process.stdout)


def _code_of(channel: grpc.Channel, method: str, data: bytes) -> str:
    send: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
        f"/tarjama.v1.TranslationService/{method}"
    )
    call = send.future(data, timeout=TIMEOUT_S)
    return str(call.code().name)


def _code_of_stream(channel: grpc.Channel, sent: list[bytes]) -> str:
    send: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(
        "/tarjama.v1.TranslationService/StreamingTranslateText"
    )
    call = send(iter(sent), timeout=TIMEOUT_S)
    with suppress(grpc.RpcError):
        for _ in call:
            pass
    return str(call.code().name)


def quoting(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
    raise EngineError(f"cannot translate {CANARY}: {tokens}")


def chained(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
    try:
        raise KeyError(CANARY)
    except KeyError as error:
        raise UnicodeEncodeError("utf-8", CANARY, 0, 1, CANARY) from error


def noted(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
    error = RuntimeError(CANARY)
    error.add_note(CANARY)
    raise error


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Undo what `configure_logging` does to the process."""
    names = ("asyncio", "grpc")
    levels = {name: logging.getLogger(name).level for name in names}
    yield
    structlog.reset_defaults()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize("log_format", FORMATS)
@pytest.mark.parametrize("rule", [quoting, chained, noted])
async def test_no_log_holds_what_an_error_quotes(
    rule: Callable[[Tokens, Decoding], Sequence[str]],
    log_format: str,
    bundled_model: ServedModel,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    configure_logging("json" if log_format == "json" else "text", "debug")
    async with serve(bundled_model, ScriptedEngine(rule)) as server:
        for _ in range(2):
            with suppress(grpc.RpcError):
                await server.stub.TranslateText(pb.TranslateTextRequest(texts=[CANARY] * 3))
            stream = server.blocking_stub.StreamingTranslateText(
                requests([f"{CANARY}.\n\n".encode()] * 5)
            )
            with suppress(grpc.RpcError):
                await asyncio.to_thread(list, stream)
    log = "".join(capfd.readouterr())
    assert log.count("INTERNAL_ERROR") == 4
    assert_silent(log + caplog.text)
