"""Unpacks Go and its gRPC: `python tests/reach/go/go_environment.py FOLDER`.

They are those of Debian 13: the gRPC of Debian 12 has no `grpc.NewClient` yet. Nothing is
installed: the packages come from where this Debian has its own from, and are unpacked.
"""

import os
import subprocess
import sys
from pathlib import Path

_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
_PACKAGES = (
    *("golang-1.24-go", "golang-1.24-src", "protoc-gen-go", "protoc-gen-go-grpc"),
    *("golang-google-grpc-dev", "golang-google-protobuf-dev", "golang-google-genproto-dev"),
    "golang-github-golang-protobuf-1-5-dev",
    *("golang-golang-x-net-dev", "golang-golang-x-sys-dev", "golang-golang-x-text-dev"),
)


def make(folder: Path) -> None:
    apt, downloads = folder / "apt", folder / "downloads"
    for needed in (apt / "lists" / "partial", apt / "cache" / "archives" / "partial", downloads):
        needed.mkdir(parents=True)
    (apt / "status").touch()
    (apt / "sources.list").write_text(f"deb [signed-by={_KEYS}] {_repository()} trixie main\n")
    (apt / "apt.conf").write_text(
        f'Dir::State::Lists "{apt}/lists";\nDir::State::Status "{apt}/status";\n'
        f'Dir::Cache "{apt}/cache";\nDir::Etc::SourceList "{apt}/sources.list";\n'
        'Dir::Etc::SourceParts "/dev/null";\nAPT::Sandbox::User "";\n'
    )
    env = {**os.environ, "APT_CONFIG": str(apt / "apt.conf")}
    subprocess.run(["apt-get", "-qq", "update"], check=True, env=env)
    subprocess.run(["apt-get", "-qq", "download", *_PACKAGES], check=True, env=env, cwd=downloads)
    for package in sorted(downloads.glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
        package.unlink()


def _repository() -> str:
    listing = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    own = ["Identifier: Packages", "Label: Debian", "Component: main"]
    found = subprocess.run([*listing, *own], check=True, capture_output=True, text=True).stdout
    if not found:
        sys.exit("apt-get knows no repository of Debian. Run apt-get update first.")
    return found.split()[0]


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve())
