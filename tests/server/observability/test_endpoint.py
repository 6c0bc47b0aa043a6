"""Metrics over HTTP, from a real server."""

import json
import re
import socket
import subprocess
import sys
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.observability.instruments import CannotObserve, Instruments
from tests.conftest import Connect, StartServer
from tests.server.api.streams import TIMEOUT_S
from tests.server.process.server_process import ServerProcess


def scrape(server: ServerProcess) -> dict[str, dict[str, float]]:
    """All samples: by name, then by their labels' values."""
    urls = [
        record["url"]
        for record in map(json.loads, server.stderr.splitlines())
        if record["event"] == "metrics"
    ]
    (url,) = urls
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
        text = response.read().decode()
    samples: dict[str, dict[str, float]] = {}
    for metric in text_string_to_metric_families(text):
        for sample in metric.samples:
            labels = " ".join(label for _, label in sorted(sample.labels.items()))
            samples.setdefault(sample.name, {})[labels] = sample.value
    return samples


def test_a_server_tells_prometheus_what_it_did(start_server: StartServer, connect: Connect) -> None:
    server = start_server("--metrics-listen", "127.0.0.1:0", "--log-format", "json")
    before = scrape(server)
    assert before["tarjama_segments_total"] == {"ar-en-small": 0.0}
    assert list(before["tarjama_model_info"].values()) == [1.0]
    # The engine's counts have the sentences that warm it up.
    warm_up_count = before["tarjama_batch_sentences_sum"]["ar-en-small"]
    assert warm_up_count > 0
    stub = pb_grpc.TranslationServiceStub(connect(server.address))
    request = pb.TranslateTextRequest(texts=["ذهب الولد إلى المدرسة.", "قرأت البنت كتابا جديدا."])
    answers = [stub.TranslateText(request, timeout=TIMEOUT_S) for _ in range(3)]
    assert answers[0].translations == answers[2].translations
    after = scrape(server)
    assert after["tarjama_calls_total"] == {"OK TranslateText": 3.0}
    assert after["tarjama_cache_lookups_total"] == {"hit": 4.0, "joined": 0.0, "miss": 2.0}
    assert after["tarjama_segments_total"] == {"ar-en-small": 6.0}
    assert after["tarjama_batch_sentences_sum"] == {"ar-en-small": warm_up_count + 2}
    assert after["tarjama_cache_limit_bytes"] == {"": float(64 << 20)}
    assert after["process_cpu_seconds_total"][""] > 0
    server.process.terminate()
    assert server.wait() == 0


def test_without_a_cache_every_sentence_is_translated_anew(
    start_server: StartServer, connect: Connect
) -> None:
    args = ("--metrics-listen", "127.0.0.1:0", "--cache-bytes", "0", "--log-format", "json")
    server = start_server(*args)
    warm_up_count = scrape(server)["tarjama_batch_sentences_sum"]["ar-en-small"]
    stub = pb_grpc.TranslationServiceStub(connect(server.address))
    request = pb.TranslateTextRequest(texts=["ذهب الولد إلى المدرسة."] * 2)
    for _ in range(2):
        stub.TranslateText(request, timeout=TIMEOUT_S)
    samples = scrape(server)
    assert samples["tarjama_batch_sentences_sum"] == {"ar-en-small": warm_up_count + 4}
    assert set(samples["tarjama_cache_lookups_total"].values()) == {0.0}


def test_nothing_is_served_or_imported_unless_asked_for() -> None:
    code = (
        "import sys, tarjama_server.app, tarjama_server.commands.serve; "
        "sys.exit('opentelemetry' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=TIMEOUT_S)


@pytest.mark.parametrize("address", ["9464", ":9464", "127.0.0.1", "127.0.0.1:70000", "a:b"])
def test_an_address_for_metrics_that_is_none_is_named(address: str) -> None:
    with pytest.raises(CannotObserve, match=f"{re.escape(address)}: an address is HOST:PORT"):
        Instruments().serve_metrics(address)


def test_a_server_whose_metrics_address_is_taken_says_so(start_server: StartServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        server = start_server("--metrics-listen", address, wait=False)
        assert server.wait() == 1
    assert server.stderr.splitlines()[-1].startswith(
        f"Error: cannot serve metrics on {address}: Address already in use"
    )
    assert server.addresses == []


def test_tracing_without_its_packages_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "tarjama_server.observability.otel", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(CannotObserve, match=r"install tarjama\[otel\]"):
        Instruments(has_traces=True)
