"""The Go program of client/README.md, with the libraries of Debian 13.

`tests/reach/go/go_environment.py` unpacks them; TARJAMA_TEST_GO names the folder.
"""

import os
from pathlib import Path

import pytest

from tests.conftest import SEEDS
from tests.reach.programs import PROTO, check_printed, program, run
from tests.reach.samples import write_samples
from tests.server.process.server_process import ServerProcess

MODULE = Path("src", "example.com", "translate")
# gRPC is built from source, about 35 s of one core.
BUILD_S = 400


@pytest.mark.system
@pytest.mark.timeout(BUILD_S + 100)
def test_the_program_of_the_readme_prints_translations(
    tmp_path: Path, server: ServerProcess
) -> None:
    unpacked = os.environ.get("TARJAMA_TEST_GO")
    assert unpacked, "Run tests/reach/go/go_environment.py FOLDER; set TARJAMA_TEST_GO to it"
    root = Path(unpacked).resolve() / "usr"
    folder = tmp_path / MODULE
    write_samples(folder, "generate-go.sh", "main.go")
    (folder / "proto").symlink_to(PROTO)
    env = {
        "PATH": os.pathsep.join([str(root / "bin"), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "GOCACHE": str(root.parent / "cache"),
        "GOROOT": str(root / "lib" / "go-1.24"),
        # Debian's packages lie where Go looked for them before it had modules.
        "GO111MODULE": "off",
        "GOPATH": os.pathsep.join([str(tmp_path), str(root / "share" / "gocode")]),
        "CGO_ENABLED": "0",
    }
    program("protoc", "Debian's protobuf-compiler")
    go = root / "lib" / "go-1.24" / "bin" / "go"

    run("sh", "-e", "generate-go.sh", folder=folder, env=env)
    run(go, "vet", ".", folder=folder, env=env, timeout_s=BUILD_S)
    run(go, "build", "-o", "translate", ".", folder=folder, env=env, timeout_s=BUILD_S)
    article = SEEDS / "01-iraq-withdrawal.ar.txt"
    done = run("./translate", server.address, article, folder=folder, env=env)

    check_printed(done.stdout)
