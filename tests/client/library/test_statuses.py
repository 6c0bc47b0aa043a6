"""What a failed call's status becomes, by both clients."""

from dataclasses import dataclass

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2

import tarjama
from tests.client.library.drivers import Driver
from tests.client.library.scripted import Script, ScriptedServer, status

TEXT = "مرحبا بكم\nفي بغداد"


def bad_request() -> Message:
    violation = error_details_pb2.BadRequest.FieldViolation(field="texts[0]", description="NUL")
    message: Message = error_details_pb2.BadRequest(field_violations=[violation])
    return message


@pytest.mark.parametrize(
    ("code", "details", "error", "attributes"),
    [
        (
            "INVALID_ARGUMENT",
            [bad_request()],
            tarjama.InvalidInput,
            {"field_violations": (tarjama.FieldViolation("texts[0]", "NUL"),)},
        ),
        ("OUT_OF_RANGE", [], tarjama.InvalidInput, {}),
        ("UNIMPLEMENTED", [], tarjama.UnsupportedOption, {}),
        ("NOT_FOUND", [], tarjama.ModelNotFound, {}),
        ("FAILED_PRECONDITION", [], tarjama.PreconditionFailed, {}),
        ("RESOURCE_EXHAUSTED", [], tarjama.LimitExceeded, {"retryable": False}),
        ("UNAUTHENTICATED", [], tarjama.AuthenticationFailed, {}),
        ("PERMISSION_DENIED", [], tarjama.PermissionDenied, {}),
        ("DEADLINE_EXCEEDED", [], tarjama.DeadlineExceeded, {"reason": None}),
        (
            "INTERNAL",
            [error_details_pb2.RequestInfo(request_id="7f3a")],
            tarjama.ServerError,
            {"request_id": "7f3a"},
        ),
        ("UNKNOWN", [], tarjama.ServerError, {"request_id": None}),
        ("DATA_LOSS", [], tarjama.ServerError, {}),
    ],
)
def test_each_status_has_its_error(
    server: ScriptedServer,
    client: Driver,
    code: str,
    details: list[Message],
    error: type[tarjama.TarjamaError],
    attributes: dict[str, object],
) -> None:
    server.scripts = [Script(fail=status(code, "what and how much", *details, reason="WHY"))] * 2

    for call in (client.translate, client.read):
        with pytest.raises(error) as caught:
            call(TEXT)
        assert type(caught.value) is error
        found = {name: getattr(caught.value, name) for name in attributes}
        assert found == attributes
        if error is not tarjama.DeadlineExceeded:
            assert str(caught.value) == "what and how much"
            assert (caught.value.reason, caught.value.details) == ("WHY", {"a": "b"})
    assert len(server.calls) == 2, "none of these is tried again"


def test_a_status_that_a_reset_came_upon_is_read_from_its_details(
    server: ScriptedServer, client: Driver
) -> None:
    fail = status("INVALID_ARGUMENT", "what and how much", reason="WHY")
    reset = ResetStatus(grpc.StatusCode.CANCELLED, "Stream removed", fail.trailing_metadata)
    server.scripts = [Script(fail=reset)]

    with pytest.raises(tarjama.InvalidInput, match="what and how much"):
        client.translate(TEXT)


@dataclass(frozen=True)
class ResetStatus(grpc.Status):
    """What gRPC tells of a call whose stream was reset right behind its status."""

    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, str | bytes], ...]
