"""Ends the work for a caller who has gone."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request

__all__ = ["while_connected"]

_Result = TypeVar("_Result")

# As nginx has it. Nobody is there to read it.
_CLIENT_CLOSED_REQUEST = 499


async def while_connected(request: Request, work: Coroutine[Any, Any, _Result]) -> _Result:
    """Does work for a request whose body has been read, and stops when its caller goes.

    A server would otherwise go on with what nobody waits for.

    Raises:
        HTTPException: the caller has gone.
    """
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            gone.result()  # A body that nobody wanted may turn out to be too large.
            raise HTTPException(_CLIENT_CLOSED_REQUEST, "The caller has gone.")
        return task.result()
    finally:
        task.cancel()
        gone.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
