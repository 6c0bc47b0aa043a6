"""A call is found in the log by the id that its caller has."""

import re

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.errors import fails
from tests.server.api.streams import TIMEOUT_S, requests
from tests.server.in_process import serve
from tests.server.observability.conftest import Log
from tests.server.scripted_engine import ScriptedEngine

HELLO = "مرحبا بالعالم."
MADE = re.compile("[0-9a-f]{16}")
INSANE = ["", "a" * 65, "a b", "a,b", "a/b", "a=b", "a:b"]
SANE = ["7f3a", "A-Z_0.9", "x" * 64]


def sent_id(metadata: object) -> str:
    (request_id,) = [value for key, value in metadata if key == "x-request-id"]  # type: ignore[attr-defined]
    return str(request_id)


def logged_ids(log: Log) -> list[str]:
    return [entry["request_id"] for entry in log if entry["event"] == "call"]


@pytest.mark.parametrize("given", SANE)
@pytest.mark.parametrize("text", [HELLO, "\0"])
async def test_a_call_keeps_the_id_it_came_with(
    given: str, text: str, bundled_model: ServedModel, log: Log
) -> None:
    async with serve(bundled_model, ScriptedEngine()) as server:
        call = server.stub.TranslateText(
            pb.TranslateTextRequest(texts=[text]),
            metadata=(("x-request-id", given),),
            timeout=TIMEOUT_S,
        )
        assert sent_id(await call.trailing_metadata()) == given
    assert logged_ids(log) == [given]


@pytest.mark.parametrize("given", [None, *INSANE])
async def test_a_call_without_a_sane_id_is_given_one(
    given: str | None, bundled_model: ServedModel, log: Log
) -> None:
    metadata = () if given is None else (("x-request-id", given),)
    async with serve(bundled_model, ScriptedEngine()) as server:
        calls = [
            server.stub.GetModel(pb.GetModelRequest(), metadata=metadata, timeout=TIMEOUT_S)
            for _ in range(2)
        ]
        ids = [sent_id(await call.trailing_metadata()) for call in calls]
        for call in calls:
            await call
    assert all(map(MADE.fullmatch, ids))
    assert len(set(ids)) == 2
    assert sorted(logged_ids(log)) == sorted(ids)


@pytest.mark.parametrize(
    ("texts", "model", "token"),
    [([], "", None), (["\0"], "", None), ([HELLO], "other", None), ([HELLO], "", "secret")],
)
async def test_a_failure_names_the_call(
    texts: list[str], model: str, token: str | None, bundled_model: ServedModel
) -> None:
    request = pb.TranslateTextRequest(texts=texts, options=pb.TranslationOptions(model=model))
    async with serve(bundled_model, ScriptedEngine(), token=token) as server:
        with fails() as failure:
            await server.stub.TranslateText(
                request, metadata=(("x-request-id", "given"),), timeout=TIMEOUT_S
            )
    assert failure.request_id == "given"


async def test_a_stream_is_told_its_id_before_its_first_segment(
    bundled_model: ServedModel,
) -> None:
    engine = ScriptedEngine()
    engine.hold()
    async with serve(bundled_model, engine) as server:
        call = server.stub.StreamingTranslateText(
            requests([HELLO.encode()]), metadata=(("x-request-id", "given"),), timeout=TIMEOUT_S
        )
        assert sent_id(await call.initial_metadata()) == "given"
        engine.release()
        assert [response async for response in call]
        assert sent_id(await call.trailing_metadata()) == "given"
        assert await call.code() is grpc.StatusCode.OK
