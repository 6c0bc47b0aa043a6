"""`tarjama memory` imports, exports and counts."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tarjama.memory import MemoryEntry, open_memory
from tarjama.memory.tmx import TmxUnit, read_tmx, write_tmx
from tests.client.cli.conftest import Run

_NOW = datetime(2026, 5, 1, tzinfo=UTC)
_ENTRIES = [
    MemoryEntry(source="نعم أجل", target="yes", changed_at=_NOW),
    MemoryEntry(source="لا", target="no", author="Amal", before="نعم", changed_at=_NOW),
]


@pytest.fixture
def tmx(tmp_path: Path) -> Path:
    path = tmp_path / "old.tmx"
    with path.open("wb") as file:
        write_tmx(file, map(TmxUnit, _ENTRIES), written_at=_NOW)
    return path


@pytest.mark.parametrize("name", ["memory.db", "memory.tmx"])
def test_what_is_imported_is_counted_and_exported(
    tarjama: Run, tmx: Path, tmp_path: Path, name: str
) -> None:
    memory, out = tmp_path / name, tmp_path / "out.tmx"

    imported = tarjama("memory", "import", tmx, "--memory", memory)
    stats = tarjama("memory", "stats", "--memory", memory, "--json")
    exported = tarjama("memory", "export", "--memory", memory, "-o", out)

    assert (imported.code, imported.out) == (0, b"")
    assert imported.err == f"tarjama: {tmx}: 2 translations new or changed\n"
    assert json.loads(stats.text) == {"entries": 2, "source_words": 3, "drafts": 0}
    assert tarjama("memory", "stats", "--memory", memory).text == (
        "entries: 2 (3 Arabic words)\ndrafts: 0\n"
    )
    assert exported.code == 0
    assert list(read_tmx(out)) == _ENTRIES
    assert tarjama("memory", "export", "--memory", memory, "-o", "-").out.startswith(b"<?xml")


@pytest.mark.parametrize("name", ["memory.db", "memory.tmx"])
def test_a_broken_file_adds_nothing_and_stops_no_other(
    tarjama: Run, tmx: Path, tmp_path: Path, name: str
) -> None:
    broken = tmp_path / "broken.tmx"
    broken.write_bytes(tmx.read_bytes().replace(b"</body>", b"").replace(b"<seg>", b"<seg>x"))
    memory = tmp_path / name

    outcome = tarjama("memory", "import", broken, tmx, "--memory", memory)

    assert outcome.code == 1
    assert "broken.tmx: The file is not well-formed" in outcome.err
    assert "old.tmx: 2 translations new" in outcome.err
    with open_memory(memory) as opened:
        assert opened.counts() == (2, 0)


@pytest.mark.parametrize("command", ["export", "stats"])
def test_a_memory_that_is_not_there_is_not_made_to_be_read(
    tarjama: Run, tmp_path: Path, command: str
) -> None:
    more = ("-o", "-") if command == "export" else ()

    outcome = tarjama("memory", command, "--memory", tmp_path / "none.db", *more)

    assert outcome.code == 1
    assert "no such file" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_an_existing_export_is_kept_unless_forced(tarjama: Run, tmx: Path, tmp_path: Path) -> None:
    memory = tmp_path / "memory.db"
    tarjama("memory", "import", tmx, "--memory", memory)
    command = ("memory", "export", "--memory", memory, "-o", tmx)

    assert tarjama(*command).code == 1
    assert tarjama(*command, "--force").code == 0


def test_what_is_no_memory_is_told(tarjama: Run, tmx: Path, tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"no database at all" * 100)

    outcome = tarjama("memory", "import", tmx, "--memory", tmp_path / "other.db")

    assert outcome.code == 1
    assert "other.db: The file is no SQLite database" in outcome.err


def test_the_memory_is_that_of_the_settings_unless_named(
    tarjama: Run, tmx: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nameless = tarjama("memory", "stats")
    (tmp_path / "tarjama.toml").write_text('memory = "project.db"\n')
    tarjama("memory", "import", tmx)
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    monkeypatch.setenv("TARJAMA_MEMORY", str(tmp_path / "other.db"))
    of_environment = tarjama("memory", "stats")
    monkeypatch.delenv("TARJAMA_MEMORY")

    assert nameless.code == 2
    assert "other.db: there is no such file" in of_environment.err
    assert tarjama("memory", "stats").text.startswith("entries: 2 ")
