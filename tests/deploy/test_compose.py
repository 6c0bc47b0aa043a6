"""compose.yaml is valid, and agrees with the image and with the server."""

from itertools import chain

import pytest
from compose_spec import PyCompose

from tarjama_server.app import server as server_life
from tarjama_server.config import Settings
from tests.deploy.manifests import DEPLOY, Manifest, read, settings_of


@pytest.fixture
def compose() -> Manifest:
    return read(DEPLOY / "compose.yaml")


@pytest.fixture
def server(compose: Manifest) -> Manifest:
    return dict(compose["services"]["server"])


def test_it_fits_the_specification() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")

    specification = PyCompose.from_yaml(text).to_spec()

    assert set(specification.services or ()) == {"server", "fetch", "prometheus", "grafana"}


def test_it_builds_the_image_of_this_folder(server: Manifest) -> None:
    context = (DEPLOY / server["build"]["context"]).resolve()

    assert (context / "pyproject.toml").is_file()
    assert (context / server["build"]["dockerfile"]).samefile(DEPLOY / "Containerfile")


def test_what_is_mounted_is_there(compose: Manifest) -> None:
    mounts = chain.from_iterable(each.get("volumes", ()) for each in compose["services"].values())
    sources = [mount.partition(":")[0] for mount in mounts]

    for source in sources:
        assert source in compose["volumes"] or (DEPLOY / source).is_file(), source


def test_its_ports_are_reached_from_this_machine_alone(compose: Manifest) -> None:
    for each in compose["services"].values():
        for port in each.get("ports", ()):
            assert port.startswith("127.0.0.1:")


def test_variables_are_settings_of_the_server(server: Manifest) -> None:
    settings = settings_of(server["environment"])

    assert settings
    assert set(settings) <= set(Settings.model_fields)


def test_the_server_has_time_to_drain_and_whole_cores(server: Manifest) -> None:
    grace_s = Settings.model_fields["drain_grace_s"].default
    ending_s = server_life._STREAM_END_S + server_life._LAME_DUCK_S

    assert int(server["stop_grace_period"].removesuffix("s")) > grace_s + ending_s
    assert float(server["cpus"]).is_integer()


def test_the_server_can_do_no_more_than_it_needs(server: Manifest) -> None:
    assert server["read_only"]
    assert server["cap_drop"] == ["ALL"]
    assert server["security_opt"] == ["no-new-privileges:true"]


def test_prometheus_asks_the_server_and_grafana_asks_prometheus(server: Manifest) -> None:
    port = server["environment"]["TARJAMA_SERVER_METRICS_LISTEN"].rpartition(":")[2]
    (job,) = read(DEPLOY / "compose/prometheus.yaml")["scrape_configs"]
    (source,) = read(DEPLOY / "compose/grafana-sources.yaml")["datasources"]

    assert job["static_configs"] == [{"targets": [f"server:{port}"]}]
    assert source["url"] == "http://prometheus:9090"
    # What the dashboard's variable lists.
    assert source["type"] == "prometheus"
