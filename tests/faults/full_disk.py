"""Disks that are full and models that cannot be read: said in a line, with nothing half-made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tarjama_server.model_store.store import bundled_models_dir
from tests.faults.documents import article
from tests.faults.findings import Findings
from tests.faults.observed import observed_server
from tests.server.model_store.file_server import serving
from tests.server.model_store.opus_release import release_files, write_folder, zip_bytes

_TIMEOUT_S = 100.0
_KIBIBYTE = 1024
# Less than the largest files of a release, a zip of it and a model made of it.
_FILE_LIMIT_KIB = 100


@dataclass(frozen=True, slots=True)
class FullDisk:
    """A place that a command cannot write more than so much to.

    Attributes:
        folder: where.
        kind: what keeps it from it.
        prefix: what to start the command with.
    """

    folder: Path
    kind: str
    prefix: Sequence[str] = ()


@contextmanager
def full_disk(folder: Path, size_kib: int) -> Iterator[FullDisk]:
    """A small file system where there may be one, else a limit on the size of files."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", str(folder)]
    if not _succeeds(mount):
        limit = ["prlimit", f"--fsize={min(size_kib, _FILE_LIMIT_KIB) * _KIBIBYTE}"]
        yield FullDisk(folder, "RLIMIT_FSIZE", limit)
        return
    try:
        yield FullDisk(folder, "tmpfs")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill_disks(folder: Path) -> Findings:
    """Fetch, convert and translate onto full disks."""
    findings = Findings()
    release = release_files()
    # The release has 510 KiB, its zip 305, the model made of it 500 and more.
    with serving() as mirror:
        mirror.content = zip_bytes(release)
        fetch = ["models", "fetch", "tiny", "--url", mirror.url]
        with full_disk(folder / "download", 200) as disk:
            _check_store(findings, "fetch, the download", disk, fetch)
        with full_disk(folder / "fetch", 500) as disk:
            _check_store(findings, "fetch, the model", disk, fetch)
    origin = write_folder(release, folder / "release")
    with full_disk(folder / "convert", 300) as disk:
        _check_store(
            findings, "convert", disk, ["models", "convert", str(origin), "--name", "tiny"]
        )
    with observed_server(folder / "server") as server:
        with full_disk(folder / "output", 4) as disk:
            _check_output(findings, server.address, disk)
        if Path("/dev/full").exists():
            _check_standard_output(findings, server.address)
    return findings


def _check_store(findings: Findings, name: str, disk: FullDisk, arguments: list[str]) -> None:
    """Install a model where there is no room for it."""
    store = disk.folder / "models"
    ended = _run([*disk.prefix, *_SERVER, *arguments, "--models-dir", str(store)])
    _check_failure(findings, name, ended, disk.kind)
    listed = _run([*_SERVER, "models", "list", "--models-dir", str(store)])
    findings.require("tiny" not in listed.stdout, f"{name}: no model is installed")
    left = [path for path in store.iterdir() if not _is_kept(path)]
    findings.require(not left, f"{name}: nothing half-made is left: {left}")


def _is_kept(path: Path) -> bool:
    """Whether a file of the store stays on purpose: its lock, or a download to go on with."""
    return path.name.startswith(".") and (path.is_file() or path.name == ".downloads")


def _check_output(findings: Findings, address: str, disk: FullDisk) -> None:
    """Translate into a file for which there is no room."""
    source = disk.folder.parent / "source.txt"
    source.write_text(f"{article()}\n" * 3, encoding="utf-8")
    ended = _run(
        [
            *(*disk.prefix, *_CLIENT, "translate", str(source), "--beam-size", "1"),
            *("--server", address, "-o", str(disk.folder / "out.txt")),
        ]
    )
    _check_failure(findings, "translate to a file", ended, disk.kind)
    # What was translated is kept for the next run: a journal, which is no output.
    left = [path for path in disk.folder.iterdir() if path.suffix != ".journal"]
    findings.require(not left, f"translate to a file: nothing half-written is left: {left}")


def _check_standard_output(findings: Findings, address: str) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*_CLIENT, "translate", "--quiet", "-", "--server", address],
            input="سلام.",
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=_TIMEOUT_S,
            check=False,
        )
    _check_failure(findings, "translate to standard output", ended, "/dev/full")


def refuse_unreadable_models(folder: Path) -> Findings:
    """Start servers with models that cannot be read."""
    findings = Findings()
    for name, harm in _HARMS.items():
        models = folder / name.replace(" ", "-")
        model = models / "my-model"
        shutil.copytree(bundled_models_dir() / "ar-en-small", model)
        manifest = model / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"ar-en-small"', '"my-model"'))
        harm(model)
        prefix = _without_privileges()
        if prefix is None and "permission" in name:
            continue
        serve = ["serve", "--listen", "127.0.0.1:0", "--models", "my-model"]
        ended = _run([*(prefix or []), *_SERVER, *serve, "--models-dir", str(models)])
        _check_failure(findings, name, ended, "my-model")
        findings.require("ready" not in ended.stdout, f"{name}: the server does not start")
    return findings


def _without_privileges() -> list[str] | None:
    """What has a command obey permissions; None where root cannot be made to."""
    if os.geteuid() != 0:
        return []
    bounds = "-dac_override,-dac_read_search"
    setpriv = ["setpriv", f"--bounding-set={bounds}", f"--inh-caps={bounds}"]
    return setpriv if _succeeds([*setpriv, "true"]) else None


def _forbid_folder(model: Path) -> None:
    model.chmod(0)


def _forbid_weights(model: Path) -> None:
    (model / "model.bin").chmod(0)


def _make_weights_a_folder(model: Path) -> None:
    (model / "model.bin").unlink()
    (model / "model.bin").mkdir()


def _cut_weights(model: Path) -> None:
    with (model / "model.bin").open("r+b") as file:
        file.truncate(1000)


_HARMS: dict[str, Callable[[Path], None]] = {
    "no permission for the folder": _forbid_folder,
    "no permission for the weights": _forbid_weights,
    "weights that are a folder": _make_weights_a_folder,
    "weights cut short": _cut_weights,
}
_SERVER = (sys.executable, "-m", "tarjama_server")
_CLIENT = (sys.executable, "-m", "tarjama")


def _check_failure(
    findings: Findings, name: str, ended: subprocess.CompletedProcess[str], kind: str
) -> None:
    lines = ended.stderr.strip().splitlines()
    said = lines[-1] if lines else ""
    findings.note(f"{name} ({kind})", f"exit code {ended.returncode}: {said}")
    findings.require(ended.returncode == 1, f"{name}: the exit code is 1")
    findings.require(bool(said), f"{name}: the command says why")
    findings.require("Traceback" not in ended.stderr, f"{name}: no traceback: {said}")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", timeout=_TIMEOUT_S, check=False
    )


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
