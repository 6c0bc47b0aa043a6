"""Calls that block their thread."""

from __future__ import annotations  # gRPC's classes are generic only to type checkers

import itertools
from collections.abc import Callable, Iterator
from typing import TypeVar

import grpc

from tarjama._endpoint import Endpoint
from tarjama._retry import Deadline
from tarjama._stream import StreamAnswer, StreamStart
from tarjama._transport import channels, messages
from tarjama._transport.status import error_of
from tarjama.errors import Cancelled
from tarjama.options import TranslationOptions
from tarjama.results import Health, Model, Translation
from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc

__all__ = ["StreamCall", "Transport"]

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


class Transport:
    """A connection to a server. Makes each call once. Thread-safe.

    All methods raise `TarjamaError`, and `RuntimeError` after `close`.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._address = endpoint.address
        self._metadata = channels.metadata(endpoint)
        self._closed = False
        credentials = None if endpoint.tls is None else channels.credentials(endpoint.tls)

        def channel(options: list[tuple[str, str | int]]) -> grpc.Channel:
            if credentials is None:
                return grpc.insecure_channel(endpoint.address, options)
            return grpc.secure_channel(endpoint.address, credentials, options)

        self._channel = channel(channels.channel_options(endpoint))
        self._health_channel = channel(channels.health_channel_options(endpoint))
        self._stub = pb_grpc.TranslationServiceStub(self._channel)
        self._check_health: grpc.UnaryUnaryMultiCallable[bytes, bytes] = (
            self._health_channel.unary_unary(channels.HEALTH_METHOD)
        )

    def translate(
        self, texts: list[str], options: TranslationOptions, deadline: Deadline
    ) -> list[Translation]:
        """Translate texts in one call."""
        request = messages.request_of_texts(texts, options)
        return messages.translations(self._call(self._stub.TranslateText, request, deadline))

    def stream(self, start: StreamStart, chunks: Iterator[bytes], deadline: Deadline) -> StreamCall:
        """Open a stream. gRPC takes `chunks` on a thread of its own; they must not raise."""
        self._check_open()
        requests = itertools.chain(
            [messages.stream_message(start)], map(messages.stream_message, chunks)
        )
        call = self._stub.StreamingTranslateText(
            requests, timeout=deadline.remaining_s(), metadata=self._metadata
        )
        return StreamCall(call, self._address, deadline, is_closed=lambda: self._closed)

    def list_models(self, page_token: str, deadline: Deadline) -> tuple[list[Model], str]:
        """One page of the models, and the token of the next page, empty at the end."""
        request = pb.ListModelsRequest(page_token=page_token)
        response = self._call(self._stub.ListModels, request, deadline)
        return messages.models(response), response.next_page_token

    def get_model(self, name: str, deadline: Deadline) -> Model:
        """One model."""
        request = pb.GetModelRequest(name=name)
        return messages.single_model(self._call(self._stub.GetModel, request, deadline))

    def health(self, deadline: Deadline) -> Health:
        """What the server as a whole says of itself: it is asked with an empty message."""
        return channels.health_of(self._call(self._check_health, b"", deadline))

    def close(self) -> None:
        """Close the connection; calls in progress raise `Cancelled`."""
        self._closed = True
        self._channel.close()
        self._health_channel.close()

    def _call(
        self,
        method: grpc.UnaryUnaryMultiCallable[_Request, _Response],
        request: _Request,
        deadline: Deadline,
    ) -> _Response:
        self._check_open()
        try:
            return method(request, timeout=deadline.remaining_s(), metadata=self._metadata)
        except grpc.RpcError as error:
            if self._closed:
                raise Cancelled("The client was closed during the call.") from error
            raise error_of(error, self._address, deadline) from error

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("The client is closed.")


class StreamCall:
    """One attempt at a stream: an iterator of the server's answers. `cancel` from any thread."""

    def __init__(
        self,
        call: grpc._CallIterator[pb.StreamingTranslateTextResponse],
        address: str,
        deadline: Deadline,
        *,
        is_closed: Callable[[], bool],
    ) -> None:
        self._call = call
        self._is_closed = is_closed
        self._address = address
        self._deadline = deadline

    def __iter__(self) -> Iterator[StreamAnswer]:
        try:
            for response in self._call:
                yield messages.stream_answer(response)
        except grpc.RpcError as error:
            if self._is_closed():
                raise Cancelled("The client was closed during the call.") from error
            raise error_of(error, self._address, self._deadline) from error

    def cancel(self) -> None:
        """End the call, which may have ended already."""
        self._call.cancel()
