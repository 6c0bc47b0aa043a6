"""The Java program of client/README.md, with the libraries of Debian."""

import os
from pathlib import Path

import pytest

from tests.conftest import SEEDS
from tests.reach.programs import PROTO, check_printed, program, run
from tests.reach.samples import write_samples
from tests.server.process.server_process import ServerProcess

pytestmark = pytest.mark.system

LIBRARIES = Path("/usr/share/java")
JARS = (
    *("grpc-api", "grpc-context", "grpc-core", "grpc-netty", "grpc-protobuf", "grpc-stub"),
    *("grpc-protobuf-lite", "protobuf", "guava", "perfmark-api", "geronimo-annotation-1.3-spec"),
    *("netty-buffer", "netty-codec", "netty-codec-http", "netty-codec-http2", "netty-common"),
    *("netty-handler", "netty-handler-proxy", "netty-codec-socks", "netty-resolver"),
    "netty-transport",
)


def class_path() -> str:
    jars = [LIBRARIES / f"{name}.jar" for name in JARS]
    missing = [jar.name for jar in jars if not jar.exists()]
    assert not missing, f"{LIBRARIES} lacks {missing}; .ci/run installs what has them"
    return os.pathsep.join([*map(str, jars), "."])


def test_the_program_of_the_readme_prints_translations(
    tmp_path: Path, server: ServerProcess
) -> None:
    write_samples(tmp_path, "generate-java.sh", "Translate.java")
    (tmp_path / "proto").symlink_to(PROTO)
    # Debian names the plug-in otherwise than protoc looks for it.
    plugin = program("grpc_java_plugin", "Debian's protobuf-compiler-grpc-java-plugin")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "protoc-gen-grpc-java").symlink_to(plugin)
    env = {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    java = program("java", "Debian's default-jdk-headless")

    run("sh", "-e", "generate-java.sh", folder=tmp_path, env=env)
    sources = [*tmp_path.glob("generated/**/*.java"), "Translate.java"]
    javac = program("javac", "Debian's default-jdk-headless")
    run(javac, "-encoding", "UTF-8", "-cp", class_path(), "-d", ".", *sources, folder=tmp_path)
    article = SEEDS / "01-iraq-withdrawal.ar.txt"
    done = run(
        java, "-cp", class_path(), "Translate", server.address, article, folder=tmp_path, env=env
    )

    check_printed(done.stdout)
