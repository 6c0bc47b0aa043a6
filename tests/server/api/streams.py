"""Whole streams, for tests that care about what comes back and not how."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc

# For the whole of a call, on a busy machine.
TIMEOUT_S = 60


@dataclass(frozen=True)
class Streamed:
    """All that a stream answered."""

    responses: Sequence[pb.StreamingTranslateTextResponse]

    @property
    def segments(self) -> list[pb.Segment]:
        return [segment for response in self.responses for segment in response.segments]

    @property
    def translation(self) -> str:
        return "".join(segment.translation for segment in self.segments)

    @property
    def safe_points(self) -> list[pb.SafePoint]:
        return [
            response.safe_point for response in self.responses if response.HasField("safe_point")
        ]


def requests(
    chunks: Iterable[bytes],
    options: pb.TranslationOptions | None = None,
    resume_from: pb.SafePoint | None = None,
) -> Iterator[pb.StreamingTranslateTextRequest]:
    yield pb.StreamingTranslateTextRequest(
        config=pb.StreamConfig(options=options, resume_from=resume_from)
    )
    for chunk in chunks:
        yield pb.StreamingTranslateTextRequest(chunk=chunk)


def translate(
    stub: pb_grpc.TranslationServiceStub,
    chunks: Iterable[bytes],
    options: pb.TranslationOptions | None = None,
    resume_from: pb.SafePoint | None = None,
) -> Streamed:
    call = stub.StreamingTranslateText(requests(chunks, options, resume_from), timeout=TIMEOUT_S)
    return Streamed(list(call))
