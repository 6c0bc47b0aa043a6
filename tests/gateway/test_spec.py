"""The OpenAPI description is true to what is served."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

import tarjama
from tarjama.gateway.application import create_application
from tarjama.gateway.settings import GatewaySettings
from tarjama.gateway.spec import openapi
from tarjama.gateway.translation import Translator
from tests.client.library.scripted import ScriptedServer
from tests.gateway.conftest import gateway_process

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    """The description that a gateway gives, whose server translates by rule."""
    server = ScriptedServer()
    process = gateway_process(
        *("--server", server.address, "--max-characters", "1000"),
        folder=tmp_path_factory.mktemp("described"),
    )
    try:
        process.wait_until_ready()
        yield schemathesis.openapi.from_url(f"{process.address}/spec")
        assert "Traceback" not in process.stderr
    finally:
        process.kill()
        server.stop()


OPERATIONS = [
    (path, method, operation)
    for path, methods in openapi(GatewaySettings())["paths"].items()
    for method, operation in methods.items()
]
# Any text may stand in a path: only queries and bodies can be wrong.
CASES = [
    *((path, method, GenerationMode.POSITIVE) for path, method, _ in OPERATIONS),
    *(
        (path, method, GenerationMode.NEGATIVE)
        for path, method, operation in OPERATIONS
        if "requestBody" in operation or '"in": "query"' in json.dumps(operation)
    ),
]


@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_no_request_makes_the_gateway_fail_or_break_its_word(
    described: BaseSchema, path: str, method: str, mode: GenerationMode
) -> None:
    # Not by the plug-in for pytest: that of 4.32 does not work with pytest 9.2.
    operation = described[path][method]
    # No file that it makes up is of any format.
    accepts = mode is GenerationMode.POSITIVE and path != "/translate_file"
    checks = [*CHECKS, positive_data_acceptance] if accepts else CHECKS

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(checks=checks)

    ask()


def test_all_that_is_served_is_described_and_nothing_else(tmp_path: Path) -> None:
    client = tarjama.AsyncClient("127.0.0.1:1")
    translator = Translator(client, client, terms_in=lambda texts: (), timeout_s=1.0)
    application = create_application(translator, GatewaySettings(), tmp_path)

    served = {
        (route.path, method.lower())  # type: ignore[attr-defined]
        for route in application.routes
        for method in route.methods - {"HEAD"}  # type: ignore[attr-defined]
    }

    described = openapi(GatewaySettings())["paths"]
    assert served == {(path, method) for path, each in described.items() for method in each}
