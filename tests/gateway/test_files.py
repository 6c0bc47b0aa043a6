"""Translated files are kept for their time, and no more of them than there is room for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException

from tarjama.gateway.files import FileStore


class Later:
    """Calls nothing until it is told that the time has come."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def __call__(self, after_s: float, call: Callable[[], None]) -> None:
        self.waiting.append((after_s, call))

    def come(self) -> None:
        for _, call in self.waiting:
            call()
        self.waiting.clear()


async def test_a_file_is_kept_for_its_time_and_then_removed(tmp_path: Path) -> None:
    later = Later()
    store = FileStore(tmp_path, keep_s=60, max_files=2, max_bytes=10, later=later)

    file_id = await store.add("a.txt", b"12345")

    file = store.find(file_id)
    assert file is not None
    assert (file.name, file.path.read_bytes()) == ("a.txt", b"12345")
    assert [after_s for after_s, _ in later.waiting] == [60]
    later.come()
    assert store.find(file_id) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("second", [b"123456", b"1"])
async def test_there_is_an_end_of_the_room_until_a_file_is_dropped(
    tmp_path: Path, second: bytes
) -> None:
    later = Later()
    room = 10 if len(second) > 1 else 1_000
    store = FileStore(tmp_path, keep_s=60, max_files=1, max_bytes=room, later=later)
    await store.add("a.txt", b"12345")

    with pytest.raises(HTTPException) as refused:
        await store.add("b.txt", second)

    assert refused.value.status_code == 503
    assert refused.value.headers == {"Retry-After": "60"}
    later.come()
    assert store.find(await store.add("b.txt", second)) is not None


async def test_names_of_files_cannot_be_guessed(tmp_path: Path) -> None:
    store = FileStore(tmp_path, keep_s=60, max_files=9, max_bytes=10, later=Later())

    ids = {await store.add("a", b"") for _ in range(9)}

    assert len(ids) == 9
    assert all(len(one) == 22 and "." not in one for one in ids)
