"""A server that answers as the contract says, one segment a line, without a model."""

import re
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import HealthServicer

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc

_MODEL = pb.Model(
    name="scripted",
    version="1",
    license="Apache-2.0",
    source_languages=["ar"],
    target_languages=["en"],
    checksum="0" * 64,
    limits=pb.ModelLimits(max_call_texts=1024, max_call_characters=1_000_000),
    decoding_defaults=pb.DecodingDefaults(beam_size=4, length_penalty=1.0),
    alignment=pb.ALIGNMENT_SUPPORT_NONE,
    is_default=True,
)


_TAG_OR_TEXT = re.compile("<[^>]*>|[^<]+")
_LETTERS = re.compile(r"[\u0600-\u06ff]+")


def translated(text: str) -> str:
    """What the scripted server makes of a text: its line ends are kept, and it is English."""
    lines = text.split("\n")
    lines = [line + "\n" for line in lines[:-1]] + lines[-1:] * bool(lines[-1])
    return "".join(_translation(line, number) for number, line in enumerate(lines))


def _translation(line: str, number: int) -> str:
    ending = line[len(line.rstrip("\r\n")) :]
    return f"Sentence {number}.{ending}"


@dataclass(slots=True)
class Script(pb_grpc.TranslationServiceServicer):
    """Answers, and remembers what was asked.

    A line with a word after @ is a stage direction: @hold waits for `released`, @flag sets
    flags, @fail and @unavailable abort.

    Attributes:
        texts: The texts of calls that are not streams, once they are answered.
        streamed_lines: The lines that streams answered.
        takes_tags: Whether tagged text is translated.
        checksum: The model's.
    """

    address: str = ""
    token: str | None = None
    health: HealthServicer = field(default_factory=HealthServicer)
    released: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)
    options: list[pb.TranslationOptions] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    streamed_lines: list[str] = field(default_factory=list)
    counting: threading.Lock = field(default_factory=threading.Lock)
    takes_tags: bool = True
    checksum: str = _MODEL.checksum

    def StreamingTranslateText(
        self,
        request_iterator: Iterator[pb.StreamingTranslateTextRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[pb.StreamingTranslateTextResponse]:
        self._authenticate(context)
        self.options.append(next(request_iterator).config.options)
        yield pb.StreamingTranslateTextResponse(
            model=pb.ModelReference(name=_MODEL.name, checksum=_MODEL.checksum),
            safe_point=pb.SafePoint(),
            progress=pb.StreamProgress(),
        )
        at, undecided, decoder = pb.SafePoint(), "", getincrementaldecoder("utf-8")()
        for request in request_iterator:
            *lines, undecided = (undecided + decoder.decode(request.chunk)).split("\n")
            for line in lines:
                yield self._answer(line + "\n", at, context)
        if undecided:
            yield self._answer(undecided, at, context)

    def TranslateText(
        self, request: pb.TranslateTextRequest, context: grpc.ServicerContext
    ) -> pb.TranslateTextResponse:
        self._authenticate(context)
        self.options.append(request.options)
        tagged = request.options.text_format == pb.TEXT_FORMAT_TAGGED
        if tagged and not self.takes_tags:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "text_format: this server is older")
        answered = [self._answered(text, context) for text in request.texts]
        with self.counting:
            self.texts.extend(request.texts)
        return pb.TranslateTextResponse(
            translations=answered,
            model=pb.ModelReference(name=_MODEL.name, checksum=self.checksum),
        )

    def GetModel(
        self, request: pb.GetModelRequest, context: grpc.ServicerContext
    ) -> pb.GetModelResponse:
        self._authenticate(context)
        model = pb.Model()
        model.CopyFrom(_MODEL)
        model.checksum = self.checksum
        return pb.GetModelResponse(model=model)

    def ListModels(
        self, request: pb.ListModelsRequest, context: grpc.ServicerContext
    ) -> pb.ListModelsResponse:
        self._authenticate(context)
        return pb.ListModelsResponse(models=[_MODEL])

    def _answered(self, text: str, context: grpc.ServicerContext) -> pb.TranslatedText:
        """Translates a tagged text: its tags stay in order, and its letters become English."""
        self._direct(text, context)
        translation = _TAG_OR_TEXT.sub(
            lambda match: match[0] if match[0].startswith("<") else _LETTERS.sub("word", match[0]),
            text,
        )
        segment = pb.Segment(
            source_span=pb.Span(start=0, end=len(text)), translation=translation, score=-0.25
        )
        if "@flag" in text:
            segment.flags.extend([pb.SEGMENT_FLAG_SPLIT, pb.SEGMENT_FLAG_CHECK_NUMBERS])
        return pb.TranslatedText(translation=translation, segments=[segment])

    def _direct(self, text: str, context: grpc.ServicerContext) -> None:
        """Follows the stage directions in a text."""
        if "@fail" in text:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the script says so")
        if "@unauthenticated" in text:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "the script says so")
        if "@hold" in text:
            self.held.set()
            assert self.released.wait(60)

    def _answer(
        self, line: str, at: pb.SafePoint, context: grpc.ServicerContext
    ) -> pb.StreamingTranslateTextResponse:
        self._direct(line, context)
        with self.counting:
            self.streamed_lines.append(line)
        segment = pb.Segment(
            source_span=pb.Span(start=at.source_offset, end=at.source_offset + len(line)),
            sentence_index=at.sentence_index,
            translation=_translation(line, at.segment_count),
            score=-0.25,
            alternatives=[pb.Alternative(translation="Another.", score=-0.5)],
        )
        if "@flag" in line:
            segment.flags.extend([pb.SEGMENT_FLAG_SPLIT, pb.SEGMENT_FLAG_CHECK_NUMBERS])
        if "@term" in line:
            place = pb.Span(start=at.source_offset, end=at.source_offset + 6)
            segment.alignment.add(source=place, target=pb.Span(start=0, end=8))
            term = pb.GlossaryTerm(source="الثالث", target="third")
            segment.glossary_applications.add(term=term, source=place, target=pb.Span(end=8))
            segment.glossary_applications.add(term=term, source=place)
        at.byte_offset += len(line.encode())
        at.source_offset += len(line)
        at.sentence_index += 1
        at.segment_count += 1
        return pb.StreamingTranslateTextResponse(
            segments=[segment],
            safe_point=at,
            progress=pb.StreamProgress(
                received_bytes=at.byte_offset,
                found_segment_count=at.segment_count,
                answered_segment_count=at.segment_count,
            ),
        )

    def _authenticate(self, context: grpc.ServicerContext) -> None:
        given = dict(context.invocation_metadata()).get("authorization")
        if self.token is not None and given != f"Bearer {self.token}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "the token is missing or wrong")

    def set_serving(self, serving: bool) -> None:
        """Says what health checks are told."""
        status = health_pb2.HealthCheckResponse
        self.health.set("", status.SERVING if serving else status.NOT_SERVING)


@contextmanager
def serving(script: Script, listen: str = "127.0.0.1:0") -> Iterator[Script]:
    """Serves a script, and sets its address."""
    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
    pb_grpc.add_TranslationServiceServicer_to_server(script, server)
    health_pb2_grpc.add_HealthServicer_to_server(script.health, server)
    script.set_serving(True)
    port = server.add_insecure_port(listen)
    script.address = listen if listen.startswith("unix:") else f"127.0.0.1:{port}"
    server.start()
    try:
        yield script
    finally:
        script.released.set()
        server.stop(grace=None).wait(10)
