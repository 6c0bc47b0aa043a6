"""Calls that are awaited."""

from __future__ import annotations  # gRPC's classes are generic only to type checkers

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar
from weakref import WeakSet

import grpc

from tarjama._endpoint import Endpoint
from tarjama._endpoint import endpoint as make_endpoint
from tarjama._retry import Deadline
from tarjama._stream import StreamAnswer, StreamStart
from tarjama._transport import channels, messages
from tarjama._transport.status import error_of
from tarjama.errors import Cancelled
from tarjama.options import TranslationOptions
from tarjama.results import Health, Model, Translation
from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc

__all__ = ["AsyncStreamCall", "AsyncTransport"]

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


class AsyncTransport:
    """A connection to a server, of one event loop. Makes each call once.

    All methods raise `TarjamaError`, and `RuntimeError` after `close`.
    """

    def __init__(self, endpoint: Endpoint, link: _Link | None = None) -> None:
        self._endpoint = endpoint
        self._metadata = channels.metadata(endpoint)
        self._link = link or _Link(endpoint)

    def with_token(self, token: str | None) -> AsyncTransport:
        """The same connection, with another token sent with each call.

        Raises:
            ValueError: The token is malformed.
            InsecureToken: The connection is in clear and leaves this machine.
        """
        this = self._endpoint
        return AsyncTransport(make_endpoint(this.address, tls=this.tls, token=token), self._link)

    async def translate(
        self, texts: list[str], options: TranslationOptions, deadline: Deadline
    ) -> list[Translation]:
        """Translate texts in one call."""
        request = messages.request_of_texts(texts, options)
        return messages.translations(
            await self._call(self._link.connected().stub.TranslateText, request, deadline)
        )

    def stream(self, start: StreamStart, deadline: Deadline) -> AsyncStreamCall:
        """Begin a stream; `AsyncStreamCall.open` is to follow."""
        message = messages.stream_message(start)
        call = self._link.connected().stub.StreamingTranslateText(
            timeout=deadline.remaining_s(), metadata=self._metadata
        )
        self._link.calls.add(call)
        return AsyncStreamCall(call, message, self._endpoint.address, deadline)

    async def list_models(self, page_token: str, deadline: Deadline) -> tuple[list[Model], str]:
        """One page of the models, and the token of the next page, empty at the end."""
        request = pb.ListModelsRequest(page_token=page_token)
        response = await self._call(self._link.connected().stub.ListModels, request, deadline)
        return messages.models(response), response.next_page_token

    async def get_model(self, name: str, deadline: Deadline) -> Model:
        """One model."""
        request = pb.GetModelRequest(name=name)
        return messages.single_model(
            await self._call(self._link.connected().stub.GetModel, request, deadline)
        )

    async def health(self, deadline: Deadline) -> Health:
        """What the server as a whole says of itself: it is asked with an empty message."""
        method = self._link.connected().check_health
        return channels.health_of(await self._call(method, b"", deadline))

    async def close(self) -> None:
        """Close the connection; calls in progress raise `Cancelled`."""
        await self._link.close()

    async def _call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[_Request, _Response],
        request: _Request,
        deadline: Deadline,
    ) -> _Response:
        call = method(request, timeout=deadline.remaining_s(), metadata=self._metadata)
        self._link.calls.add(call)
        try:
            return await call
        except grpc.RpcError as error:
            raise error_of(error, self._endpoint.address, deadline) from error
        except asyncio.CancelledError as error:
            if _is_task_cancelled():
                raise
            raise Cancelled("The stream or the client was closed during the call.") from error


class _Link:
    """The connection, made with the first call, and the calls that go on over it.

    Attributes:
        calls: The calls that may be going on.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.calls: WeakSet[grpc.aio.Call] = WeakSet()
        self._endpoint = endpoint
        self._credentials = None if endpoint.tls is None else channels.credentials(endpoint.tls)
        self._connection: _Connection | None = None
        self._closed = False

    def connected(self) -> _Connection:
        """The connection; `RuntimeError` after `close`."""
        if self._closed:
            raise RuntimeError("The client is closed.")
        if self._connection is None:
            # Not before the first call: a channel belongs to the loop that runs when it is made.
            self._connection = _Connection(
                self._channel(channels.channel_options(self._endpoint)),
                self._channel(channels.health_channel_options(self._endpoint)),
            )
        return self._connection

    async def close(self) -> None:
        """Close the connection and end its calls."""
        self._closed = True
        # grpc.aio's own way of finding the calls of a channel misses some.
        for call in list(self.calls):
            call.cancel()
        if self._connection is not None:
            await self._connection.close()

    def _channel(self, options: list[tuple[str, str | int]]) -> grpc.aio.Channel:
        if self._credentials is None:
            return grpc.aio.insecure_channel(self._endpoint.address, options)
        return grpc.aio.secure_channel(self._endpoint.address, self._credentials, options)


class _Connection:
    """Two channels, for calls and for health, and what can be called through them."""

    def __init__(self, channel: grpc.aio.Channel, health_channel: grpc.aio.Channel) -> None:
        self._channels = (channel, health_channel)
        self.stub = pb_grpc.TranslationServiceStub(channel)
        self.check_health: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = (
            health_channel.unary_unary(channels.HEALTH_METHOD)
        )

    async def close(self) -> None:
        for channel in self._channels:
            await channel.close()


class AsyncStreamCall:
    """One attempt at a stream. One task sends while another receives."""

    def __init__(
        self,
        call: grpc.aio.StreamStreamCall[
            pb.StreamingTranslateTextRequest, pb.StreamingTranslateTextResponse
        ],
        start: pb.StreamingTranslateTextRequest,
        address: str,
        deadline: Deadline,
    ) -> None:
        self._call = call
        self._start = start
        self._responses = aiter(call)
        self._address = address
        self._deadline = deadline
        self._status = _FirstStatus()
        call.add_done_callback(self._status.keep)

    async def open(self) -> bool:
        """Send the stream's start. Returns whether the call was still open for it."""
        return await self._send(self._start)

    async def send(self, chunk: bytes) -> bool:
        """Send a piece of the document. Returns whether the call was still open for it."""
        return await self._send(messages.stream_message(chunk))

    async def end(self) -> None:
        """Say that nothing more will be sent."""
        await self._call.done_writing()

    async def receive(self) -> StreamAnswer | None:
        """Wait for the next answer; None at the end."""
        try:
            response = await anext(self._responses, None)
        except grpc.RpcError as error:
            status = self._status.instead_of(error)
            if status is None:
                return None
            raise error_of(status, self._address, self._deadline) from error
        except asyncio.CancelledError as error:
            if _is_task_cancelled():
                raise
            raise Cancelled("The stream or the client was closed during the call.") from error
        return None if response is None else messages.stream_answer(response)

    def cancel(self) -> None:
        """End the call, which may have ended already."""
        self._call.cancel()

    async def _send(self, message: pb.StreamingTranslateTextRequest) -> bool:
        try:
            await self._call.write(message)
        except asyncio.CancelledError:
            if _is_task_cancelled():
                raise
            return False
        except (grpc.RpcError, asyncio.InvalidStateError):
            # The call is over; why is what the receiving side gets to hear.
            return False
        return True


class _FirstStatus:
    """The status that a call ended with before grpc.aio forgot it.

    A message that cannot be sent any more, because the server has ended the call, makes
    grpc.aio put INTERNAL in the place of the server's status. See
    https://github.com/grpc/grpc/issues/36066, open as of grpcio 1.85.
    """

    def __init__(self) -> None:
        self._code: grpc.StatusCode | None = None
        self._error: grpc.RpcError | None = None

    def keep(self, call: grpc.aio.StreamStreamCall[Any, Any]) -> None:
        """Keep the status of a call that is done."""
        code, details = _at_once(call.code()), _at_once(call.details())
        if _is_forgotten(code, details):
            return
        self._code = code
        if code is not grpc.StatusCode.OK:
            trailers = _at_once(call.trailing_metadata())
            self._error = grpc.aio.AioRpcError(code, None, trailers, details)

    def instead_of(self, error: grpc.RpcError) -> grpc.RpcError | None:
        """The error to raise where gRPC raised `error`; None for a call that ended with OK."""
        if not _is_forgotten(error.code(), error.details()):
            return error
        if self._code is None:
            # The status came after the failure to send, or never: whatever it was, the call
            # was cut off, and another attempt will tell.
            details = "the server ended the call while it was sent to"
            return grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, None, None, details)
        return self._error


def _is_forgotten(code: grpc.StatusCode, details: str | None) -> bool:
    return code is grpc.StatusCode.INTERNAL and details == "Internal error from Core"


def _at_once(coroutine: Coroutine[None, None, _Response]) -> _Response:
    """The result of a coroutine that has nothing left to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: _Response = stop.value
        return result
    raise RuntimeError("A call that is done made its caller wait for its status.")


def _is_task_cancelled() -> bool:
    # grpc.aio raises CancelledError for a call that was cancelled as well as for the task that
    # awaits it. A task that nobody cancelled must not seem to be.
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
