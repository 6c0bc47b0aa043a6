"""The dashboard asks for nothing that servers do not tell."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarjama_server.observability.metrics import Metrics

DEPLOY = Path(__file__).parents[3] / "server" / "deploy"
METRIC = re.compile(r"\b(?:tarjama|process|python)_\w+")


def dashboard() -> dict[str, Any]:
    text = (DEPLOY / "grafana.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def queries() -> Iterator[str]:
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]
    for variable in dashboard()["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]


def known() -> set[str]:
    """Names of all samples that servers can tell of, those not counted yet included."""
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
    return {
        family.name + suffix
        for family in Metrics().registry.collect()
        for suffix in suffixes.get(family.type, [""])
    }


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_a_query_names_metrics_that_there_are(query: str) -> None:
    names = METRIC.findall(query)
    assert names
    assert set(names) <= known()


def test_every_metric_of_the_server_s_own_is_shown() -> None:
    shown = {
        re.sub(r"_(bucket|sum|count|total)$", "", name)
        for query in queries()
        for name in METRIC.findall(query)
    }
    own = {
        family.name for family in Metrics().registry.collect() if family.name.startswith("tarjama_")
    }
    assert own <= shown


def test_the_alerts_name_metrics_that_there_are() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    names = re.findall(r"\btarjama_\w+", text)
    assert names
    assert set(names) <= known()


def test_panels_have_places_and_ids_of_their_own() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_queries_close_what_they_open() -> None:
    for query in queries():
        for opening, closing in ("()", "[]", "{}"):
            assert query.count(opening) == query.count(closing)
