"""What the Containerfile says; tests/reach/image builds it and runs the result."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser

from tarjama_server.config import Settings
from tests.deploy.manifests import DEPLOY, container, manifest, settings_of

ROOT = DEPLOY.parents[1]


@pytest.fixture(scope="module")
def containerfile(tmp_path_factory: pytest.TempPathFactory) -> DockerfileParser:
    # The parser wants a folder that it may write to.
    copy = tmp_path_factory.mktemp("containerfile") / "Dockerfile"
    copy.write_bytes((DEPLOY / "Containerfile").read_bytes())
    return DockerfileParser(str(copy))


def last(containerfile: DockerfileParser, instruction: str) -> str:
    """What the last of its kind says, which is that of the final stage."""
    return str(
        [each["value"] for each in containerfile.structure if each["instruction"] == instruction][
            -1
        ]
    )


def copied_from_the_folder(containerfile: DockerfileParser) -> set[str]:
    sources = set()
    for each in containerfile.structure:
        if each["instruction"] == "COPY" and not each["value"].startswith("--from"):
            sources |= set(each["value"].split()[:-1])
    return sources


def test_the_process_is_the_server_itself(containerfile: DockerfileParser) -> None:
    """Through a shell, signals would not reach it."""
    assert json.loads(last(containerfile, "ENTRYPOINT")) == ["tarjama-server"]
    assert json.loads(last(containerfile, "CMD")) == ["serve"]


def test_its_user_is_a_number_and_that_of_the_pods(containerfile: DockerfileParser) -> None:
    pod = manifest("base/deployment")["spec"]["template"]["spec"]["securityContext"]

    assert last(containerfile, "USER") == f"{pod['runAsUser']}:{pod['runAsGroup']}"
    assert pod["runAsUser"] > 0


def test_its_variables_are_settings(containerfile: DockerfileParser) -> None:
    settings = settings_of(containerfile.envs)

    assert settings
    assert set(settings) <= set(Settings.model_fields)


def test_it_listens_where_others_look(containerfile: DockerfileParser) -> None:
    port = last(containerfile, "EXPOSE")
    pod_ports = container(manifest("base/deployment"))["ports"]
    ports = {each["name"]: each["containerPort"] for each in pod_ports}

    assert containerfile.envs["TARJAMA_SERVER_LISTEN"] == f"0.0.0.0:{port}"
    assert ports["grpc"] == int(port)


def test_its_labels_tell_version_and_licence(containerfile: DockerfileParser) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bundled = json.loads((ROOT / "models/ar-en-small/manifest.json").read_text(encoding="utf-8"))
    labels = containerfile.labels

    assert labels["org.opencontainers.image.version"] == project["version"]
    assert labels["org.opencontainers.image.licenses"] == project["license"]
    assert project["license"].endswith(f" AND {bundled['license']}")


def test_images_that_run_have_the_version(containerfile: DockerfileParser) -> None:
    version = containerfile.labels["org.opencontainers.image.version"]
    template = manifest("components/fetched-model/deployment")["spec"]["template"]["spec"]
    (fetching,) = template["initContainers"]
    (named,) = manifest("example/kustomization")["images"]

    for image in (container(manifest("base/deployment"))["image"], fetching["image"]):
        assert image == f"{named['name']}:{version}"
    assert named["newTag"] == version


def test_the_base_is_one_image_with_a_tag(containerfile: DockerfileParser) -> None:
    bases = {
        each["value"].split()[0]
        for each in containerfile.structure
        if each["instruction"] == "FROM"
    }

    assert bases == {"${BASE_IMAGE}"}
    (default,) = [
        each["value"].removeprefix("BASE_IMAGE=")
        for each in containerfile.structure
        if each["instruction"] == "ARG" and each["value"].startswith("BASE_IMAGE=")
    ]
    assert re.fullmatch(r"docker\.io/library/debian:[a-z]+-slim", default)


def test_only_what_the_wheel_needs_is_copied(containerfile: DockerfileParser) -> None:
    ignoring = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignoring if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    folders = [*wheel["packages"], *wheel["force-include"]]
    licenses = project["project"]["license-files"]
    needed = {
        "pyproject.toml",
        project["project"]["readme"],
        *folders,
        *(each for each in licenses if not each.startswith(tuple(folders))),
    }

    assert copied_from_the_folder(containerfile) == needed
    assert let_in == needed
    assert "*" in ignoring
    for name in needed:
        assert Path(ROOT, name).exists()
