"""Unary calls, by both clients, against a real server that fails by script."""

import socket
import threading
import time

import grpc
import pytest

import tarjama
from tarjama_proto.v1 import translation_pb2 as pb
from tests.client.library.conftest import Connect
from tests.client.library.drivers import Driver
from tests.client.library.scripted import (
    BROKEN,
    Script,
    ScriptedServer,
    busy,
    status,
    translated,
)

TEXT = "مرحبا بكم\nفي بغداد"


def test_a_text_is_translated_in_segments_that_tile_it(client: Driver) -> None:
    translation = client.translate(TEXT)

    spans = [segment.source_span for segment in translation.segments]
    assert translation.text == translated(TEXT)
    assert "".join(TEXT[span.start : span.end] for span in spans) == TEXT
    assert translation.model == tarjama.ModelReference("small", "checksum of <>")


def test_an_empty_text_has_an_empty_translation(client: Driver) -> None:
    translation = client.translate("")

    assert (translation.text, translation.segments) == ("", ())


def test_a_text_of_20_000_characters_is_one_call_and_a_longer_one_a_stream(
    server: ScriptedServer, client: Driver
) -> None:
    limit, more = "كلمة " * 4_000, "كلمة " * 4_000 + "\n"

    assert client.translate(limit).text == translated(limit)
    assert client.translate(more).text == translated(more)

    assert [call.config is not None for call in server.calls] == [False, True]


def test_many_texts_keep_their_order_within_the_servers_limits(
    server: ScriptedServer, client: Driver
) -> None:
    # The server takes 3 texts and 30 characters a call.
    texts = ["أ", "ب" * 40, "", "ت", "ث", "ج", "ح" * 20, "خ" * 11, *["د"] * 1_020]

    translations = client.translate_many(texts)

    assert [translation.text for translation in translations] == list(map(translated, texts))
    calls = [call.request.texts for call in server.calls if call.request is not None]
    assert max(map(len, calls)) == 3
    assert max(sum(map(len, call)) for call in calls) <= 30


def test_few_texts_are_one_call(server: ScriptedServer, client: Driver) -> None:
    assert len(client.translate_many(iter([TEXT] * 5))) == 5
    assert len(server.calls) == 1


def test_no_texts_are_no_call(server: ScriptedServer, client: Driver) -> None:
    assert client.translate_many([]) == []
    assert server.calls == []


def test_one_str_is_not_taken_for_many_texts(client: Driver) -> None:
    with pytest.raises(TypeError, match="iterable of str"):
        client.translate_many(TEXT)


def test_options_of_the_call_stand_in_for_those_of_the_client(
    server: ScriptedServer, connect: Connect
) -> None:
    client = connect(options=tarjama.TranslationOptions(model="small"))
    client.translate(TEXT)
    client.translate(
        TEXT,
        options=tarjama.TranslationOptions(
            model="large",
            priority=tarjama.Priority.BULK,
            beam_size=2,
            alternative_count=3,
            alignment=True,
            text_format=tarjama.TextFormat.TAGGED,
            glossary=(tarjama.GlossaryTerm("بغداد", "Baghdad"),),
            do_not_translate=("ACME",),
            line_handling=tarjama.LineHandling.LINES,
        ),
    )

    first, second = (call.request.options for call in server.calls)
    assert first == pb.TranslationOptions(
        model="small",
        text_format=pb.TEXT_FORMAT_PLAIN,
        line_handling=pb.LINE_HANDLING_PARAGRAPHS,
        offset_unit=pb.OFFSET_UNIT_CODE_POINTS,
    )
    assert second == pb.TranslationOptions(
        model="large",
        priority=pb.PRIORITY_BULK,
        beam_size=2,
        alternative_count=3,
        alignment=True,
        text_format=pb.TEXT_FORMAT_TAGGED,
        glossary=[pb.GlossaryTerm(source="بغداد", target="Baghdad")],
        do_not_translate=["ACME"],
        line_handling=pb.LINE_HANDLING_LINES,
        offset_unit=pb.OFFSET_UNIT_CODE_POINTS,
    )


def test_a_long_text_keeps_the_priority_that_was_asked_for(
    server: ScriptedServer, client: Driver
) -> None:
    options = tarjama.TranslationOptions(priority=tarjama.Priority.INTERACTIVE)

    client.translate("كلمة " * 5_000, options=options)

    [call] = server.calls
    assert call.config is not None
    assert call.config.options.priority == pb.PRIORITY_INTERACTIVE


@pytest.mark.parametrize(
    "options",
    [
        tarjama.TranslationOptions(beam_size=2**31),
        tarjama.TranslationOptions(glossary=(tarjama.GlossaryTerm("\ud800", "x"),)),
    ],
    ids=["number above 32 bits", "lone surrogate"],
)
def test_an_option_that_cannot_be_sent_is_invalid_input(
    client: Driver, server: ScriptedServer, options: tarjama.TranslationOptions
) -> None:
    with pytest.raises(tarjama.InvalidInput, match="option"):
        client.translate(TEXT, options=options)
    with pytest.raises(tarjama.InvalidInput, match="option"):
        client.read(TEXT, options=options)
    assert server.calls == []


@pytest.mark.parametrize("length", [10, 30_000])
def test_a_lone_surrogate_is_refused_with_its_offset_before_anything_is_sent(
    server: ScriptedServer, client: Driver, length: int
) -> None:
    text = "س" * (length - 1) + "\udc9f" + "س"

    with pytest.raises(tarjama.InvalidInput, match=f"at offset {length - 1}") as caught:
        client.translate(text)
    with pytest.raises(tarjama.InvalidInput, match=r"texts\[1\]"):
        client.translate_many(["جيد", text])

    assert caught.value.reason == "LONE_SURROGATE"
    assert caught.value.details == {"offset": str(length - 1)}
    assert caught.value.field_violations[0].field == "text"
    assert not caught.value.retryable
    assert server.calls == []


@pytest.mark.parametrize(
    "failure",
    [
        busy(),
        BROKEN,
        status("CANCELLED", "CANCELLED"),
        # What a balancer makes of a server that goes away in mid-answer.
        status("INTERNAL", "Stream removed (RST_STREAM (Received RST_STREAM with error code 2))"),
        status("UNKNOWN", "Stream removed (Data frame with END_STREAM flag received)"),
    ],
    ids=["busy", "unavailable", "stopping", "reset by nginx", "ended by HAProxy"],
)
def test_a_retryable_failure_is_retried(
    server: ScriptedServer, client: Driver, failure: grpc.Status
) -> None:
    server.scripts = [Script(fail=failure), Script(fail=failure)]

    assert client.translate(TEXT).text == translated(TEXT)
    assert len(server.calls) == 3


def test_retries_end_with_the_last_error(server: ScriptedServer, client: Driver) -> None:
    server.scripts = [Script(fail=busy())] * 9

    with pytest.raises(tarjama.ServerBusy, match="the queue is full") as caught:
        client.translate(TEXT)

    assert caught.value.retryable
    assert caught.value.retry_after_s == 0.0
    assert "7 attempts" in caught.value.__notes__[0]
    assert len(server.calls) == 7


def test_the_servers_pause_is_kept(server: ScriptedServer, client: Driver) -> None:
    server.scripts = [Script(fail=busy(retry_after_s=0.3))]

    start = time.monotonic()
    client.translate(TEXT)

    assert time.monotonic() - start >= 0.3


def test_a_pause_that_outlasts_the_deadline_is_not_begun(
    server: ScriptedServer, client: Driver
) -> None:
    server.scripts = [Script(fail=busy(retry_after_s=60))]

    with pytest.raises(tarjama.ServerBusy) as caught:
        client.translate(TEXT, timeout_s=30)

    assert caught.value.retry_after_s == 60
    assert "deadline" in caught.value.__notes__[0]
    assert len(server.calls) == 1


@pytest.mark.parametrize("reason", ["QUEUE_FULL", "DEADLINE_UNMEETABLE", "QUOTA_EXCEEDED"])
def test_a_busy_server_says_why_and_is_asked_again_within_the_deadline(
    server: ScriptedServer, client: Driver, reason: str
) -> None:
    server.scripts = [Script(fail=busy(0.1, reason=reason))]

    assert client.translate(TEXT, timeout_s=60).text == translated(TEXT)
    assert len(server.calls) == 2

    server.scripts = [Script(fail=busy(60, reason=reason))]
    with pytest.raises(tarjama.ServerBusy) as caught:
        client.translate(TEXT, timeout_s=30)

    assert caught.value.reason == reason
    assert caught.value.retry_after_s == 60
    assert len(server.calls) == 3


def test_each_attempt_gets_what_is_left_of_one_deadline(
    server: ScriptedServer, connect: Connect
) -> None:
    server.scripts = [Script(fail=busy(retry_after_s=0.5))]

    connect(timeout_s=8).translate(TEXT)

    first, second = (call.time_remaining_s for call in server.calls)
    # gRPC rounds up to hundredths of a second.
    assert first is not None and first <= 8.01
    assert second is not None and second <= 7.51


def test_a_passed_deadline_says_how_long_it_was(server: ScriptedServer, client: Driver) -> None:
    server.scripts = [Script(hold=threading.Event())] * 2

    for call in (client.translate, client.read):
        with pytest.raises(tarjama.DeadlineExceeded, match=r"0\.2 s"):
            call(TEXT, timeout_s=0.2)


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan")])
def test_a_timeout_must_be_above_zero(client: Driver, timeout_s: float) -> None:
    with pytest.raises(ValueError, match="timeout_s"):
        client.translate(TEXT, timeout_s=timeout_s)


def test_an_infinite_timeout_stands_in_for_the_clients(
    server: ScriptedServer, connect: Connect
) -> None:
    connect(timeout_s=20).translate(TEXT, timeout_s=float("inf"))

    remaining_s = server.calls[0].time_remaining_s
    assert remaining_s is None or remaining_s > 1e6


def test_the_retry_budget_is_shared_by_all_calls(server: ScriptedServer, connect: Connect) -> None:
    server.scripts = [Script(fail=BROKEN)] * 20
    client = connect(
        retry=tarjama.RetryPolicy(initial_backoff_s=0.01, budget_tokens=8, max_attempts=3)
    )

    for _ in range(4):
        with pytest.raises(tarjama.Unavailable):
            client.translate(TEXT)

    # 3 attempts leave 5 of 8 tokens, the 4th leaves no more than half: from then on, one each.
    assert len(server.calls) == 3 + 1 + 1 + 1


def test_a_server_that_is_not_there_is_unavailable(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    client = connect(address, retry=tarjama.RetryPolicy(max_attempts=1))

    with pytest.raises(tarjama.Unavailable, match=f"server at {address} cannot be reached"):
        client.translate(TEXT)
    with pytest.raises(tarjama.Unavailable):
        client.health()


def test_a_missing_translation_is_a_protocol_error(server: ScriptedServer, client: Driver) -> None:
    server.scripts = [Script(end_early=True)]

    with pytest.raises(tarjama.ProtocolError, match="2 texts with 1"):
        client.translate_many([TEXT, TEXT])


@pytest.mark.parametrize("gap", [0, 1, -1], ids=["first", "middle", "last"])
def test_a_missing_segment_is_a_protocol_error(
    server: ScriptedServer, client: Driver, gap: int
) -> None:
    server.scripts = [Script(gap=gap)]

    with pytest.raises(tarjama.ProtocolError, match="leave off at code point"):
        client.translate(TEXT)


def test_a_message_above_the_limit_is_not_retried(client: Driver) -> None:
    with pytest.raises(tarjama.LimitExceeded):
        client.translate_many(["س"], options=tarjama.TranslationOptions(model="م" * 9_000_000))


def test_the_token_is_sent_and_never_shown(server: ScriptedServer, connect: Connect) -> None:
    client = connect(token="canary-token")

    client.translate(TEXT)
    client.read(TEXT)

    assert [call.metadata["authorization"] for call in server.calls] == ["Bearer canary-token"] * 2
    assert "canary" not in repr(vars(client.client))


def test_a_closed_client_says_so(connect: Connect) -> None:
    client = connect()
    client.translate(TEXT)

    client.close_client()

    with pytest.raises(RuntimeError, match="closed"):
        client.translate(TEXT)
    with pytest.raises(RuntimeError, match="closed"):
        client.read(TEXT)
