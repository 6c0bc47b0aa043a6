"""gRPC statuses as the library's errors."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from tarjama._retry import Deadline
from tarjama.errors import (
    AuthenticationFailed,
    FieldViolation,
    InvalidInput,
    LimitExceeded,
    ModelNotFound,
    PermissionDenied,
    PreconditionFailed,
    ServerBusy,
    ServerError,
    TarjamaError,
    Unavailable,
    UnsupportedOption,
)
from tarjama_proto.v1 import error_details_pb2 as pb

__all__ = ["error_of"]

_DETAILS_KEY = "grpc-status-details-bin"
_TYPE_PREFIX = "type.googleapis.com/google.rpc."
_CODES = {code.value[0]: code for code in grpc.StatusCode if code is not grpc.StatusCode.OK}

# What is not here is the server's fault, or that of something between it and us.
_ERRORS: dict[grpc.StatusCode, type[TarjamaError]] = {
    # This side's own cancellations do not come here. A gRPC server that stops gives it to calls
    # which it has not begun with: https://github.com/grpc/grpc/issues/41785, open as of 1.85.
    grpc.StatusCode.CANCELLED: Unavailable,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidInput,
    grpc.StatusCode.OUT_OF_RANGE: InvalidInput,
    grpc.StatusCode.UNIMPLEMENTED: UnsupportedOption,
    grpc.StatusCode.NOT_FOUND: ModelNotFound,
    grpc.StatusCode.FAILED_PRECONDITION: PreconditionFailed,
    grpc.StatusCode.UNAUTHENTICATED: AuthenticationFailed,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
}

# gRPC's words for a stream that ended without a status. No gRPC server ends one so, but a balancer
# whose server is gone in mid-answer: nginx 1.22 resets the stream with INTERNAL_ERROR, for which
# gRPC says INTERNAL; HAProxy 2.6 just ends it, for which gRPC says UNKNOWN.
_CUT_OFF = re.compile("Stream removed|RST_STREAM")
_CUT_OFF_CODES = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)


def error_of(rpc_error: grpc.RpcError, address: str, deadline: Deadline) -> TarjamaError:
    """Convert a failed call's status.

    Args:
        rpc_error: What gRPC raised.
        address: The server's, for the message.
        deadline: The call's, for the message.
    """
    if rpc_error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return deadline.exceeded()
    details = _Details(rpc_error.trailing_metadata() or ())
    text = details.text or rpc_error.details() or "no further details"
    # HAProxy 2.6 may reset a stream right behind its status, and gRPC then tells of the reset.
    code = details.code or rpc_error.code()
    if code in _CUT_OFF_CODES and details.reason is None and _CUT_OFF.search(text):
        code = grpc.StatusCode.UNAVAILABLE
    kind = _ERRORS.get(code, ServerError)
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        # Without a pause to retry after it is a message above gRPC's limit, now and next time.
        kind = LimitExceeded if details.retry_after_s is None else ServerBusy
    return kind(
        text if details.reason else _explain(code, text, address),
        reason=details.reason,
        details=details.metadata,
        field_violations=details.field_violations,
        retry_after_s=details.retry_after_s,
        request_id=details.request_id,
    )


def _explain(code: grpc.StatusCode, text: str, address: str) -> str:
    # The status is not of our server's making: say where it came from.
    if code is grpc.StatusCode.CANCELLED:
        return f"The server at {address} ended the call, as it does when it stops: {text}"
    if code is grpc.StatusCode.UNAVAILABLE:
        return f"The server at {address} cannot be reached, or the connection broke: {text}"
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return f"The server at {address} does not know this call; is it Tarjama? {text}"
    return f"The call to {address} failed with {code.name}: {text}"


class _Details:
    """The `google.rpc` details of a status, read with messages of our own."""

    def __init__(self, trailers: Iterable[Any]) -> None:
        self.code: grpc.StatusCode | None = None
        self.text = ""
        self.reason: str | None = None
        self.metadata: dict[str, str] = {}
        self.field_violations: tuple[FieldViolation, ...] = ()
        self.retry_after_s: float | None = None
        self.request_id: str | None = None
        readers: dict[str, Callable[[bytes], None]] = {
            "ErrorInfo": self._read_reason,
            "BadRequest": self._read_violations,
            "RetryInfo": self._read_delay,
            "RequestInfo": self._read_request,
        }
        try:
            status = _status(trailers)
            self.code = _CODES.get(status.code)
            self.text = status.message
            for detail in status.details:
                read = readers.get(detail.type_url.removeprefix(_TYPE_PREFIX))
                if read is not None:
                    read(detail.value)
        except DecodeError:
            # Garbled on the way. The code and the text still say what happened.
            return

    def _read_reason(self, value: bytes) -> None:
        info = pb.ErrorReason.FromString(value)
        self.reason = info.reason
        self.metadata = dict(info.metadata)

    def _read_violations(self, value: bytes) -> None:
        self.field_violations = tuple(
            FieldViolation(violation.field, violation.description)
            for violation in pb.FieldViolations.FromString(value).field_violations
        )

    def _read_delay(self, value: bytes) -> None:
        delay = pb.RetryDelay.FromString(value).retry_delay
        self.retry_after_s = max(0.0, delay.seconds + delay.nanos / 1e9)

    def _read_request(self, value: bytes) -> None:
        self.request_id = pb.RequestReference.FromString(value).request_id


def _status(trailers: Iterable[Any]) -> pb.ErrorStatus:
    for key, value in trailers:
        if key == _DETAILS_KEY and isinstance(value, bytes):
            return pb.ErrorStatus.FromString(value)
    return pb.ErrorStatus()
