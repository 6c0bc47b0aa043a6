"""How calls fail: canonical codes, each with a stable reason and `google.rpc` details."""

from __future__ import annotations

import math
from collections.abc import Mapping

import grpc
from google.protobuf import any_pb2, duration_pb2, message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from tarjama_server.admission import (
    DeadlineUnmeetable,
    QueueFull,
    QuotaExceeded,
    QuotaTooSmall,
    Refused,
)

DOMAIN = "tarjama"

# As long as a model's name can be. A refusal quotes no more of what was asked for: details travel
# as metadata, of which gRPC clients take 8 KiB.
_MAX_QUOTED_CHARACTERS = 64

_REFUSALS: Mapping[type[Refused], str] = {
    QueueFull: "QUEUE_FULL",
    DeadlineUnmeetable: "DEADLINE_UNMEETABLE",
    QuotaExceeded: "QUOTA_EXCEEDED",
}


class CallError(Exception):
    """Ends a call with a canonical code. Its text is for the caller and quotes no document."""

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        text: str,
        *details: message.Message,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Say what went wrong.

        Args:
            code: the canonical code.
            reason: stable name, as the contract lists them.
            text: what, how much, the limit, and what to do.
            details: `google.rpc` messages besides `ErrorInfo`.
            metadata: of the `ErrorInfo`.
        """
        super().__init__(text)
        self.code = code
        self.reason = reason
        self.text = text
        info = error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata or {})
        self._details = (info, *details)

    def trailer(self, request_id: str | None) -> bytes:
        """The `google.rpc.Status` for `grpc-status-details-bin`, serialized.

        Args:
            request_id: under which the log has the call; None for a call that is not in it.
        """
        details = list(self._details)
        if request_id is not None:
            details.append(error_details_pb2.RequestInfo(request_id=request_id))
        packed = []
        for detail in details:
            packed.append(any_pb2.Any())
            packed[-1].Pack(detail)
        number = code_pb2.Code.Value(self.code.name)
        status = status_pb2.Status(code=number, message=self.text, details=packed)
        serialized: bytes = status.SerializeToString()
        return serialized


def invalid(field: str, text: str, *, reason: str = "FIELD_INVALID") -> CallError:
    """A request that no retry mends."""
    violation = error_details_pb2.BadRequest.FieldViolation(field=field, description=text)
    detail = error_details_pb2.BadRequest(field_violations=[violation])
    return CallError(grpc.StatusCode.INVALID_ARGUMENT, reason, f"{field}: {text}", detail)


def model_not_found(name: str, served: list[str]) -> CallError:
    """A model that is not served."""
    if len(name) > _MAX_QUOTED_CHARACTERS:
        name = name[:_MAX_QUOTED_CHARACTERS] + "…"
    text = f"model {name!r} is not served here; served: {', '.join(served)}"
    detail = error_details_pb2.ResourceInfo(
        resource_type="tarjama.v1.Model", resource_name=name, description=text
    )
    return CallError(grpc.StatusCode.NOT_FOUND, "MODEL_NOT_FOUND", text, detail)


def alignment_not_trained(name: str) -> CallError:
    """Alignment was asked of a model whose attention means nothing."""
    text = f"options.alignment: model {name!r} was not trained to align words"
    violation = error_details_pb2.PreconditionFailure.Violation(
        type="ALIGNMENT", subject=name, description=text
    )
    detail = error_details_pb2.PreconditionFailure(violations=[violation])
    return CallError(grpc.StatusCode.FAILED_PRECONDITION, "ALIGNMENT_NOT_TRAINED", text, detail)


def refused(error: Refused) -> CallError:
    """The call was refused before it began."""
    return CallError(
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        _REFUSALS[type(error)],
        f"{error}; the call was not begun, try again in {error.retry_after_s:.1f} s",
        _retry_info(error.retry_after_s),
    )


def quota_too_small(error: QuotaTooSmall) -> CallError:
    """The call is larger than its caller may ever make one."""
    return invalid(
        "texts",
        f"hold {error.characters} characters together; this token's quota is {error.limit} a "
        "minute. Make several calls, or send long documents by StreamingTranslateText",
        reason="TEXT_TOO_LONG",
    )


def unavailable(reason: str, text: str, retry_after_s: float) -> CallError:
    """The server is starting or ending."""
    return CallError(grpc.StatusCode.UNAVAILABLE, reason, text, _retry_info(retry_after_s))


def unauthenticated(reason: str, text: str) -> CallError:
    """The call has no or the wrong credentials."""
    return CallError(grpc.StatusCode.UNAUTHENTICATED, reason, text)


def internal(request_id: str) -> CallError:
    """A bug. What it is stands in the log under `request_id`."""
    return CallError(
        grpc.StatusCode.INTERNAL,
        "INTERNAL_ERROR",
        f"internal error; please report request id {request_id}, which is in the server's log",
    )


def _retry_info(retry_after_s: float) -> error_details_pb2.RetryInfo:
    seconds = math.floor(retry_after_s)
    delay = duration_pb2.Duration(seconds=seconds, nanos=int((retry_after_s - seconds) * 1e9))
    return error_details_pb2.RetryInfo(retry_delay=delay)
