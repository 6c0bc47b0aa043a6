"""What is in the files that are published."""

import tarfile
import zipfile
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, Distributions

PACKAGES = {
    "tarjama": ROOT / "client" / "tarjama",
    "tarjama_server": ROOT / "server" / "tarjama_server",
    "tarjama_proto": ROOT / "proto" / "tarjama_proto",
}
BUNDLED = {
    "tarjama_server/bundled/registry.toml": ROOT / "models" / "registry.toml",
    "tarjama_server/bundled/ar-en-small": ROOT / "models" / "ar-en-small",
}
# It has 42.5 MB, nearly all of them the bundled model's, which may have 45 before it is packed.
MAX_WHEEL_BYTES = 45_000_000


def files(place: str, source: Path) -> dict[str, Path]:
    """Where each file at `source` is in an archive that has it at `place`; caches are nowhere."""
    if source.is_file():
        return {place: source}
    return {
        f"{place}/{path.relative_to(source).as_posix()}": path
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return BytesParser().parsebytes(archive.read(name))


def test_the_wheel_holds_the_packages_and_the_bundled_model_and_nothing_else(
    distributions: Distributions,
) -> None:
    wanted: dict[str, Path] = {}
    for place, source in {**PACKAGES, **BUNDLED}.items():
        wanted |= files(place, source)
    with zipfile.ZipFile(distributions.wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert names == wanted.keys()
        changed = [name for name in names if archive.read(name) != wanted[name].read_bytes()]
    assert changed == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_tells_type_checkers_that_it_is_typed(
    distributions: Distributions, package: str
) -> None:
    with zipfile.ZipFile(distributions.wheel) as archive:
        assert f"{package}/py.typed" in archive.namelist()


def test_the_wheel_is_no_larger_than_its_model_explains(distributions: Distributions) -> None:
    assert distributions.wheel.stat().st_size < MAX_WHEEL_BYTES


def test_the_wheel_of_the_sdist_is_that_of_the_tree_byte_for_byte(
    distributions: Distributions,
) -> None:
    assert distributions.wheel_of_sdist.name == distributions.wheel.name
    assert distributions.wheel_of_sdist.read_bytes() == distributions.wheel.read_bytes()


def test_the_sdist_holds_what_builds_and_tests_it(distributions: Distributions) -> None:
    wanted: dict[str, Path] = {}
    for name in ("tests", "seeds", "models", "proto", "client", "server"):
        wanted |= files(name, ROOT / name)
    with tarfile.open(distributions.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert wanted.keys() <= names
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert not [name for name in names if name.startswith((".venv", ".git/", "dist"))]


def test_the_metadata_names_python_licence_and_readme(distributions: Distributions) -> None:
    found = metadata(distributions.wheel)
    assert found["Requires-Python"] == ">=3.11"
    assert "Apache-2.0" in found["License-Expression"]
    assert found["Description-Content-Type"] == "text/markdown"
    assert found.get_payload(decode=True) == (ROOT / "README.md").read_bytes()


def test_the_base_needs_grpc_and_protobuf_alone(distributions: Distributions) -> None:
    needs = metadata(distributions.wheel).get_all("Requires-Dist", [])
    base = {need.partition("<")[0] for need in needs if "extra ==" not in need}
    assert base == {"grpcio", "protobuf"}
