"""The autoscaler asks for metrics that the adapter makes of what servers tell."""

import re
from typing import Any

import httpx
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.config import Settings
from tests.conftest import Connect, StartServer
from tests.deploy.manifests import manifest

RULES: list[dict[str, Any]] = manifest("components/autoscaling/adapter-rules")["rules"]["custom"]
SAMPLE = re.compile(r"tarjama_\w+(?=\{)")
PRIORITY = re.compile(r'priority="(\w+)"')


def asked_for() -> dict[str, str]:
    """Metrics of the autoscaler, and how much of each a pod is to have."""
    metrics = manifest("components/autoscaling/autoscaler")["spec"]["metrics"]
    return {
        each["pods"]["metric"]["name"]: each["pods"]["target"]["averageValue"] for each in metrics
    }


def test_the_adapter_makes_what_is_asked_for() -> None:
    assert {rule["name"]["as"] for rule in RULES} == set(asked_for())


def test_it_makes_them_of_samples_that_a_server_has_before_its_first_call(
    start_server: StartServer,
) -> None:
    process = start_server("--metrics-listen", "127.0.0.1:0")
    (url,) = re.findall(r"http://127\.0\.0\.1:\d+/metrics", process.stderr)
    text = httpx.get(url).text

    for rule in RULES:
        queries = rule["seriesQuery"] + rule["metricsQuery"]
        for name in SAMPLE.findall(queries):
            (priority,) = set(PRIORITY.findall(queries))
            assert re.search(rf'^{name}{{[^}}]*priority="{priority}"', text, re.MULTILINE), name


def waits_counted(metrics_url: str) -> float:
    count = r'^tarjama_queue_wait_seconds_count\{[^}]*priority="interactive"[^}]*\} ([\d.]+)$'
    (value,) = re.findall(count, httpx.get(metrics_url).text, re.MULTILINE)
    return float(value)


def test_a_sentence_of_a_call_shows_in_them(start_server: StartServer, connect: Connect) -> None:
    process = start_server("--metrics-listen", "127.0.0.1:0")
    (url,) = re.findall(r"http://127\.0\.0\.1:\d+/metrics", process.stderr)
    stub = pb_grpc.TranslationServiceStub(connect(process.address))
    after_warm_up = waits_counted(url)

    stub.TranslateText(pb.TranslateTextRequest(texts=["مرحبا بالعالم."]), timeout=60)

    assert waits_counted(url) == after_warm_up + 1


@pytest.mark.parametrize(
    ("metric", "limit"),
    [
        ("tarjama_interactive_wait_seconds", "max_queue_s"),
        ("tarjama_bulk_wait_seconds", "max_bulk_queue_s"),
    ],
)
def test_servers_are_added_well_before_callers_are_refused(metric: str, limit: str) -> None:
    value = asked_for()[metric]
    seconds = int(value[:-1]) / 1000 if value.endswith("m") else float(value)

    assert 0 < seconds <= Settings.model_fields[limit].default / 2
