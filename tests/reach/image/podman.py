"""Podman with images and containers of its own, apart from those of the machine."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# What the Containerfile is built on. No registry is asked: the test makes it of Debian's packages.
BASE_IMAGE = "docker.io/library/debian:trixie-slim"
_MIRROR = "http://deb.debian.org/debian"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_RUN = (
    # The network of the machine, so that nothing depends on its firewall and bridges.
    *("--network", "host"),
    # Podman's own, a million open files, may be more than this process may have.
    *("--ulimit", "nofile=4096:8192", "--ulimit", "nproc=4096:4096"),
)


class Failed(Exception):
    """A program ended with an error. The message holds what it said."""


def call(*command: str, timeout_s: float = 170, check: bool = True) -> str:
    """Run a program and give what it printed.

    Raises:
        Failed: it ended with an error, and `check` is set.
    """
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)
    sys.stderr.write(done.stderr)
    if check and done.returncode:
        raise Failed(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr[-4000:]}")
    return done.stdout


class Podman:
    """Images and containers under one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._command = (
            "podman",
            *("--root", str(folder / "images"), "--runroot", str(folder / "run")),
            *("--tmpdir", str(folder / "tmp")),
            # systemd, podman's default, need not be there.
            *("--cgroup-manager", "cgroupfs", "--runtime", "runc"),
        )

    def call(self, *arguments: str, timeout_s: float = 170, check: bool = True) -> str:
        return call(*self._command, *arguments, timeout_s=timeout_s, check=check)

    def make_base(self) -> None:
        """Make the base image as its publisher does: Debian's smallest system."""
        archive = self._folder / "base.tar"
        call("mmdebstrap", "--quiet", "--variant=minbase", "trixie", str(archive), _MIRROR)
        self.call("import", "--quiet", str(archive), BASE_IMAGE)
        archive.unlink()

    def build(self, tag: str, containerfile: Path, context: Path) -> None:
        """Build an image as its users do, with the authorities that this machine's pip trusts."""
        settings = self._folder / "pip.conf"
        settings.write_text("[global]\ncert = /run/authorities.pem\n")
        self.call(
            "build",
            *("--tag", tag, "--file", str(containerfile)),
            *("--format", "docker", "--pull=never", "--isolation", "chroot", "--network", "host"),
            *("--volume", f"{_AUTHORITIES}:/run/authorities.pem:ro"),
            *("--volume", f"{settings}:/etc/pip.conf:ro"),
            str(context),
            timeout_s=400,
        )

    def start(
        self,
        image: str,
        *command: str,
        env: Mapping[str, str],
        options: Sequence[str] = (),
    ) -> str:
        """Start a container and give its id."""
        variables = [f"--env={name}={value}" for name, value in env.items()]
        return self.call("run", "--detach", *_RUN, *options, *variables, image, *command).strip()

    def run(self, image: str, *command: str, options: Sequence[str] = ()) -> str:
        """Run a container to its end and give what it printed."""
        return self.call("run", "--rm", *_RUN, *options, image, *command)

    def logs(self, container: str) -> str:
        """What a container's process printed, on both of its streams."""
        done = subprocess.run(
            [*self._command, "logs", container], capture_output=True, text=True, timeout=60
        )
        return done.stdout + done.stderr

    def close(self) -> None:
        """End all containers and delete everything: images are too large to be left."""
        self.call("rm", "--all", "--force", "--time", "0", check=False)
        self.call("rmi", "--all", "--force", check=False)
        # Podman mounts the folder of layers on itself, and leaves it so.
        call("umount", "--quiet", str(self._folder / "images" / "overlay"), check=False)
        shutil.rmtree(self._folder, ignore_errors=True)
