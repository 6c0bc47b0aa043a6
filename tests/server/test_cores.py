import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tarjama_server.cores import available_cores, cpu_quota

V2_MOUNT = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
V1_MOUNTS = (
    "24 18 0:21 / /sys/fs/cgroup ro shared:4 - tmpfs tmpfs ro,mode=755\n"
    "30 24 0:26 / /sys/fs/cgroup/cpuset rw shared:9 - cgroup cgroup rw,cpuset\n"
    "31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
)
V1_GROUPS = "5:cpuset:/elsewhere\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n"


def _v1(folder: str, quota: str, period: str = "100000\n") -> dict[str, str]:
    return {f"{folder}/cpu.cfs_quota_us": quota, f"{folder}/cpu.cfs_period_us": period}


LAYOUTS: dict[str, tuple[float | None, dict[str, str]]] = {
    "v2, own group": (
        2.5,
        {
            "proc/self/cgroup": "0::/system.slice/tarjama.service\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/system.slice/tarjama.service/cpu.max": "250000 100000\n",
        },
    ),
    "v2, a slice above has less": (
        1.5,
        {
            "proc/self/cgroup": "0::/user.slice/batch.slice/tarjama.service\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/user.slice/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/user.slice/batch.slice/cpu.max": "max 100000\n",
            "sys/fs/cgroup/user.slice/batch.slice/tarjama.service/cpu.max": "400000 100000\n",
            "sys/fs/cgroup/other.slice/cpu.max": "10000 100000\n",
        },
    ),
    "v2, unlimited": (
        None,
        {
            "proc/self/cgroup": "0::/user.slice\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/user.slice/cpu.max": "max 100000\n",
        },
    ),
    "v2, a container that sees its group as the root": (
        3.0,
        {
            "proc/self/cgroup": "0::/\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/cpu.max": "150000 50000\n",
        },
    ),
    "v2, a container that is told its group as seen outside": (
        3.0,
        {
            "proc/self/cgroup": "0::/docker/abc\n",
            "proc/self/mountinfo": V2_MOUNT.replace(" / /", " /docker/abc /"),
            "sys/fs/cgroup/cpu.max": "300000 100000\n",
        },
    ),
    "v2, a group outside of the namespace": (
        2.0,
        {
            "proc/self/cgroup": "0::/../outside\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/cpu.max": "200000 100000\n",
            "sys/fs/outside/cpu.max": "100000 100000\n",
        },
    ),
    "v2, mounted where the path has a space": (
        2.0,
        {
            "proc/self/cgroup": "0::/\n",
            "proc/self/mountinfo": V2_MOUNT.replace("/sys/fs/cgroup", r"/sys/my\040groups"),
            "sys/my groups/cpu.max": "200000 100000\n",
        },
    ),
    "v1": (
        1.5,
        {
            "proc/self/cgroup": V1_GROUPS,
            "proc/self/mountinfo": V1_MOUNTS,
            **_v1("sys/fs/cgroup/cpu,cpuacct/docker/abc", "150000\n"),
        },
    ),
    "v1, the group above has less": (
        0.5,
        {
            "proc/self/cgroup": V1_GROUPS,
            "proc/self/mountinfo": V1_MOUNTS,
            **_v1("sys/fs/cgroup/cpu,cpuacct/docker", "50000\n"),
            **_v1("sys/fs/cgroup/cpu,cpuacct/docker/abc", "-1\n"),
        },
    ),
    "v1, unlimited": (
        None,
        {
            "proc/self/cgroup": V1_GROUPS,
            "proc/self/mountinfo": V1_MOUNTS,
            **_v1("sys/fs/cgroup/cpu,cpuacct", "-1\n"),
        },
    ),
    "v1, a container that is told its group as seen outside": (
        2.0,
        {
            "proc/self/cgroup": V1_GROUPS,
            "proc/self/mountinfo": V1_MOUNTS.replace(" / /sys/fs/cgroup/", " /docker/abc /cgroup/"),
            **_v1("cgroup/cpu,cpuacct", "200000\n"),
        },
    ),
    "hybrid, where version 2 has no controllers": (
        2.0,
        {
            "proc/self/cgroup": V1_GROUPS + "0::/docker/abc\n",
            "proc/self/mountinfo": V1_MOUNTS
            + "41 24 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
            "sys/fs/cgroup/unified/docker/abc/cgroup.procs": "1\n",
            **_v1("sys/fs/cgroup/cpu,cpuacct/docker/abc", "200000\n"),
        },
    ),
    "no control groups": (None, {"proc/self/cgroup": "", "proc/self/mountinfo": ""}),
    "no such files": (None, {}),
    "groups that are not mounted": (None, {"proc/self/cgroup": "0::/\n" + V1_GROUPS}),
    "files that say nothing": (
        None,
        {
            "proc/self/cgroup": "nonsense\n0\n:::\n0::/\n",
            "proc/self/mountinfo": "nonsense\n1 2 3 - cgroup2\n" + V2_MOUNT,
            "sys/fs/cgroup/cpu.max": "many few\n",
        },
    ),
    "numbers that cannot be": (
        None,
        {
            "proc/self/cgroup": "0::/a\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/cpu.max": "100000 0\n",
            "sys/fs/cgroup/a/cpu.max": "",
        },
    ),
}


def _lay_out(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(("expected", "files"), LAYOUTS.values(), ids=LAYOUTS)
def test_the_least_quota_of_the_own_group_and_those_above_counts(
    expected: float | None, files: dict[str, str], tmp_path: Path
) -> None:
    assert cpu_quota(_lay_out(tmp_path, files)) == expected


def test_files_that_are_no_text_set_no_quota(tmp_path: Path) -> None:
    files = {"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": V2_MOUNT}
    _lay_out(tmp_path, files | {"sys/fs/cgroup/cpu.max": ""})
    (tmp_path / "sys/fs/cgroup/cpu.max").write_bytes(b"\xff\xfe\x00 100000")
    assert cpu_quota(tmp_path) is None


def _with_quota(root: Path, quota: str) -> Path:
    return _lay_out(
        root,
        {
            "proc/self/cgroup": "0::/\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/cpu.max": f"{quota} 100000\n",
        },
    )


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity on this platform")
@pytest.mark.parametrize(
    ("affinity", "quota", "expected"),
    [
        (8, "max", 8),
        (8, "400000", 4),
        (2, "400000", 2),
        (8, "150000", 1),
        (8, "399999", 3),
        (8, "20000", 1),
    ],
)
def test_cores_are_those_of_the_affinity_and_the_whole_ones_of_the_quota(
    affinity: int, quota: str, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(affinity)))
    monkeypatch.setattr("os.cpu_count", lambda: 96)
    assert available_cores(_with_quota(tmp_path, quota)) == expected


def test_without_affinity_the_cores_of_the_machine_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 6)
    assert available_cores(tmp_path) == 6


def test_this_process_may_use_a_core() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)
