"""Translation memories give back what they were given, in a database and in TMX alike."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.errors import BadFile
from tarjama.formats.tags import tag_problem
from tarjama.memory import BadMemory, MemoryEntry, open_memory
from tarjama.memory.codes import fitted, matching_key

_DAY = datetime(2026, 5, 1, tzinfo=UTC)
_SOURCE = 'قال <g id="1">الوزير</g> إن الأمر واضح.'
_TARGET = 'The <g id="1">minister</g> said that it is clear.'


def _entry(
    source: str = _SOURCE,
    target: str = _TARGET,
    *,
    before: str = "",
    after: str = "",
    days: int = 0,
) -> MemoryEntry:
    return MemoryEntry(
        source=source,
        target=target,
        before=before,
        after=after,
        changed_at=_DAY + timedelta(days=days),
    )


@pytest.fixture(params=["memory.db", "memory.tmx"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def test_what_was_added_is_there_when_it_is_opened_again(path: Path) -> None:
    entries = [_entry(), _entry("نعم", "yes", before="أ", after="ب", days=1)]

    with open_memory(path) as memory:
        assert memory.add(entries) == 2
    with open_memory(path) as memory:
        assert list(memory.entries()) == entries
        assert memory.counts() == (2, 0)
        assert memory.add(entries) == 0


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        (_SOURCE, _TARGET),
        (
            ' قال  <g id="7">الوزير</g>\nإن الأمر واضح. \n',
            ' The <g id="7">minister</g> said that it is clear. \n',
        ),
        ("قال الوزير إن الأمر واضح.", None),
        ('قال <x id="1"/>الوزير إن الأمر واضح.', None),
        ('قال <g id="1">الوزير</g> إن الأمر واضح', None),
        ("", None),
    ],
)
def test_the_same_text_and_codes_match_exactly_whatever_the_white_space(
    path: Path, asked: str, target: str | None
) -> None:
    with open_memory(path) as memory:
        memory.add([_entry()])

        match = memory.exact(asked)

    assert (match.target if match else None) == target


def test_an_entry_whose_codes_were_lost_is_no_exact_match(path: Path) -> None:
    with open_memory(path) as memory:
        memory.add([_entry(target="The minister said that it is clear.")])

        assert memory.exact(_SOURCE) is None
        assert [match.percent for match in memory.matches(_SOURCE)] == [99]


def test_the_same_context_outweighs_a_later_date(path: Path) -> None:
    with open_memory(path) as memory:
        memory.add(
            [
                _entry("نعم", "yes", before="سؤال", after="جواب"),
                _entry("نعم", "aye", days=5),
            ]
        )
        in_context = memory.exact("نعم", before="سؤال", after=" جواب ")
        elsewhere = memory.exact("نعم", before="شيء")

    assert in_context and (in_context.target, in_context.same_context) == ("yes", True)
    assert elsewhere and (elsewhere.target, elsewhere.same_context) == ("aye", False)


@pytest.mark.parametrize(("days", "kept"), [(1, "new"), (0, "new"), (-1, "old")])
def test_the_later_of_two_translations_counts(path: Path, days: int, kept: str) -> None:
    with open_memory(path) as memory:
        memory.add([_entry("نعم", "old")])
        memory.add([_entry("نعم", "new", days=days)])
    with open_memory(path) as memory:
        match = memory.exact("نعم")

    assert match and match.target == kept


def test_similar_texts_come_best_first_and_from_75_percent_on(path: Path) -> None:
    with open_memory(path) as memory:
        memory.add(
            [
                _entry("زار الوزير مدينة القاهرة يوم الأحد", "Cairo"),
                _entry("زار الوزير مدينة القاهرة يوم الاثنين", "Monday"),
                _entry("ارتفعت أسعار النفط في الأسواق العالمية", "oil"),
            ]
        )
        matches = memory.matches("زار الوزير مدينة القاهرة يوم الأحد")
        memory.add([_entry("زار الوزير مدينة القاهرة أمس الأحد", "yesterday")])
        later = memory.matches("زار الوزير مدينة القاهرة أمس الأحد", limit=1)

    assert [match.target for match in matches] == ["Cairo", "Monday"]
    assert matches[0].percent == 100 > matches[1].percent >= 75
    assert [(match.target, match.percent) for match in later] == [("yesterday", 100)]


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("زار الوزير", "وزار للوزير"),
        ("نعم", "نعم!"),
        (
            "أعلنت وزارة الصحة اليوم تسجيل ثلاث حالات جديدة",
            "أعلنت الوزارة اليوم تسجيل ثلاث حالات جديدة",
        ),
        ("سجلت المدينة وبالقرب منها أمطار غزيرة أمس", "سجلت مدينة بالقرب منها أمطارا غزيرة أمس"),
    ],
)
def test_similar_texts_are_found_among_many(tmp_path: Path, kept: str, asked: str) -> None:
    words = ["قال", "كتب", "بيت", "مدينة", "اليوم", "أمس", "غدا", "كبير", "صغير", "جديد", "شمس"]
    others = [
        _entry(" ".join(words[(at * step + at) % 11] for at in range(step % 9 + 1)), str(step))
        for step in range(60)
    ]
    with open_memory(tmp_path / "memory.db") as memory:
        memory.add([*others, _entry(kept, "found")])

        assert "found" in [match.target for match in memory.matches(asked)]


def test_drafts_come_back_to_their_producer_alone(tmp_path: Path) -> None:
    with open_memory(tmp_path / "memory.db") as memory:
        memory.add_drafts([("نعم", "[1]")], "model a")
        memory.add_drafts([("نعم", "[2]"), ("لا", "[3]")], "model a")
    with open_memory(tmp_path / "memory.db") as memory:
        assert memory.draft("نعم", "model a") == "[2]"
        assert memory.draft("نعم", "model b") is None
        assert memory.counts() == (0, 2)
        assert memory.exact("نعم") is None
        assert memory.matches("نعم") == []


def test_several_processes_add_to_one_memory_at_once(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    program = """
import sys
from pathlib import Path
from tarjama.memory import MemoryEntry, open_memory
name = sys.argv[2]
with open_memory(Path(sys.argv[1])) as memory:
    for at in range(40):
        memory.add([MemoryEntry(source=f"{name} {at}", target=f"{at}")])
        assert memory.exact(f"{name} {at}")
"""
    workers = [subprocess.Popen([sys.executable, "-c", program, str(path), name]) for name in "abc"]

    assert [worker.wait(timeout=60) for worker in workers] == [0, 0, 0]
    with open_memory(path) as memory:
        assert memory.counts() == (120, 0)


def test_entries_are_added_all_or_none(tmp_path: Path) -> None:
    def breaking_off() -> Iterator[MemoryEntry]:
        yield _entry()
        raise BadFile("broken")

    with open_memory(tmp_path / "memory.db") as memory:
        with pytest.raises(BadFile):
            memory.add(breaking_off())
        assert memory.counts() == (0, 0)


def _foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (x)")
    connection.close()


def _newer_database(path: Path) -> None:
    with open_memory(path):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_foreign_database, "no translation memory of Tarjama"),
        (_newer_database, "version 99"),
        (lambda path: path.write_bytes(b"not a database, but long enough" * 99), "no SQLite"),
        (lambda path: path.mkdir(), "cannot be used"),
    ],
)
def test_what_is_no_memory_is_refused(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "memory.db"
    make(path)

    with pytest.raises(BadMemory, match=message):
        open_memory(path)


def test_the_name_says_what_kind_of_memory_it_is(tmp_path: Path) -> None:
    with pytest.raises(BadMemory, match=r"\.db or \.tmx"):
        open_memory(tmp_path / "memory.txt")


_TAGGED = st.lists(
    st.sampled_from(["نص", "كلمة ", '<g id="{}">', "</g>", '<x id="{}"/>', " &amp; "]), max_size=8
).map(lambda pieces: "".join(piece.format(at + 1) for at, piece in enumerate(pieces)))


@given(_TAGGED, st.integers(1, 50))
def test_codes_are_renumbered_to_those_of_the_text_at_hand(source: str, shift: int) -> None:
    asked = source
    for number in range(9, 0, -1):
        asked = asked.replace(f'id="{number}"', f'id="{number + shift}"')

    new_source, new_target = fitted(source, source, asked)

    assert matching_key(asked) == matching_key(source)
    if tag_problem(source, source) is None:
        assert (new_source, new_target) == (asked, asked)
    else:
        assert "<g" not in new_target and "<x" not in new_target
