"""What server/deploy holds, read as the programs that take it read it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "server" / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
ENVIRONMENT_PREFIX = "TARJAMA_SERVER_"

Manifest = dict[str, Any]


def read(path: Path) -> Manifest:
    """Read a file of one YAML document."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def manifest(name: str) -> Manifest:
    """Read one file of server/deploy/kubernetes, named without its suffix."""
    return read(KUBERNETES / f"{name}.yaml")


def resources() -> Iterator[tuple[str, Manifest]]:
    """Yield what kustomizations list as resources, each with its name: what is applied."""
    for kustomization in sorted(KUBERNETES.rglob("kustomization.yaml")):
        for file in read(kustomization).get("resources", ()):
            path = kustomization.parent / file
            if path.is_file():
                yield path.relative_to(KUBERNETES).as_posix(), read(path)


def container(deployment: Manifest) -> Manifest:
    """The server's container of a Deployment, or of a patch to one."""
    (server,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(server)


def environment(holder: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a container."""
    return {variable["name"]: variable["value"] for variable in holder["env"]}


def settings_of(variables: Mapping[str, str]) -> dict[str, str]:
    """Those variables that are settings of the server, as its fields are named."""
    return {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(ENVIRONMENT_PREFIX)
    }
