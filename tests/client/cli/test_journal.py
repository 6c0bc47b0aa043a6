"""What is kept of a document that is not whole yet."""

import sqlite3
from pathlib import Path

import pytest

from tarjama.cli.errors import JournalInUse, UnreadableInput
from tarjama.cli.journal import Journal

TARGET = Path("out.txt")


def begun(identity: str = "one", part: str = ".tarjama-1.part") -> Journal:
    journal = Journal(TARGET, identity, part=Path(part))
    journal.begin()
    return journal


def interrupted(*records: tuple[str, str], identity: str = "one") -> None:
    """Adds records, and ends as an interrupted command does."""
    with pytest.raises(KeyboardInterrupt), begun(identity) as journal:
        for record in records:
            journal.add([record])
        raise KeyboardInterrupt


def kept() -> list[Path]:
    return list(Path().glob(".tarjama-*"))


def test_records_come_back_in_order_after_an_interruption() -> None:
    interrupted(("b", "1"), ("a", "2"))
    interrupted(("c", "3"))
    with begun() as journal:
        assert list(journal.records()) == [("b", "1"), ("a", "2"), ("c", "3")]


def test_nothing_is_left_when_the_output_is_whole() -> None:
    interrupted(("a", "1"))
    with begun() as journal:
        journal.add([("b", "2")])
    assert not kept()


def test_there_is_no_file_before_there_is_a_record() -> None:
    interrupted()
    assert not kept()


def test_what_cannot_be_read_is_not_kept_for_later() -> None:
    with pytest.raises(UnreadableInput), begun() as journal:
        journal.add([("a", "1")])
        raise UnreadableInput
    assert not kept()


def test_a_record_that_is_there_is_not_replaced() -> None:
    interrupted(("a", "1"), ("a", "2"))
    assert list(begun().records()) == [("a", "1")]


def test_records_of_another_identity_are_thrown_away() -> None:
    interrupted(("a", "1"))
    journal = begun("another")
    assert journal.was_outdated
    assert list(journal.records()) == []
    assert not kept()


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be read as one" * 9])
def test_a_file_that_is_no_journal_is_begun_anew(content: bytes) -> None:
    interrupted(("a", "1"))
    (path,) = kept()
    path.write_bytes(content)
    with pytest.raises(KeyboardInterrupt), begun() as journal:
        assert list(journal.records()) == []
        journal.add([("b", "2")])
        raise KeyboardInterrupt
    assert list(begun().records()) == [("b", "2")]


def test_a_database_cut_short_is_begun_anew_or_read() -> None:
    interrupted(*((str(number), "x" * 3000) for number in range(20)))
    (path,) = kept()
    path.write_bytes(path.read_bytes()[:9000])
    with begun() as journal:
        journal.add([("b", "2")])


def test_the_part_of_a_process_that_was_killed_is_removed() -> None:
    interrupted(("a", "1"))
    Path(".tarjama-1.part").write_text("half")
    begun(part=".tarjama-2.part")
    assert not Path(".tarjama-1.part").exists()


def test_no_other_file_is_removed_whatever_the_journal_says() -> None:
    interrupted(("a", "1"))
    (path,) = kept()
    Path("precious.part").write_text("mine")
    database = sqlite3.connect(path)
    database.execute("UPDATE document SET part = 'precious.part'")
    database.commit()
    database.close()
    begun()
    assert Path("precious.part").exists()


def test_one_command_has_a_journal_at_a_time() -> None:
    with begun() as journal:
        journal.add([("a", "1")])
        with pytest.raises(JournalInUse, match=r"Another tarjama is writing out\.txt"):
            begun()
