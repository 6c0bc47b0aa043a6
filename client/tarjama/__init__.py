"""Client of a Tarjama server: Arabic documents in, English translations out.

Example:
    with tarjama.Client("127.0.0.1:50051") as client:
        print(client.translate(text).text)
        for segment in client.stream(Path("book.txt")):
            print(segment.translation, end="")
"""

from tarjama._async_client import AsyncClient
from tarjama._async_translation_stream import AsyncTranslationStream
from tarjama._client import Client
from tarjama._endpoint import TLS
from tarjama._retry import RetryPolicy
from tarjama._translation_stream import TranslationStream
from tarjama.errors import (
    AuthenticationFailed,
    Cancelled,
    DeadlineExceeded,
    FieldViolation,
    InsecureToken,
    InvalidInput,
    LimitExceeded,
    ModelChanged,
    ModelNotFound,
    PermissionDenied,
    PreconditionFailed,
    ProtocolError,
    ServerBusy,
    ServerError,
    TarjamaError,
    Unavailable,
    UnsupportedOption,
)
from tarjama.options import (
    GlossaryTerm,
    LineHandling,
    Priority,
    TextFormat,
    TranslationOptions,
)
from tarjama.results import (
    AlignmentLink,
    AlignmentSupport,
    Alternative,
    DecodingDefaults,
    GlossaryApplication,
    Health,
    Model,
    ModelLimits,
    ModelReference,
    Segment,
    SegmentFlag,
    Span,
    StreamProgress,
    Translation,
)

__all__ = [
    "TLS",
    "AlignmentLink",
    "AlignmentSupport",
    "Alternative",
    "AsyncClient",
    "AsyncTranslationStream",
    "AuthenticationFailed",
    "Cancelled",
    "Client",
    "DeadlineExceeded",
    "DecodingDefaults",
    "FieldViolation",
    "GlossaryApplication",
    "GlossaryTerm",
    "Health",
    "InsecureToken",
    "InvalidInput",
    "LimitExceeded",
    "LineHandling",
    "Model",
    "ModelChanged",
    "ModelLimits",
    "ModelNotFound",
    "ModelReference",
    "PermissionDenied",
    "PreconditionFailed",
    "Priority",
    "ProtocolError",
    "RetryPolicy",
    "Segment",
    "SegmentFlag",
    "ServerBusy",
    "ServerError",
    "Span",
    "StreamProgress",
    "TarjamaError",
    "TextFormat",
    "Translation",
    "TranslationOptions",
    "TranslationStream",
    "Unavailable",
    "UnsupportedOption",
]
