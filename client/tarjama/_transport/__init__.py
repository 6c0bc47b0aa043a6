"""The way to the server: the only part of the client that knows gRPC's stubs and protobuf.

Inward of here there are the library's own frozen dataclasses and errors, and nothing else.
"""

from tarjama._transport.asynchronous import AsyncStreamCall, AsyncTransport
from tarjama._transport.synchronous import StreamCall, Transport

__all__ = ["AsyncStreamCall", "AsyncTransport", "StreamCall", "Transport"]
