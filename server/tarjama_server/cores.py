"""How many cores this process may use: by its CPU affinity, and by its control groups' quotas."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


def available_cores(root: Path = Path("/")) -> int:
    """Count the cores that this process may keep busy.

    The CPUs of its affinity, or the CPU quota if that is less: the least one of its control group
    and of all above it, since systemd sets quotas on slices and containers on what they see
    as the root. A quota is rounded down, though not below 1. With two busy threads under a quota of
    1.5 the kernel stops all threads, those that answer health checks too, for the last quarter of
    each period of 100 ms; the part of a core that is left does the work that is not the engine's.

    Args:
        root: where `proc` and `sys` are found.
    """
    try:
        affinity = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows have no affinity to ask for.
        affinity = os.cpu_count() or 1
    quota = cpu_quota(root)
    return affinity if quota is None else max(1, min(affinity, math.floor(quota)))


def cpu_quota(root: Path = Path("/")) -> float | None:
    """Return the CPU seconds a second that this process' control groups allow it.

    Args:
        root: where `proc` and `sys` are found.

    Returns:
        The least of all quotas found, of either version of control groups; None if there is none,
        as on systems without control groups. Files that cannot be read or understood set no quota.
    """
    quotas = (
        quota
        for folder in _group_folders(root)
        for quota in (_quota_v2(folder), _quota_v1(folder))
        if quota is not None
    )
    return min(quotas, default=None)


@dataclass(frozen=True, slots=True)
class _Mount:
    """Where a hierarchy of control groups, or a part of it, is seen."""

    version: int
    group: PurePosixPath
    """The group that is seen at `point`."""
    point: str


def _group_folders(root: Path) -> Iterator[Path]:
    """Yield the folders of this process' groups that can have a CPU quota, and of all above."""
    try:
        groups = (root / "proc/self/cgroup").read_text().splitlines()
        mounts = list(_mounts((root / "proc/self/mountinfo").read_text().splitlines()))
    except (OSError, ValueError):
        return
    for line in groups:
        hierarchy, _, rest = line.partition(":")
        controllers, _, name = rest.partition(":")
        if hierarchy == "0" and not controllers:
            version = 2
        elif "cpu" in controllers.split(","):
            version = 1
        else:
            continue
        group = PurePosixPath(name)
        found = [mount for mount in mounts if mount.version == version]
        # Inside a container the mount may show the own group only, or the name be that outside.
        found.sort(key=lambda mount: not _shows(mount, group))
        if found:
            yield from _upwards(root, found[0], group)


def _mounts(lines: list[str]) -> Iterator[_Mount]:
    """Read the mounts of control groups from `mountinfo`; see proc_pid_mountinfo(5)."""
    for line in lines:
        place, _, kind = line.partition(" - ")
        fields, type_and_options = place.split(" "), kind.split(" ")
        if len(fields) < 5 or len(type_and_options) < 3:
            continue
        group, point = map(_unescape, fields[3:5])
        if type_and_options[0] == "cgroup2":
            yield _Mount(2, PurePosixPath(group), point)
        elif type_and_options[0] == "cgroup" and "cpu" in type_and_options[2].split(","):
            yield _Mount(1, PurePosixPath(group), point)


def _unescape(field: str) -> str:
    """Undo the octal escapes of white space and backslashes in `mountinfo`."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)


def _shows(mount: _Mount, group: PurePosixPath) -> bool:
    # A group outside of the own namespace is told as /../name, and no mount shows it.
    return group.is_relative_to(mount.group) and ".." not in group.parts


def _upwards(root: Path, mount: _Mount, group: PurePosixPath) -> Iterator[Path]:
    """Yield the folders from `group` up to where it is mounted, or that one alone."""
    top = root / mount.point.lstrip("/")
    below = group.relative_to(mount.group) if _shows(mount, group) else PurePosixPath()
    for folder in (below, *below.parents):
        yield top / folder


def _quota_v2(folder: Path) -> float | None:
    quota, _, period = _read(folder / "cpu.max").partition(" ")
    return _share(quota, period)


def _quota_v1(folder: Path) -> float | None:
    return _share(_read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us"))


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, ValueError):
        return ""


def _share(quota: str, period: str) -> float | None:
    """Divide microseconds; None if either is no positive number, as `max` and `-1` are not."""
    try:
        quota_us, period_us = int(quota), int(period)
    except ValueError:
        return None
    return quota_us / period_us if quota_us > 0 and period_us > 0 else None
