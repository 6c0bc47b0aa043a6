"""Server reflection, for those who may call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

from tarjama_server.api.calls import Calls, abort
from tarjama_server.api.status import CallError


def register_reflection(server: grpc.aio.Server, names: Sequence[str], calls: Calls) -> None:
    """Describe the services `names` to those whom `calls` lets in.

    It is no method of `Calls`: one that is left open, as tools do, must not hold up a drain.
    """
    servicer = reflection.aio.ReflectionServicer((*names, reflection.SERVICE_NAME))

    async def handle(
        requests: AsyncIterator[reflection_pb2.ServerReflectionRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> AsyncIterator[reflection_pb2.ServerReflectionResponse]:
        try:
            calls.identify(context)
        except CallError as error:
            await abort(context, error)
        responses = servicer.ServerReflectionInfo(requests, context)
        # types-grpcio-reflection takes the generator for a coroutine.
        async for response in responses:  # type: ignore[attr-defined]
            yield response

    handler = grpc.stream_stream_rpc_method_handler(
        handle,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                reflection.SERVICE_NAME, {"ServerReflectionInfo": handler}
            ),
        )
    )
