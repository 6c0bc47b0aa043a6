"""What can go wrong in a call.

    TarjamaError
    ├── InvalidInput            the request is wrong: what, how much and the limit
    ├── UnsupportedOption       this server cannot honour an option
    ├── ModelNotFound           the server does not serve that model
    ├── PreconditionFailed      the model cannot do that, such as align words
    ├── LimitExceeded           a message is larger than the transport carries
    ├── AuthenticationFailed    no token, or a wrong one
    ├── PermissionDenied        the token does not allow that
    ├── InsecureToken           a token would have travelled in clear: nothing was sent
    ├── DeadlineExceeded        the time given ran out, retries included
    ├── Cancelled               the call was cancelled by this side
    ├── ModelChanged            a resumed stream translates what was delivered otherwise
    ├── ProtocolError           the server broke the contract
    ├── ServerError             a fault of the server's: give its operator `request_id`
    ├── ServerBusy              its queue is full, or a quota used up  (retryable)
    └── Unavailable             not reachable, draining or not ready  (retryable)

A retryable error was retried as far as the client's `RetryPolicy` and the deadline
allow before it was raised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "AuthenticationFailed",
    "Cancelled",
    "DeadlineExceeded",
    "FieldViolation",
    "InsecureToken",
    "InvalidInput",
    "LimitExceeded",
    "ModelChanged",
    "ModelNotFound",
    "PermissionDenied",
    "PreconditionFailed",
    "ProtocolError",
    "ServerBusy",
    "ServerError",
    "TarjamaError",
    "Unavailable",
    "UnsupportedOption",
]


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """What is wrong with one field of a request.

    Attributes:
        field: Path of the field, such as `texts[3]` or `options.beam_size`.
        description: What is wrong with it, and the limit.
    """

    field: str
    description: str


class TarjamaError(Exception):
    """The base of all errors of this library.

    Attributes:
        retryable: Whether the same call may succeed later.
        reason: Stable name of the cause, such as `QUEUE_FULL`, listed in the contract; None
            when the error does not come from a Tarjama server, but from the way to it.
        details: Facts about the cause, by name. Never document text.
        field_violations: The fields that are wrong, where the request was refused for them.
        retry_after_s: Seconds the server asks to wait before the next attempt.
        request_id: Identifies the call in the server's log.
    """

    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        details: Mapping[str, str] | None = None,
        field_violations: tuple[FieldViolation, ...] = (),
        retry_after_s: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.details: Mapping[str, str] = dict(details or {})
        self.field_violations = field_violations
        self.retry_after_s = retry_after_s
        self.request_id = request_id


class InvalidInput(TarjamaError):
    """The request is wrong and would be wrong again: see `field_violations`."""


class UnsupportedOption(TarjamaError):
    """This server cannot honour an option. Nothing was translated without it."""


class ModelNotFound(TarjamaError):
    """The server does not serve a model of that name."""


class PreconditionFailed(TarjamaError):
    """The model cannot do what was asked: no trained alignment, for one."""


class LimitExceeded(TarjamaError):
    """A message is larger than client or server carry. Send less at once."""


class AuthenticationFailed(TarjamaError):
    """The server wants a token and got none, or does not know it."""


class PermissionDenied(TarjamaError):
    """The server knows the token and does not allow the call."""


class InsecureToken(TarjamaError):
    """The token would have crossed a network in clear. Use TLS. Nothing was sent."""


class DeadlineExceeded(TarjamaError):
    """The call's time ran out, retries and pauses between them included."""


class Cancelled(TarjamaError):
    """The call was cancelled: the stream or the client was closed."""


class ModelChanged(TarjamaError):
    """A broken stream was resumed and the server now translates delivered segments otherwise.

    Going on would have mixed two translations. Translate the document again.
    """


class ProtocolError(TarjamaError):
    """The server's answer breaks the contract: text is missing, doubled or out of order."""


class ServerError(TarjamaError):
    """A fault of the server's, not of the request. Its log has it under `request_id`."""


class ServerBusy(TarjamaError):
    """The server has no room for the call, which was not begun; retry after `retry_after_s`.

    `reason` says why: `QUEUE_FULL` when the server, or this caller's part of it, is full;
    `DEADLINE_UNMEETABLE` when what waits takes longer than the time left to the call, and the
    pause is for a call with as much time as this one had; `QUOTA_EXCEEDED` when the token has used
    up its quota of calls or characters.
    """

    retryable = True


class Unavailable(TarjamaError):
    """The server cannot be reached, is going down or not ready yet, or the way to it broke."""

    retryable = True
