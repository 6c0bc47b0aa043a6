"""Calls that no one means to make: hypothesis strategies for the bytes of every method."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from google.protobuf.message import Message
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from hypothesis import strategies as st

from tarjama_proto.v1 import translation_pb2 as pb
from tests.server.process.test_privacy import ARABIC, CANARY, LATIN

SERVICE = "/tarjama.v1.TranslationService"
HEALTH_CHECK = "/grpc.health.v1.Health/Check"
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as bytes.

    Attributes:
        method: its path.
        messages: the requests, serialized or not even that.
        is_stream: whether the method takes a stream of requests.
    """

    method: str
    messages: tuple[bytes, ...]
    is_stream: bool


_T = TypeVar("_T")


@st.composite
def _mostly(
    draw: st.DrawFn, usual: st.SearchStrategy[_T], rare: st.SearchStrategy[_T], *, one_in: int = 4
) -> _T:
    """`usual`, but for one time in `one_in`. `one_of` has no weights, and drops doubles."""
    return draw(rare if draw(st.integers(1, one_in)) == 2 else usual)


# Arabic with marks, tatweel and digits; bidi controls, joiners, a byte order mark; what other
# scripts, symbols and line ends there are; and U+0000, which is refused.
_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءؤئآأإپچژگکیﷲﻻ"
_MARKS = "ًٌٍَُِّْٰـ،؛؟٪٫٬۔«»٠١٢٣٩۴"
_CONTROLS = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202e\u2066\u2069\ufeff\u061c\u00ad"
_OTHERS = (
    "aZ09.,:;!?-_@#/\\<>{}&'\" \t\n\r\u2028\u2029\u0085\x0b\x0c\x1fß中한😀👨\ufe0f\U0010ffff\ufffd"
)
_WORDS = st.sampled_from(
    [
        *("قال", "الوزير", "في", "بغداد", "د.", "و" * 40, ARABIC, LATIN, CANARY, " ", "\n\n", "%s"),
        *("http://a.b/c?d=%20", "user@example.org", "3.14", "&amp;", "<b>", "{0}"),
    ]
)
_CHARACTERS = _mostly(
    st.sampled_from(_LETTERS + _MARKS + _CONTROLS + _OTHERS), st.characters(codec="utf-8")
)
_TEXTS = st.lists(_mostly(_WORDS, st.text(_CHARACTERS, max_size=12), one_in=2), max_size=6).map(
    " ".join
)
_WRONG_BYTES = st.sampled_from(
    [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xd8", b"\x80"]
)
_WRONG_TEXT_BYTES = st.one_of(
    st.tuples(_TEXTS.map(str.encode), _WRONG_BYTES, _TEXTS.map(str.encode)).map(b"".join),
    st.binary(max_size=24),
)
_TEXT_BYTES = _mostly(_TEXTS.map(str.encode), _WRONG_TEXT_BYTES, one_in=8)
_INT32 = st.one_of(
    st.integers(-2, 12), st.integers(-(1 << 31), (1 << 31) - 1), st.just((1 << 31) - 1)
)
_INT64 = st.one_of(st.integers(-2, 300), st.integers(-(1 << 63), (1 << 63) - 1))
_ENUM = st.one_of(st.integers(0, 4), _INT32)
_NAMES = st.one_of(st.just(""), st.just("ar-en-small"), _TEXTS)

_WILD_OPTIONS = st.one_of(
    st.builds(
        pb.TranslationOptions,
        model=st.one_of(st.just(""), _NAMES),
        priority=_ENUM,
        beam_size=_INT32,
        alternative_count=st.one_of(st.just(0), _INT32),
        alignment=st.booleans(),
        text_format=_ENUM,
        glossary=st.lists(st.builds(pb.GlossaryTerm, source=_TEXTS, target=_TEXTS), max_size=2),
        do_not_translate=st.lists(_TEXTS, max_size=2),
        line_handling=_ENUM,
        offset_unit=_ENUM,
    ),
    # One wild field at a time gets further than all of them together.
    st.builds(pb.TranslationOptions, beam_size=_INT32),
    st.builds(pb.TranslationOptions, alternative_count=_INT32, beam_size=st.integers(0, 5)),
    st.builds(pb.TranslationOptions, offset_unit=_ENUM, line_handling=_ENUM, priority=_ENUM),
)
_OPTIONS = _mostly(
    st.sampled_from([pb.TranslationOptions(), pb.TranslationOptions(beam_size=1)]), _WILD_OPTIONS
)
_SAFE_POINTS = st.builds(
    pb.SafePoint,
    byte_offset=_INT64,
    source_offset=_INT64,
    sentence_index=_INT64,
    segment_count=_INT64,
)


def _field(number: int, data: bytes) -> bytes:
    """A length-delimited field, whatever its bytes: protobuf's own classes take only UTF-8."""
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])


@st.composite
def _mutated(draw: st.DrawFn, valid: st.SearchStrategy[bytes]) -> bytes:
    """A message with some of its bytes changed, lost, added or doubled."""
    data = bytearray(draw(valid))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 8)))
        kind = draw(st.sampled_from(["change", "lose", "add", "double", "cut"]))
        if kind == "change":
            data[start:end] = draw(st.binary(min_size=end - start, max_size=end - start))
        elif kind == "lose":
            del data[start:end]
        elif kind == "add":
            data[start:start] = draw(st.binary(min_size=1, max_size=8))
        elif kind == "double":
            data[start:start] = data[start:end]
        else:
            del data[start:]
    return bytes(data)


def _wild(valid: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """A valid message most of the time, else a mutated one or mere bytes."""
    return _mostly(valid, st.one_of(_mutated(valid), st.binary(max_size=64)), one_in=3)


def _serialized(messages: st.SearchStrategy[Message]) -> st.SearchStrategy[bytes]:
    return messages.map(lambda message: message.SerializeToString())


_SOME_TEXTS = st.lists(_TEXT_BYTES, min_size=1, max_size=3)


@st.composite
def _text_request(draw: st.DrawFn) -> bytes:
    texts = draw(_mostly(_SOME_TEXTS, st.lists(_TEXT_BYTES, max_size=3)))
    options = draw(_OPTIONS).SerializeToString()
    return b"".join(_field(1, text) for text in texts) + _field(2, options)


def _config(options: pb.TranslationOptions, point: pb.SafePoint | None) -> bytes:
    config = pb.StreamConfig(options=options, resume_from=point)
    return pb.StreamingTranslateTextRequest(config=config).SerializeToString()


def _chunk(data: bytes) -> bytes:
    return pb.StreamingTranslateTextRequest(chunk=data).SerializeToString()


@st.composite
def _stream_requests(draw: st.DrawFn) -> tuple[bytes, ...]:
    """A document in chunks that end anywhere, and sometimes in any order with anything else."""
    document = draw(_TEXT_BYTES)
    cuts = sorted(draw(st.lists(st.integers(0, len(document)), max_size=4)))
    edges = [0, *cuts, len(document)]
    chunks = [_chunk(document[start:end]) for start, end in pairwise(edges)]
    config = _config(draw(_OPTIONS), draw(_mostly(st.none(), _SAFE_POINTS)))
    messages = [config, *chunks]
    if draw(st.integers(1, 4)) == 2:
        messages += draw(st.lists(_wild(st.sampled_from(messages)), max_size=2))
        messages = draw(st.permutations(messages))
    return tuple(messages)


def _unary(method: str, valid: st.SearchStrategy[bytes]) -> st.SearchStrategy[Call]:
    return _wild(valid).map(lambda data: Call(method, (data,), is_stream=False))


_TRANSLATING = st.one_of(
    _unary(f"{SERVICE}/TranslateText", _text_request()),
    _stream_requests().map(
        lambda messages: Call(f"{SERVICE}/StreamingTranslateText", messages, is_stream=True)
    ),
)
_OTHER = st.one_of(
    _unary(
        f"{SERVICE}/ListModels",
        _serialized(st.builds(pb.ListModelsRequest, page_size=_INT32, page_token=_NAMES)),
    ),
    _unary(f"{SERVICE}/GetModel", _serialized(st.builds(pb.GetModelRequest, name=_NAMES))),
    _unary(f"{SERVICE}/NoSuchMethod", st.binary(max_size=8)),
    _unary(HEALTH_CHECK, _serialized(st.builds(health_pb2.HealthCheckRequest, service=_NAMES))),
    st.lists(
        _wild(
            _serialized(
                st.builds(reflection_pb2.ServerReflectionRequest, file_containing_symbol=_NAMES)
            )
        ),
        max_size=3,
    ).map(lambda messages: Call(REFLECTION, tuple(messages), is_stream=True)),
)
CALLS: st.SearchStrategy[Call] = _mostly(_TRANSLATING, _OTHER)
"""Calls of every method, most of them of the two that translate."""
