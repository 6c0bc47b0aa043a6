"""What the package exports, and what it must not bring along."""

import dataclasses
import inspect
import subprocess
import sys
from enum import Enum

import pytest

import tarjama
from tarjama import errors, options, results
from tarjama._transport import messages
from tarjama_proto.v1 import translation_pb2 as pb


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_all_is_sorted_and_complete() -> None:
    public = {
        name
        for name, value in vars(tarjama).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    # Constants first, as ruff sorts it.
    assert tarjama.__all__ == sorted(public, key=lambda name: (not name.isupper(), name))
    for module in (errors, options, results):
        assert set(module.__all__) <= public


def test_importing_it_brings_neither_the_command_line_nor_google_rpc() -> None:
    done = run(
        "import sys, tarjama\n"
        "unwanted = {'click', 'rich', 'google.rpc', 'grpc_health.v1', 'tarjama_server'}\n"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    "imports",
    [
        "tarjama, google.rpc.status_pb2, google.rpc.error_details_pb2, grpc_health.v1.health_pb2",
        "google.rpc.status_pb2, google.rpc.error_details_pb2, grpc_health.v1.health_pb2, tarjama",
    ],
    ids=["before", "after"],
)
def test_it_lives_beside_googles_libraries(imports: str) -> None:
    done = run(f"import {imports}\nprint(tarjama.Client.__name__)")
    assert (done.stdout, done.stderr) == ("Client\n", "")


def test_every_flag_and_enum_of_the_contract_has_its_name() -> None:
    pairs: list[tuple[list[str], type[Enum], str]] = [
        (pb.SegmentFlag.keys(), tarjama.SegmentFlag, "SEGMENT_FLAG_"),
        (pb.Priority.keys(), tarjama.Priority, "PRIORITY_"),
        (pb.TextFormat.keys(), tarjama.TextFormat, "TEXT_FORMAT_"),
        (pb.LineHandling.keys(), tarjama.LineHandling, "LINE_HANDLING_"),
    ]
    for names, ours, prefix in pairs:
        assert {name.removeprefix(prefix) for name in names} - {"UNSPECIFIED"} == {
            member.name for member in ours
        }


@pytest.mark.parametrize(
    ("message", "ours"),
    [
        (pb.Segment, tarjama.Segment),
        (pb.Model, tarjama.Model),
        (pb.ModelLimits, tarjama.ModelLimits),
        (pb.DecodingDefaults, tarjama.DecodingDefaults),
        (pb.ModelReference, tarjama.ModelReference),
        (pb.TranslationOptions, tarjama.TranslationOptions),
        (pb.StreamProgress, tarjama.StreamProgress),
    ],
)
def test_no_field_of_the_contract_is_left_out(message: type, ours: type) -> None:
    fields = set(message.DESCRIPTOR.fields_by_name)  # type: ignore[attr-defined]
    # Offsets are code points in Python.
    assert fields - {"offset_unit"} <= {field.name for field in dataclasses.fields(ours)}


DATACLASSES = [
    value for name in tarjama.__all__ if dataclasses.is_dataclass(value := getattr(tarjama, name))
]


@pytest.mark.parametrize("kind", DATACLASSES)
def test_dataclasses_are_frozen_and_slotted(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(kind)


SEGMENT = pb.Segment(
    source_span=pb.Span(start=2, end=9),
    sentence_index=4,
    translation="In Baghdad. ",
    score=0.0,
    alternatives=[pb.Alternative(translation="At Baghdad. ", score=-1.5)],
    alignment=[pb.AlignmentLink(source=pb.Span(start=2, end=4), target=pb.Span(start=0, end=2))],
    flags=[pb.SEGMENT_FLAG_SPLIT, pb.SEGMENT_FLAG_CHECK_NUMBERS, 999],  # type: ignore[list-item]
    glossary_applications=[
        pb.GlossaryApplication(
            term=pb.GlossaryTerm(source="بغداد", target="Baghdad"),
            source=pb.Span(start=4, end=9),
            target=pb.Span(start=3, end=10),
        ),
        pb.GlossaryApplication(
            term=pb.GlossaryTerm(source="في", target="within"),
            source=pb.Span(start=2, end=4),
        ),
    ],
)


def test_a_whole_segment_is_converted() -> None:
    response = pb.StreamingTranslateTextResponse(segments=[SEGMENT, pb.Segment()])

    whole, bare = messages.stream_answer(response).segments

    assert whole == tarjama.Segment(
        source_span=tarjama.Span(2, 9),
        sentence_index=4,
        translation="In Baghdad. ",
        score=0.0,
        alternatives=(tarjama.Alternative("At Baghdad. ", -1.5),),
        alignment=(tarjama.AlignmentLink(tarjama.Span(2, 4), tarjama.Span(0, 2)),),
        flags=frozenset({tarjama.SegmentFlag.SPLIT, tarjama.SegmentFlag.CHECK_NUMBERS}),
        unknown_flags=frozenset({999}),
        glossary_applications=(
            tarjama.GlossaryApplication(
                tarjama.GlossaryTerm("بغداد", "Baghdad"), tarjama.Span(4, 9), tarjama.Span(3, 10)
            ),
            tarjama.GlossaryApplication(
                tarjama.GlossaryTerm("في", "within"), tarjama.Span(2, 4), None
            ),
        ),
    )
    assert bare.score is None
