"""A real gRPC server that translates by rule and fails by script.

Its segments are words with the white space after them, `word` translated as `<word>`. Safe
points lie after line ends, as far as the next word has come in.
"""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc

_WORD = re.compile(r"\s*\S+\s*|\s+")
_SERVICE = "tarjama.v1.TranslationService"


def status(code: str, message: str, *details: Message, reason: str = "") -> grpc.Status:
    """A status with details, as the `google.rpc` libraries make it."""
    if reason:
        info = error_details_pb2.ErrorInfo(reason=reason, domain="tarjama", metadata={"a": "b"})
        details = (info, *details)
    packed = []
    for detail in details:
        packed.append(any_pb2.Any())
        packed[-1].Pack(detail)
    made: grpc.Status = rpc_status.to_status(
        status_pb2.Status(code=code_pb2.Code.Value(code), message=message, details=packed)
    )
    return made


def busy(retry_after_s: float = 0.0, *, reason: str = "QUEUE_FULL") -> grpc.Status:
    delay = error_details_pb2.RetryInfo()
    delay.retry_delay.FromNanoseconds(int(retry_after_s * 1e9))
    return status("RESOURCE_EXHAUSTED", "the queue is full", delay, reason=reason)


BROKEN = status("UNAVAILABLE", "connection lost")


@dataclass(frozen=True)
class Script:
    """What one call does. Without a script a call just translates.

    Attributes:
        fail: The status to end with.
        after: How many segments to answer first.
        mark: Put around translations, so that another mark means another model.
        gap: Leave out the segment of this index.
        end_early: End with OK instead of `fail`.
        false_safe_point: Add this to every byte offset.
        unnamed: Name no model.
        hold: Wait for this before answering anything.
    """

    fail: grpc.Status | None = None
    after: int = 0
    mark: str = "<>"
    gap: int | None = None
    end_early: bool = False
    false_safe_point: int = 0
    unnamed: bool = False
    hold: threading.Event | None = None


@dataclass
class Call:
    """What a call received."""

    metadata: dict[str, Any]
    time_remaining_s: float | None
    request: Any = None
    config: pb.StreamConfig | None = None
    chunks: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


@dataclass
class _Machine:
    """Cuts a document into segments as it comes in."""

    script: Script
    safe_point: pb.SafePoint
    pending: bytes = b""

    def feed(self, chunk: bytes, *, is_end: bool = False) -> Iterator[pb.Segment]:
        self.pending += chunk
        text = self.pending.decode(errors="ignore")
        words = _WORD.findall(text)
        for word in words if is_end else words[:-1]:
            self.pending = self.pending[len(word.encode()) :]
            yield self.segment(word)

    def segment(self, word: str) -> pb.Segment:
        place = self.safe_point
        segment = pb.Segment(
            source_span=pb.Span(start=place.source_offset, end=place.source_offset + len(word)),
            sentence_index=place.sentence_index,
            translation=translated(word, self.script.mark),
            score=-0.5,
        )
        place.byte_offset += len(word.encode())
        place.source_offset += len(word)
        place.sentence_index += 1
        place.segment_count += 1
        return segment


def translated(text: str, mark: str = "<>") -> str:
    """What the server makes of a text."""
    return re.sub(r"\S+", lambda match: mark[0] + match[0] + mark[1], text)


class ScriptedServer(pb_grpc.TranslationServiceServicer):
    """Starts on port 0. `scripts` are used up one by one, by calls of all kinds."""

    def __init__(self, credentials: grpc.ServerCredentials | None = None) -> None:
        self.scripts: list[Script] = []
        self.calls: list[Call] = []
        self._begun: list[Script] = []
        self._came = threading.Condition()
        self.models = [model("small", is_default=True), model("large")]
        self.page_size = 1
        self.health = health.HealthServicer()
        self._pool = ThreadPoolExecutor(16)
        self._server = grpc.server(self._pool, options=[("grpc.so_reuseport", 0)])
        pb_grpc.add_TranslationServiceServicer_to_server(self, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        if credentials is None:
            self.port = self._server.add_insecure_port("127.0.0.1:0")
        else:
            self.port = self._server.add_secure_port("127.0.0.1:0", credentials)
        self.address = f"127.0.0.1:{self.port}"
        self._server.start()

    def wait_for_calls(self, count: int) -> None:
        with self._came:
            assert self._came.wait_for(lambda: len(self.calls) >= count, timeout=30)

    def stop(self) -> None:
        for script in self._begun:
            if script.hold is not None:
                script.hold.set()
        self._server.stop(None).wait(10)
        self._pool.shutdown()

    def serve(self, *, serving: bool) -> None:
        statuses = health_pb2.HealthCheckResponse
        self.health.set("", statuses.SERVING if serving else statuses.NOT_SERVING)

    def _begin(self, context: grpc.ServicerContext) -> tuple[Script, Call]:
        call = Call(
            metadata=dict(context.invocation_metadata()),
            time_remaining_s=context.time_remaining(),
        )
        script = self.scripts.pop(0) if self.scripts else Script()
        with self._came:
            self._begun.append(script)
            self.calls.append(call)
            self._came.notify_all()
        if not context.add_callback(call.ended.set):
            call.ended.set()
        return script, call

    def TranslateText(
        self, request: pb.TranslateTextRequest, context: grpc.ServicerContext
    ) -> pb.TranslateTextResponse:
        script, call = self._begin(context)
        call.request = request
        if script.hold is not None:
            script.hold.wait(30)
        if script.fail is not None:
            context.abort_with_status(script.fail)
        response = pb.TranslateTextResponse(model=reference(script))
        for text in request.texts:
            segments = list(_Machine(script, pb.SafePoint()).feed(text.encode(), is_end=True))
            if script.gap is not None:
                del segments[script.gap]
            response.translations.add(translation=translated(text), segments=segments)
        if script.end_early:
            del response.translations[-1]
        return response

    def StreamingTranslateText(
        self,
        requests: Iterator[pb.StreamingTranslateTextRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[pb.StreamingTranslateTextResponse]:
        script, call = self._begin(context)
        call.config = next(requests).config
        if script.hold is not None:
            script.hold.wait(30)
        machine = _Machine(script, pb.SafePoint())
        machine.safe_point.CopyFrom(call.config.resume_from)
        first = pb.StreamingTranslateTextResponse(safe_point=machine.safe_point)
        if not script.unnamed:
            first.model.CopyFrom(reference(script))
        yield first
        for count, answer in enumerate(self._answers(requests, machine, call)):
            if script.end_early and count == script.after:
                return
            if script.fail is not None and count == script.after:
                break
            if count != script.gap:
                yield answer
        if script.fail is not None:
            context.abort_with_status(script.fail)

    def _answers(
        self, requests: Iterator[pb.StreamingTranslateTextRequest], machine: _Machine, call: Call
    ) -> Iterator[pb.StreamingTranslateTextResponse]:
        received = machine.safe_point.byte_offset
        for request in requests:
            call.chunks.append(request.chunk)
            received += len(request.chunk)
            for segment in machine.feed(request.chunk):
                yield _answer(segment, machine, received, is_safe="\n" in segment.translation)
        for segment in machine.feed(b"", is_end=True):
            yield _answer(segment, machine, received, is_safe=not machine.pending)

    def ListModels(
        self, request: pb.ListModelsRequest, context: grpc.ServicerContext
    ) -> pb.ListModelsResponse:
        start = int(request.page_token or 0)
        end = start + self.page_size
        return pb.ListModelsResponse(
            models=self.models[start:end],
            next_page_token=str(end) if end < len(self.models) else "",
        )

    def GetModel(
        self, request: pb.GetModelRequest, context: grpc.ServicerContext
    ) -> pb.GetModelResponse:
        script, _ = self._begin(context)
        if script.fail is not None:
            context.abort_with_status(script.fail)
        for known in self.models:
            if known.name == request.name or (known.is_default and not request.name):
                return pb.GetModelResponse(model=known)
        context.abort_with_status(
            status("NOT_FOUND", f"no model {request.name!r}", reason="MODEL_NOT_FOUND")
        )


def _answer(
    segment: pb.Segment, machine: _Machine, received: int, *, is_safe: bool
) -> pb.StreamingTranslateTextResponse:
    answer = pb.StreamingTranslateTextResponse(
        segments=[segment],
        progress=pb.StreamProgress(
            received_bytes=received,
            found_segment_count=machine.safe_point.segment_count,
            answered_segment_count=machine.safe_point.segment_count,
        ),
    )
    if is_safe:
        answer.safe_point.CopyFrom(machine.safe_point)
        answer.safe_point.byte_offset += machine.script.false_safe_point
    return answer


def reference(script: Script) -> pb.ModelReference:
    return pb.ModelReference(name="small", checksum=f"checksum of {script.mark}")


def model(name: str, *, is_default: bool = False) -> pb.Model:
    return pb.Model(
        name=name,
        version="1",
        license="CC-BY-4.0",
        source_languages=["ar"],
        target_languages=["en"],
        checksum="00",
        limits=pb.ModelLimits(
            max_source_tokens=512,
            max_target_tokens=512,
            max_call_texts=3,
            max_call_characters=30,
            max_beam_size=8,
            max_alternative_count=4,
            look_ahead_characters=8192,
        ),
        decoding_defaults=pb.DecodingDefaults(beam_size=6, length_penalty=1.0),
        alignment=pb.ALIGNMENT_SUPPORT_TRAINED,
        calibrated=True,
        is_default=is_default,
    )
