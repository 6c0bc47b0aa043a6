# /// script
# requires-python = ">=3.11"
# dependencies = ["grpcio-tools==1.80.0", "mypy-protobuf==5.1.0"]
# ///
"""Generate `proto/tarjama_proto` from `proto/tarjama`; with `--check`, only compare.

The pins are the oldest toolchain clients may run on: stubs never run on an older
grpcio or protobuf than the one that made them, but do run on newer ones.
Source: https://protobuf.dev/support/cross-version-runtime-guarantee
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

PROTO = Path(__file__).parent
HOME = PROTO / "tarjama_proto"


def generate(out: Path) -> None:
    """Write the stub package `tarjama_proto` under `out`.

    `-Itarjama_proto/v1=proto/tarjama/v1` makes protoc see each file under the stub
    package's own path, so stubs import each other rightly with no rewriting. The
    wire name stays the one in the file's `package` line.
    """
    arguments = ["protoc", f"-I{resources.files('grpc_tools') / '_proto'}"]
    files = []
    for source in sorted(PROTO.glob("tarjama/**/*.proto")):
        inside = source.relative_to(PROTO / "tarjama")
        arguments.append(f"-Itarjama_proto/{inside.parent}={source.parent}")
        files.append(f"tarjama_proto/{inside}")
    arguments += [f"--python_out={out}", f"--grpc_python_out={out}"]
    arguments += [f"--mypy_out=quiet:{out}", f"--mypy_grpc_out=quiet:{out}"]
    if protoc.main(arguments + files) != 0:
        sys.exit("generate.py: protoc failed")
    package = out / "tarjama_proto"
    for folder in {package, *(path.parent for path in package.rglob("*_pb2.py"))}:
        (folder / "__init__.py").touch()
    (package / "py.typed").touch()


def contents(folder: Path) -> dict[str, bytes]:
    """Map each file's path inside `folder` to its bytes, caches left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def main() -> int:
    """Replace the stubs; with `--check`, return 1 when they are stale instead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        fresh = Path(scratch) / "tarjama_proto"
        if check:
            stale = contents(fresh) != contents(HOME)
            if stale:
                print("stubs are stale: run proto/generate.py", file=sys.stderr)
            return int(stale)
        shutil.rmtree(HOME, ignore_errors=True)
        shutil.copytree(fresh, HOME)
    return 0


if __name__ == "__main__":
    sys.exit(main())
