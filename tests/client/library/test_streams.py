"""Streams, by both clients, against a real server that breaks them by script."""

import io
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tarjama
from tarjama._source import Source
from tests.client.library.conftest import Connect
from tests.client.library.drivers import Driver, Stream
from tests.client.library.scripted import BROKEN, Script, ScriptedServer, busy, translated

# 9 words; safe points after each of the line ends.
DOCUMENT = "واحد اثنان ثلاثة\nأربعة خمسة\n\nستة 😀 سبعة\nثمانية"
WINDOW_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024


def pieces(text: str, size: int) -> list[bytes]:
    """UTF-8 cut every `size` bytes, so inside letters as well."""
    document = text.encode()
    return [document[start : start + size] for start in range(0, len(document), size)]


@pytest.mark.parametrize(
    ("source", "document"),
    [
        (DOCUMENT, DOCUMENT),
        (DOCUMENT.encode(), DOCUMENT),
        (list(DOCUMENT), DOCUMENT),
        (pieces(DOCUMENT, 3), DOCUMENT),
        (["واحد ", b"", "", bytearray(b"\xd8"), memoryview(b"\xa7"), "ثنان"], "واحد اثنان"),
        ([], ""),
        ("", ""),
    ],
    ids=["str", "bytes", "letters", "broken letters", "mixture", "nothing", "empty"],
)
def test_text_in_any_form_is_translated(client: Driver, source: Source, document: str) -> None:
    assert client.read(source).text == translated(document)


def test_files_in_any_form_are_translated(client: Driver, tmp_path: Path) -> None:
    path = tmp_path / "كتاب.txt"
    path.write_bytes(DOCUMENT.encode())

    assert client.read(path).text == translated(DOCUMENT)
    with path.open("rb") as buffered, path.open("rb", buffering=0) as raw:
        assert client.read(buffered).text == translated(DOCUMENT)
        assert client.read(raw).text == translated(DOCUMENT)
        assert not buffered.closed
    with path.open(encoding="utf-8") as text:
        assert client.read(text).text == translated(DOCUMENT)
    assert client.read(io.BytesIO(DOCUMENT.encode())).text == translated(DOCUMENT)
    assert client.read(io.StringIO(DOCUMENT)).text == translated(DOCUMENT)


def test_segments_come_while_the_source_goes_on(server: ScriptedServer, client: Driver) -> None:
    first_came = threading.Event()

    def source() -> Iterator[str]:
        yield "واحد\nاثنان\n"
        assert first_came.wait(30)
        yield "ثلاثة"

    translations: list[str] = []

    def on_segment(stream: Stream, segment: tarjama.Segment) -> None:
        translations.append(segment.translation)
        first_came.set()

    client.take(source(), on_segment)

    assert "".join(translations) == translated("واحد\nاثنان\nثلاثة")


@pytest.mark.parametrize("after", range(10))
def test_a_stream_that_breaks_goes_on_where_it_was(
    server: ScriptedServer, client: Driver, after: int
) -> None:
    undisturbed = client.read(DOCUMENT)
    server.calls.clear()
    server.scripts = [Script(fail=BROKEN, after=after)]

    translation = client.read(pieces(DOCUMENT, 5))

    assert translation == undisturbed
    first, second = server.calls
    assert first.config is not None and not first.config.HasField("resume_from")
    assert second.config is not None
    resumed_at = second.config.resume_from
    assert b"".join(second.chunks) == DOCUMENT.encode()[resumed_at.byte_offset :]
    assert (
        DOCUMENT.encode()[: resumed_at.byte_offset].decode()
        == (DOCUMENT[: resumed_at.source_offset])
    )


@given(
    st.lists(st.integers(1, 60), max_size=8),
    st.lists(st.integers(0, 9), max_size=4),
)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_breaks_and_no_chunking_change_the_translation(
    server: ScriptedServer, connect: Connect, cuts: list[int], breaks: list[int]
) -> None:
    client = connect()
    document = DOCUMENT.encode()
    places = [0, *sorted(min(cut, len(document)) for cut in cuts), len(document)]
    chunks = [document[start:end] for start, end in pairwise(places)]
    server.scripts = [Script(fail=BROKEN, after=after) for after in breaks]

    translation = client.read(chunks)

    server.scripts.clear()
    assert translation == client.read(DOCUMENT)


def test_a_busy_server_is_asked_again(server: ScriptedServer, client: Driver) -> None:
    server.scripts = [Script(fail=busy())] * 3

    assert client.read(DOCUMENT).text == translated(DOCUMENT)


def test_attempts_count_anew_after_each_safe_point(
    server: ScriptedServer, connect: Connect
) -> None:
    lines = "سطر\n" * 8
    server.scripts = [Script(fail=BROKEN, after=1)] * 8
    client = connect(retry=tarjama.RetryPolicy(max_attempts=2, initial_backoff_s=0.01))

    assert client.read(lines).text == translated(lines)
    assert len(server.calls) == 9


def test_attempts_without_a_safe_point_come_to_an_end(
    server: ScriptedServer, client: Driver
) -> None:
    server.scripts = [Script(fail=BROKEN, after=2)] * 9
    taken: list[tarjama.Segment] = []

    with pytest.raises(tarjama.Unavailable):
        client.take(DOCUMENT, lambda _, segment: taken.append(segment))

    assert len(server.calls) == 7
    assert len(taken) == 2, "what came again after a break was not delivered again"


def test_one_deadline_holds_for_all_attempts_of_a_stream(
    server: ScriptedServer, client: Driver
) -> None:
    server.scripts = [
        Script(fail=busy(retry_after_s=0.3)),
        Script(hold=threading.Event()),
    ]

    with pytest.raises(tarjama.DeadlineExceeded, match=r"1\.5 s"):
        client.read(DOCUMENT, timeout_s=1.5)

    remaining_s = server.calls[1].time_remaining_s
    assert remaining_s is not None and remaining_s <= 1.21


def test_a_break_while_the_source_is_waited_for_loses_nothing(
    server: ScriptedServer, client: Driver
) -> None:
    gate = threading.Event()
    server.scripts = [Script(fail=BROKEN, after=1), Script()]

    def source() -> Iterator[str]:
        yield "واحد\nاثنان ثلاثة "
        assert gate.wait(30)
        yield "أربعة\nخمسة"

    def on_segment(stream: Stream, segment: tarjama.Segment) -> None:
        taken.append(segment.translation)
        if len(server.calls) == 2:
            gate.set()  # the second attempt is under way, the source still held by the first

    taken: list[str] = []
    client.take(source(), on_segment)

    assert "".join(taken) == translated("واحد\nاثنان ثلاثة أربعة\nخمسة")


def test_another_model_after_a_break_is_an_error_when_delivered_segments_change(
    server: ScriptedServer, client: Driver
) -> None:
    server.scripts = [Script(fail=BROKEN, after=2), Script(mark="[]")]

    with pytest.raises(tarjama.ModelChanged, match="Code points 0 to 5") as caught:
        client.read(DOCUMENT)
    assert not caught.value.retryable


def test_another_model_from_a_safe_point_on_is_reported(
    server: ScriptedServer, client: Driver
) -> None:
    lines = "واحد\nاثنان\n"
    server.scripts = [Script(fail=BROKEN, after=1), Script(mark="[]")]
    models: list[tarjama.ModelReference | None] = []

    stream = client.take(lines, lambda stream, _: models.append(stream.model))

    assert models == [
        tarjama.ModelReference("small", "checksum of <>"),
        tarjama.ModelReference("small", "checksum of []"),
    ]
    assert stream.model == models[1]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (Script(gap=1), "next segment must begin"),
        (Script(false_safe_point=1), "false safe point"),
        (Script(false_safe_point=-1000), "false safe point"),
        (Script(false_safe_point=1000), "false safe point"),
        (Script(end_early=True, after=0), "ended the stream after 0 of"),
        (Script(end_early=True, after=4), "ended the stream after"),
        (Script(unnamed=True), "which model"),
    ],
)
def test_a_server_that_breaks_the_contract_is_found_out(
    server: ScriptedServer, client: Driver, script: Script, message: str
) -> None:
    server.scripts = [script]

    with pytest.raises(tarjama.ProtocolError, match=message):
        client.read(DOCUMENT)
    assert len(server.calls) == 1


def test_what_the_source_raises_reaches_the_caller_and_ends_the_call(
    server: ScriptedServer, client: Driver
) -> None:
    def source() -> Iterator[str]:
        yield "واحد\nاثنان\n"
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        client.read(source())
    if server.calls:
        assert server.calls[0].ended.wait(30)


def test_an_error_of_the_source_is_not_retried_even_if_it_is_one_of_ours(
    server: ScriptedServer, client: Driver
) -> None:
    def source() -> Iterator[str]:
        yield "واحد\n"
        raise tarjama.Unavailable("another server, which the text comes from")

    with pytest.raises(tarjama.Unavailable, match="another server"):
        client.read(source())
    assert len(server.calls) <= 1


def test_a_file_that_is_not_there_is_the_callers_error(client: Driver, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        client.read(tmp_path / "none.txt")


@pytest.mark.parametrize("source", [[1], [None], 7, [["a"]]])
def test_a_source_that_is_no_text_is_a_type_error(client: Driver, source: Source) -> None:
    with pytest.raises(TypeError):
        client.read(source)


def test_a_lone_surrogate_in_a_chunk_is_refused_with_its_offset(client: Driver) -> None:
    with pytest.raises(tarjama.InvalidInput, match="chunk 1 has a lone surrogate at offset 3"):
        client.read(["جيد ", "سيئ\ud83d"])


def test_leaving_early_ends_the_call(server: ScriptedServer, client: Driver) -> None:
    endless = ("كلمة\n" for _ in iter(int, 1))

    assert client.take_first(endless).translation == translated("كلمة\n")

    assert server.calls[0].ended.wait(30)


def test_progress_goes_forward_only_and_ends_at_the_end(
    server: ScriptedServer, client: Driver
) -> None:
    server.scripts = [Script(fail=BROKEN, after=6), Script(fail=BROKEN, after=2)]
    seen: list[tarjama.StreamProgress] = []

    stream = client.take(DOCUMENT, lambda stream, _: seen.append(stream.progress))

    end = len(DOCUMENT.encode())
    assert stream.progress == tarjama.StreamProgress(end, 9, 9, end)
    for field in ("received_bytes", "answered_segment_count", "acknowledged_bytes"):
        values = [getattr(progress, field) for progress in seen]
        assert values == sorted(values)


def test_the_source_is_read_no_further_than_the_window(client: Driver) -> None:
    line = ("س" * 2_000 + "\n").encode()
    read_bytes = 0
    streams: list[Stream] = []
    ahead: list[int] = []

    def source() -> Iterator[bytes]:
        nonlocal read_bytes
        for _ in range(1_000):
            ahead.append(read_bytes - (streams[0].progress.acknowledged_bytes if streams else 0))
            read_bytes += len(line)
            yield line

    client.take(source(), lambda stream, _: streams.append(stream))

    assert read_bytes > 3 * WINDOW_BYTES
    assert max(ahead) < WINDOW_BYTES + CHUNK_BYTES
