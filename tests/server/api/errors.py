"""Errors as the `google.rpc` libraries read them: what any client of the service sees."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar, cast

import grpc
import pytest
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

_Detail = TypeVar("_Detail", bound=Message)

_KINDS = (
    error_details_pb2.BadRequest,
    error_details_pb2.ErrorInfo,
    error_details_pb2.PreconditionFailure,
    error_details_pb2.RequestInfo,
    error_details_pb2.ResourceInfo,
    error_details_pb2.RetryInfo,
)


@dataclass
class Failure:
    """How a call ended. Filled in when `fails` ends."""

    code: grpc.StatusCode = grpc.StatusCode.OK
    message: str = ""
    details: tuple[Message, ...] = ()

    @property
    def info(self) -> error_details_pb2.ErrorInfo:
        info = self._detail(error_details_pb2.ErrorInfo)
        assert info.domain == "tarjama"
        return info

    @property
    def reason(self) -> str:
        return str(self.info.reason)

    @property
    def field(self) -> str:
        """The field that a bad request names."""
        (violation,) = self._detail(error_details_pb2.BadRequest).field_violations
        assert violation.description in self.message
        return str(violation.field)

    @property
    def retry_after_s(self) -> float:
        delay = self._detail(error_details_pb2.RetryInfo).retry_delay
        return float(delay.ToTimedelta().total_seconds())

    @property
    def request_id(self) -> str:
        return str(self._detail(error_details_pb2.RequestInfo).request_id)

    @property
    def resource(self) -> str:
        return str(self._detail(error_details_pb2.ResourceInfo).resource_name)

    def _detail(self, kind: type[_Detail]) -> _Detail:
        (found,) = [detail for detail in self.details if isinstance(detail, kind)]
        return found


@contextmanager
def fails() -> Iterator[Failure]:
    """Expect the call inside to fail; give its status and details."""
    failure = Failure()
    with pytest.raises(grpc.RpcError) as caught:
        yield failure
    error = caught.value
    failure.code = error.code()
    failure.message = error.details() or ""
    for name, value in cast(Iterable[tuple[str, bytes]], error.trailing_metadata() or ()):
        if name != "grpc-status-details-bin":
            continue
        status = status_pb2.Status.FromString(value)
        assert code_pb2.Code.Name(status.code) == failure.code.name
        assert status.message == failure.message
        failure.details = tuple(map(_unpack, status.details))


def _unpack(packed: any_pb2.Any) -> Message:
    for kind in _KINDS:
        detail: Message = kind()
        if packed.Unpack(detail):
            return detail
    raise AssertionError(f"a detail of an unexpected kind: {packed}")
