"""Callers are counted exactly, and under few names."""

import asyncio
from contextlib import suppress
from pathlib import Path

import grpc
from prometheus_client import CollectorRegistry

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.auth.known_tokens import KnownTokens
from tarjama_server.auth.tokens_file import TokensFile
from tarjama_server.observability.caller_metrics import CallerMetrics
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.streams import TIMEOUT_S, requests
from tests.server.in_process import InProcessServer, serve
from tests.server.observability.samples import family
from tests.server.scripted_engine import ScriptedEngine

HELLO = "مرحبا بالعالم."


async def translate(server: InProcessServer, token: str, *texts: str) -> None:
    with suppress(grpc.RpcError):
        await server.stub.TranslateText(
            pb.TranslateTextRequest(texts=texts),
            timeout=TIMEOUT_S,
            metadata=(("authorization", f"Bearer {token}"),) if token else (),
        )


async def stream(server: InProcessServer, token: str, *chunks: bytes) -> None:
    call = server.blocking_stub.StreamingTranslateText(
        requests(chunks), timeout=TIMEOUT_S, metadata=(("authorization", f"Bearer {token}"),)
    )
    await asyncio.to_thread(list, call)


async def test_calls_and_characters_are_those_of_each_token(
    bundled_model: ServedModel, tmp_path: Path
) -> None:
    file = TokensFile(tmp_path / "tokens.json")
    news, books = file.add("news"), file.add("books", characters_per_minute=100)
    async with serve(bundled_model, ScriptedEngine(), tokens=KnownTokens(file)) as server:
        for _ in range(3):
            await translate(server, news, HELLO, HELLO)
        await translate(server, news)
        # Half a character at the end of the first chunk is none yet.
        await stream(server, books, HELLO.encode()[:3], HELLO.encode()[3:])
        # Over its quota, which is taken from nothing.
        await translate(server, books, HELLO * 7)
        await translate(server, "unknown", HELLO)
        await translate(server, "", HELLO)
        registry = server.instruments.metrics.registry
        assert family(registry, "caller_calls_total") == {
            ("news", "OK"): 3,
            ("news", "INVALID_ARGUMENT"): 1,
            ("books", "OK"): 1,
            ("books", "RESOURCE_EXHAUSTED"): 1,
            ("(address)", "UNAUTHENTICATED"): 2,
        }
        assert family(registry, "caller_characters_total") == {
            ("news",): 6 * len(HELLO),
            ("books",): len(HELLO),
        }


def test_certificates_and_addresses_share_a_label_each() -> None:
    registry = CollectorRegistry()
    callers = CallerMetrics(registry)
    for number in range(50):
        callers.call_ended("certificate", f"CN=client-{number}", "OK")
        callers.call_ended("address", f"10.0.0.{number}", "OK")
        callers.characters_taken("address", f"10.0.0.{number}", 2)
    assert family(registry, "caller_calls_total") == {
        ("(certificate)", "OK"): 50,
        ("(address)", "OK"): 50,
    }
    assert family(registry, "caller_characters_total") == {("(address)",): 100}


def test_tokens_after_the_first_so_many_are_counted_together() -> None:
    registry = CollectorRegistry()
    callers = CallerMetrics(registry, most_names=2)
    for _ in range(2):
        for name in ("a", "b", "c", "d"):
            callers.call_ended("token", name, "OK")
    assert family(registry, "caller_calls_total") == {
        ("a", "OK"): 2,
        ("b", "OK"): 2,
        ("(other)", "OK"): 4,
    }
