"""What every call goes through: credentials, drain, errors made statuses, one line in the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from tarjama_server.admission import QuotaTooSmall, Refused
from tarjama_server.api.peers import peer_of
from tarjama_server.api.request_id import request_id_metadata, request_id_of, send_request_id
from tarjama_server.api.status import (
    CallError,
    internal,
    invalid,
    model_not_found,
    quota_too_small,
    refused,
    unauthenticated,
    unavailable,
)
from tarjama_server.auth import (
    Authenticator,
    Caller,
    CredentialsExpired,
    CredentialsInvalid,
    CredentialsMissing,
)
from tarjama_server.observability import describe_error, logger
from tarjama_server.observability.caller_metrics import CallerMetrics, unread_caller_metrics
from tarjama_server.observability.instruments import Instruments
from tarjama_server.observability.tracing import Span
from tarjama_server.serving import ModelNotServed

Request = TypeVar("Request", bound=Message)

# What a caller is told to wait for another server, or for this one to be warm.
_RETRY_AFTER_S = 1.0


class Malformed:
    """Stands for a request that could not be parsed."""


@dataclass(slots=True)
class CallRecord:
    """What the log tells of a call. Counts, never content."""

    method: str
    caller: Caller
    request_id: str
    callers: CallerMetrics = field(default_factory=unread_caller_metrics)
    deadline: float | None = None
    """By `time.monotonic`; None if the call has none."""
    began: float = field(default_factory=time.monotonic)
    counts: dict[str, int | str] = field(default_factory=dict)

    @property
    def time_left_s(self) -> float | None:
        """Seconds until the deadline; None if there is none."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def take_characters(self, count: int) -> None:
        """So many code points of the caller's are to be translated."""
        self.callers.characters_taken(self.caller.kind, self.caller.name, count)


@dataclass(slots=True)
class ServerState:
    """What stage of its life the server is in."""

    is_warm: bool = False
    is_draining: bool = False
    must_end_streams: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the grace of a drain ends: streams stop at their next safe point."""
    _call_count: int = 0
    _call_ended: asyncio.Event = field(default_factory=asyncio.Event)

    def count_in(self, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        """Count a call in until its answer is sent."""
        self._call_count += 1
        # types-grpcio has a class where a protocol is meant, so no function fits.
        context.add_done_callback(self._count_out)  # type: ignore[arg-type]

    def _count_out(self, _: object) -> None:
        self._call_count -= 1
        self._call_ended.set()

    async def wait_until_idle(self) -> None:
        """Wait until no call is in progress."""
        while self._call_count:
            self._call_ended.clear()
            await self._call_ended.wait()

    def check_open(self) -> None:
        """Refuse calls before the server is warm and while it drains.

        Raises:
            CallError: UNAVAILABLE.
        """
        if self.is_draining:
            raise self.draining()
        if not self.is_warm:
            raise unavailable("NOT_READY", "the server is still loading its model", _RETRY_AFTER_S)

    @staticmethod
    def draining() -> CallError:
        """What calls that meet a draining server end with."""
        return unavailable("DRAINING", "the server is shutting down", _RETRY_AFTER_S)


def parser(message: type[Request]) -> Callable[[bytes], Request | Malformed]:
    """Make a deserializer that does not raise.

    grpc answers UNKNOWN by itself when a deserializer raises, as protobuf's does for a `string`
    that is not UTF-8.
    """

    def parse(data: bytes) -> Request | Malformed:
        try:
            return message.FromString(data)
        except DecodeError:
            return Malformed()

    return parse


class Calls:
    """Wraps the methods of a servicer for grpc.aio."""

    def __init__(
        self,
        authenticator: Authenticator,
        state: ServerState,
        instruments: Instruments | None = None,
    ) -> None:
        """Guard calls with `authenticator` and `state`, and report them to `instruments`."""
        self._authenticator = authenticator
        self._state = state
        self._instruments = instruments or Instruments()

    def unary(
        self,
        name: str,
        request: type[Request],
        answer: Callable[[Request, CallRecord], Awaitable[Message]],
    ) -> grpc.RpcMethodHandler[Any, Any]:
        """A handler of a method with one request and one response."""

        async def handle(
            message: Request | Malformed, context: grpc.aio.ServicerContext[Any, Any]
        ) -> Message | None:
            record = self._begin(name, context)
            try:
                with self._recorded(record, context):
                    return await answer(_parsed(message), record)
            except CallError as error:
                await abort(context, error, record.request_id)
            return None

        return grpc.unary_unary_rpc_method_handler(
            handle,
            request_deserializer=parser(request),
            response_serializer=_serialize,
        )

    def streaming(
        self,
        name: str,
        request: type[Request],
        answer: Callable[[AsyncIterator[Request], CallRecord], AsyncGenerator[Message, None]],
    ) -> grpc.RpcMethodHandler[Any, Any]:
        """A handler of a method with streams both ways."""

        async def handle(
            messages: AsyncIterator[Request | Malformed],
            context: grpc.aio.ServicerContext[Any, Any],
        ) -> AsyncIterator[Message]:
            record = self._begin(name, context)

            await send_request_id(context, record.request_id)

            async def parsed() -> AsyncIterator[Request]:
                async for message in messages:
                    yield _parsed(message)

            try:
                with self._recorded(record, context):
                    async with aclosing(answer(parsed(), record)) as responses:
                        async for response in responses:
                            yield response
            except CallError as error:
                await abort(context, error, record.request_id)

        return grpc.stream_stream_rpc_method_handler(
            handle,
            request_deserializer=parser(request),
            response_serializer=_serialize,
        )

    def _begin(self, name: str, context: grpc.aio.ServicerContext[Any, Any]) -> CallRecord:
        self._state.count_in(context)
        request_id = request_id_of(context.invocation_metadata() or ())
        time_left_s = context.time_remaining()
        record = CallRecord(
            name,
            Caller.without_token(peer_of(context)),
            request_id,
            self._instruments.metrics.callers,
            None if time_left_s is None else time.monotonic() + time_left_s,
        )
        context.set_trailing_metadata(request_id_metadata(request_id))
        return record

    @contextmanager
    def _recorded(
        self, record: CallRecord, context: grpc.aio.ServicerContext[Any, Any]
    ) -> Iterator[None]:
        """Check that the call may begin, make its failure a `CallError`, and report its end."""
        self._instruments.metrics.calls.began(record.method)
        metadata = context.invocation_metadata() or ()
        with self._instruments.tracing.call(
            record.method, request_id=record.request_id, metadata=metadata
        ) as span:
            code, reason = grpc.StatusCode.CANCELLED, None
            try:
                with self._failing_as_call_error(record):
                    record.caller = self.identify(context)
                    self._state.check_open()
                    yield
                code = grpc.StatusCode.OK
            except CallError as error:
                code, reason = error.code, error.reason
                raise
            finally:
                # Still CANCELLED: the caller left, or its deadline passed.
                self._report(record, span, code, reason)

    @staticmethod
    @contextmanager
    def _failing_as_call_error(record: CallRecord) -> Iterator[None]:
        """Make whatever fails a `CallError`."""
        try:
            yield
        except CallError:
            raise
        except Refused as error:
            raise refused(error) from error
        except QuotaTooSmall as error:
            raise quota_too_small(error) from error
        except ModelNotServed as error:
            raise model_not_found(error.name, error.served) from error
        except Exception as error:
            logger().error("bug", request_id=record.request_id, **describe_error(error))
            raise internal(record.request_id) from error

    def _report(
        self, record: CallRecord, span: Span, code: grpc.StatusCode, reason: str | None
    ) -> None:
        """Log, count and trace the end of a call."""
        duration_s = time.monotonic() - record.began
        why = {"reason": reason} if reason else {}
        logger().info(
            "call",
            method=record.method,
            request_id=record.request_id,
            caller=record.caller.name,
            caller_kind=record.caller.kind,
            code=code.name,
            duration_ms=round(duration_s * 1e3, 1),
            **why,
            **record.counts,
        )
        self._instruments.metrics.calls.ended(
            record.method, code=code.name, reason=reason, duration_s=duration_s
        )
        self._instruments.metrics.callers.call_ended(
            record.caller.kind, record.caller.name, code.name
        )
        span.set_attributes({"rpc.grpc.status_code": code.value[0], **why, **record.counts})
        if code is not grpc.StatusCode.OK:
            span.fail(code.name)

    def identify(self, context: grpc.aio.ServicerContext[Any, Any]) -> Caller:
        """Say who makes a call.

        Raises:
            CallError: UNAUTHENTICATED.
        """
        try:
            return self._authenticator.identify(
                context.invocation_metadata() or (), peer_of(context)
            )
        except CredentialsMissing as error:
            raise unauthenticated(
                "CREDENTIALS_MISSING", "send a bearer token as `authorization` metadata"
            ) from error
        except CredentialsInvalid as error:
            raise unauthenticated(
                "CREDENTIALS_INVALID", "the bearer token is not known here"
            ) from error
        except CredentialsExpired as error:
            raise unauthenticated(
                "CREDENTIALS_EXPIRED", "the bearer token has expired; ask for a new one"
            ) from error


def _parsed(message: Request | Malformed) -> Request:
    if isinstance(message, Malformed):
        raise invalid(
            "request",
            "is no valid message: a string in it is not UTF-8, or it is not of this type",
            reason="MALFORMED_MESSAGE",
        )
    return message


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()


async def abort(
    context: grpc.aio.ServicerContext[Any, Any], error: CallError, request_id: str | None = None
) -> None:
    """End a call with `error`. Raises what grpc ends handlers with."""
    trailer = error.trailer(request_id)
    told = () if request_id is None else request_id_metadata(request_id)
    await context.abort(error.code, error.text, (*told, ("grpc-status-details-bin", trailer)))
