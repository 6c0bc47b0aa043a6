"""The manifests are valid, and their figures agree with the server's."""

from collections.abc import Mapping
from typing import Any

import kubernetes_validate
import pytest
from grpc_health.v1 import health

from tarjama_server.api.service import SERVICE_NAME
from tarjama_server.app import server as server_life
from tarjama_server.config import Settings, load_settings
from tests.deploy.manifests import (
    KUBERNETES,
    Manifest,
    container,
    environment,
    manifest,
    read,
    resources,
    settings_of,
)

# The first with all that the manifests use, and the last whose schemas are known here.
KUBERNETES_VERSIONS = ("1.30", kubernetes_validate.latest_version())
CUSTOM_KINDS = ("GRPCRoute", "PodMonitor")

BUILT_IN = {name: each for name, each in resources() if each["kind"] not in CUSTOM_KINDS}


@pytest.fixture
def deployment() -> Manifest:
    return manifest("base/deployment")


@pytest.fixture
def pod(deployment: Manifest) -> Manifest:
    return dict(deployment["spec"]["template"]["spec"])


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
@pytest.mark.parametrize("name", BUILT_IN)
def test_a_resource_fits_the_schema_of_its_kind(name: str, version: str) -> None:
    kubernetes_validate.validate(BUILT_IN[name], version, strict=True)


def test_every_file_is_part_of_a_kustomization() -> None:
    listed = {KUBERNETES / name for name, _ in resources()}
    for path in KUBERNETES.rglob("kustomization.yaml"):
        patches = [patch["path"] for patch in read(path).get("patches", ()) if "path" in patch]
        listed |= {path, *(path.parent / patch for patch in patches)}
    # Values for another program's chart.
    listed.add(KUBERNETES / "components/autoscaling/adapter-rules.yaml")

    assert set(KUBERNETES.rglob("*.yaml")) == listed


def test_what_kustomizations_name_is_there() -> None:
    for path in KUBERNETES.rglob("kustomization.yaml"):
        each = read(path)
        files = [patch["path"] for patch in each.get("patches", ()) if "path" in patch]
        for name in (*each.get("resources", ()), *each.get("components", ()), *files):
            assert (path.parent / name).exists(), f"{path}: {name}"


@pytest.mark.parametrize(
    "name", ["components/secure/deployment", "components/fetched-model/deployment"]
)
def test_a_patch_is_of_the_server_s_container(name: str, deployment: Manifest) -> None:
    patch = manifest(name)

    assert patch["metadata"]["name"] == deployment["metadata"]["name"]
    assert container(patch)["name"] == container(deployment)["name"]


@pytest.mark.parametrize(
    "name",
    ["base/deployment", "components/secure/deployment", "components/fetched-model/deployment"],
)
def test_variables_are_settings_of_the_server(name: str) -> None:
    settings = settings_of(environment(container(manifest(name))))

    assert settings
    assert set(settings) <= set(Settings.model_fields)


def as_the_server_reads(
    monkeypatch: pytest.MonkeyPatch, *containers: Mapping[str, Any]
) -> Settings:
    monkeypatch.setenv("TARJAMA_SERVER_LISTEN", "0.0.0.0:50051")  # As the image says.
    for each in containers:
        for name, value in environment(each).items():
            monkeypatch.setenv(name, value)
    return load_settings(None, {})


def test_the_server_takes_its_settings(
    deployment: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = as_the_server_reads(monkeypatch, container(deployment))

    assert settings.allow_insecure
    assert settings.tls_cert is None


def test_with_certificate_and_tokens_it_is_open_to_nobody_else(
    deployment: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    secure = container(manifest("components/secure/deployment"))

    settings = as_the_server_reads(monkeypatch, container(deployment), secure)

    assert not settings.allow_insecure
    assert settings.tokens_file is not None
    assert any(address.startswith("unix:/run/tarjama/") for address in settings.listen)


def test_a_pod_has_time_to_drain(
    deployment: Manifest, pod: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = as_the_server_reads(monkeypatch, container(deployment))
    asleep_s = container(deployment)["lifecycle"]["preStop"]["sleep"]["seconds"]
    ending_s = server_life._STREAM_END_S + server_life._LAME_DUCK_S

    assert pod["terminationGracePeriodSeconds"] > asleep_s + settings.drain_grace_s + ending_s


def test_a_pod_that_drains_is_not_killed_for_it(pod: Manifest, deployment: Manifest) -> None:
    probe = container(deployment)["livenessProbe"]

    assert probe["periodSeconds"] * probe["failureThreshold"] > pod["terminationGracePeriodSeconds"]


@pytest.mark.parametrize("name", ["base/deployment", "components/secure/deployment"])
def test_a_server_that_hangs_can_tell_before_it_is_killed(name: str) -> None:
    probe = container(manifest(name))["livenessProbe"]
    floor_s = Settings.model_fields["watchdog_floor_s"].default

    assert probe["periodSeconds"] * (probe["failureThreshold"] - 1) > floor_s


def test_ports_are_those_that_the_server_listens_on(
    deployment: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = container(deployment)
    ports = {port["name"]: port["containerPort"] for port in server["ports"]}
    settings = as_the_server_reads(monkeypatch, server)
    (service_port,) = manifest("base/service")["spec"]["ports"]
    (backend,) = manifest("components/route/route")["spec"]["rules"][0]["backendRefs"]

    assert settings.listen == (f"0.0.0.0:{ports['grpc']}",)
    assert settings.metrics_listen == f"0.0.0.0:{ports['metrics']}"
    assert (service_port["port"], service_port["targetPort"]) == (ports["grpc"], "grpc")
    assert backend == {"name": "tarjama", "port": service_port["port"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert server[probe]["grpc"] == {"port": ports["grpc"]}
    for rule in manifest("base/network")["spec"]["ingress"]:
        assert {port["port"] for port in rule["ports"]} <= set(ports)
    (endpoint,) = manifest("components/monitoring/pod-monitor")["spec"]["podMetricsEndpoints"]
    assert endpoint["port"] in ports


def test_all_speak_of_the_same_pods(deployment: Manifest) -> None:
    labels = deployment["spec"]["template"]["metadata"]["labels"]

    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert manifest("base/service")["spec"]["selector"] == labels
    for name in ("base/disruption", "components/monitoring/pod-monitor"):
        assert manifest(name)["spec"]["selector"]["matchLabels"] == labels
    assert manifest("base/network")["spec"]["podSelector"]["matchLabels"] == labels
    target = manifest("components/autoscaling/autoscaler")["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", deployment["metadata"]["name"])


def test_a_server_is_kept_to_whole_cores_and_never_root(pod: Manifest) -> None:
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod["automountServiceAccountToken"]
    for each in pod["containers"]:
        assert each["resources"]["requests"]["cpu"] == each["resources"]["limits"]["cpu"]
        assert each["resources"]["limits"]["cpu"].isdigit()


@pytest.mark.parametrize("name", ["base/deployment", "components/fetched-model/deployment"])
def test_containers_can_do_no_more_than_they_need(name: str) -> None:
    template = manifest(name)["spec"]["template"]["spec"]
    for each in template.get("initContainers", template["containers"]):
        assert each["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_a_route_goes_to_services_that_there_are() -> None:
    route = manifest("components/route/route")
    matched = {
        match["method"]["service"] for rule in route["spec"]["rules"] for match in rule["matches"]
    }

    assert route["apiVersion"] == "gateway.networking.k8s.io/v1"
    assert matched == {SERVICE_NAME, health.SERVICE_NAME}
