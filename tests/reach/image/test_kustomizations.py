"""The kustomizations are put together by kubectl, and what comes out is what a cluster takes."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.deploy.manifests import KUBERNETES, container, environment
from tests.deploy.test_kubernetes import CUSTOM_KINDS, KUBERNETES_VERSIONS
from tests.reach.image.podman import BASE_IMAGE, Podman

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

Rendered = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def kubectl(podman: Podman, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image with Debian's kubectl."""
    folder = tmp_path_factory.mktemp("kubectl")
    containerfile = folder / "Containerfile"
    containerfile.write_text(
        f"FROM {BASE_IMAGE}\n"
        "RUN apt-get update && apt-get install -y --no-install-recommends kubernetes-client\n"
    )
    podman.build("localhost/kubectl", containerfile, folder)
    return "localhost/kubectl"


def rendered(podman: Podman, kubectl: str, folder: Path) -> Rendered:
    text = podman.run(
        kubectl,
        *("kubectl", "kustomize", f"/kubernetes/{folder.relative_to(KUBERNETES)}"),
        options=("--volume", f"{KUBERNETES}:/kubernetes:ro"),
    )
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


@pytest.fixture(scope="module")
def example(podman: Podman, kubectl: str) -> Rendered:
    return rendered(podman, kubectl, KUBERNETES / "example")


def test_the_base_stands_by_itself(podman: Podman, kubectl: str) -> None:
    base = rendered(podman, kubectl, KUBERNETES / "base")

    assert set(base) == {"Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"}


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_all_together_fits_the_schemas(example: Rendered, version: str) -> None:
    assert {"HorizontalPodAutoscaler", "PersistentVolumeClaim", "PodMonitor"} <= set(example)
    for kind, each in example.items():
        assert each["metadata"]["namespace"] == "tarjama"
        if kind not in CUSTOM_KINDS:
            kubernetes_validate.validate(each, version, strict=True)


def test_the_autoscaler_alone_says_how_many(example: Rendered) -> None:
    assert "replicas" not in example["Deployment"]["spec"]


def test_with_a_certificate_probes_go_through_the_socket(example: Rendered) -> None:
    server = container(example["Deployment"])

    assert environment(server)["TARJAMA_SERVER_ALLOW_INSECURE"] == "false"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert server[probe]["exec"] == {"command": ["tarjama-server", "health"]}
        assert "grpc" not in server[probe]
    (port,) = example["Service"]["spec"]["ports"]
    assert "appProtocol" not in port
    assert port["name"] == "grpc"


def test_components_add_to_what_the_base_says(example: Rendered) -> None:
    pod = example["Deployment"]["spec"]["template"]["spec"]
    server = container(example["Deployment"])
    (fetching,) = pod["initContainers"]

    assert {volume["name"] for volume in pod["volumes"]} == {
        *("tokens", "tls", "run", "models", "scratch")
    }
    assert server["image"] == fetching["image"] == "registry.example/tarjama-server:0.1.0"
    assert server["resources"]["limits"]["cpu"] == "2"
    assert example["NetworkPolicy"]["spec"]["ingress"]
    assert example["NetworkPolicy"]["spec"]["egress"]
