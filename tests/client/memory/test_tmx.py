"""TMX of other programs is read, and ours is as TMX 1.4b has it."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tarjama.formats.errors import BadFile
from tarjama.formats.tags import Group, Node, Point, write
from tarjama.memory import BadMemory, MemoryEntry, open_memory
from tarjama.memory.tmx import TmxUnit, read_tmx, write_tmx

_NOW = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'


def _file(folder: Path, units: str, *, head: str = _HEAD, name: str = "memory.tmx") -> Path:
    path = folder / name
    text = f'{head}<tmx version="1.4"><header srclang="ar"/><body>{units}</body></tmx>'
    path.write_text(text, encoding="utf-16" if "UTF-16" in head else "utf-8")
    return path


def _unit(arabic: str, english: str, attributes: str = "") -> str:
    return (
        f'<tu {attributes}><tuv xml:lang="fr"><seg>oui</seg></tuv>'
        f'<tuv xml:lang="en-GB"><seg>{english}</seg></tuv>'
        f'<tuv xml:lang="AR-EG"><seg>{arabic}</seg></tuv></tu>'
    )


def _sides(path: Path) -> list[tuple[str, str]]:
    return [(entry.source, entry.target) for entry in read_tmx(path)]


@pytest.mark.parametrize("head", [_HEAD, _HEAD.replace("UTF-8", "UTF-16"), ""])
def test_languages_are_found_whatever_their_region_and_order(tmp_path: Path, head: str) -> None:
    path = _file(
        tmp_path, _unit(" نعم ", "yes &amp; so") + "<!-- x -->" + _unit("لا", "no"), head=head
    )

    assert _sides(path) == [("نعم", "yes &amp; so"), ("لا", "no")]


@pytest.mark.parametrize(
    ("arabic", "english", "sides"),
    [
        (
            '<bpt i="1" x="1">{b}</bpt>نعم<ept i="1">{/b}</ept> <ph x="2">{br}</ph>لا',
            '<ph x="2"/>no <bpt i="4" x="1"/>yes<ept i="4"/>',
            ('<g id="1">نعم</g> <x id="2"/>لا', '<x id="2"/>no <g id="1">yes</g>'),
        ),
        (
            "<ph>a</ph>نعم<ph>b</ph>",
            "<ph>a</ph>yes<ph>b</ph>",
            ('<x id="1"/>نعم<x id="2"/>', '<x id="1"/>yes<x id="2"/>'),
        ),
        (
            "<hi>نعم<ph/></hi> لا",
            "<hi>yes</hi><ph/> no",
            ('نعم<x id="1"/> لا', 'yes<x id="1"/> no'),
        ),
        ('<bpt i="1"/>نعم<ept i="1"/>', "yes", ("نعم", "yes")),
        ("نعم<it>x</it>", "yes", ("نعم", "yes")),
        ("نعم<ut>x</ut>", "y&lt;s<ut>x</ut>", ('نعم<x id="1"/>', 'y&lt;s<x id="1"/>')),
        ('<ept i="1"/>نعم', '<ept i="1"/>yes', ("نعم", "yes")),
    ],
)
def test_codes_are_those_of_tagged_text_where_both_sides_have_them(
    tmp_path: Path, arabic: str, english: str, sides: tuple[str, str]
) -> None:
    assert _sides(_file(tmp_path, _unit(arabic, english))) == [sides]


def test_units_without_both_languages_are_passed_over(tmp_path: Path) -> None:
    units = (
        '<tu><tuv xml:lang="ar"><seg>نعم</seg></tuv></tu>'
        + _unit("", "empty")
        + _unit("<ph/>", "<ph/>")
        + '<tu><tuv lang="ar"><seg>قديم</seg></tuv><tuv lang="en"><seg>old</seg></tuv></tu>'
    )

    assert _sides(_file(tmp_path, units)) == [("قديم", "old")]


def test_dates_and_authors_are_those_of_the_english_side_or_the_unit(tmp_path: Path) -> None:
    said = 'creationdate="20240131T120000Z" changedate="20250131T120000Z" creationid="Amal"'
    path = _file(tmp_path, _unit("نعم", "yes", said) + _unit("لا", "no", 'changedate="soon"'))

    known, unknown = read_tmx(path)

    assert (known.author, known.changed_at) == ("Amal", datetime(2025, 1, 31, 12, tzinfo=UTC))
    assert unknown.changed_at.year == 1970


_BOMB = '<!DOCTYPE tmx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_BOMB + "<tmx><body><tu>&b;</tu></body></tmx>", "DOCTYPE with declarations"),
        ("<tmx><body><tu>", "not well-formed XML at line 1"),
        ("<xliff/>", "not TMX"),
        ("plain text", "not well-formed"),
        ("<tmx>" + "<a>" * 300 + "</a>" * 300 + "</tmx>", "not well-formed"),
    ],
)
def test_broken_and_hostile_files_are_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "memory.tmx"
    path.write_text(content)

    with pytest.raises(BadFile, match=message):
        list(read_tmx(path))
    with pytest.raises(BadFile, match=message):
        open_memory(path)
    assert path.read_text() == content


def test_a_file_that_is_not_there_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="Cannot be opened"):
        list(read_tmx(tmp_path / "none.tmx"))


def test_reading_a_large_file_keeps_one_unit_at_a_time(tmp_path: Path) -> None:
    path = _file(tmp_path, _unit("نعم", "yes") * 20_000)
    units = read_tmx(path)
    first = next(units)

    assert first.source == "نعم"
    assert sum(1 for _ in units) == 19_999


def _nodes(depth: int) -> st.SearchStrategy[list[Node]]:
    text = st.text(
        st.characters(categories=["L", "N", "P", "S"], include_characters=" \n"), min_size=1
    )
    options: list[st.SearchStrategy[Node]] = [text, st.just(Point(0))]
    if depth:
        options.append(_nodes(depth - 1).map(lambda nodes: Group(0, tuple(nodes))))
    return st.lists(st.one_of(options), max_size=4)


def _numbered(nodes: list[Node] | tuple[Node, ...], numbers: list[int]) -> list[Node]:
    numbered: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            numbered.append(node)
            continue
        numbers.append(len(numbers) + 1)
        number = numbers[-1]
        numbered.append(
            Point(number)
            if isinstance(node, Point)
            else Group(number, tuple(_numbered(node.content, numbers)))
        )
    return numbered


@given(_nodes(2).map(lambda nodes: write(_numbered(nodes, []))))
def test_any_tagged_text_is_read_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, tagged: str
) -> None:
    tagged = f"نص {tagged} نص"
    entry = MemoryEntry(source=tagged, target=tagged, before="a", author="b", changed_at=_NOW)
    buffer = io.BytesIO()
    write_tmx(buffer, [TmxUnit(entry, (("x-more", "1"),))], written_at=_NOW)

    root = etree.fromstring(buffer.getvalue())
    assert [each.tag for each in root] == ["header", "body"]
    required = "creationtool creationtoolversion segtype o-tmf adminlang srclang datatype"
    assert set(required.split()) <= set(root[0].attrib)
    path = tmp_path_factory.getbasetemp() / "written.tmx"
    path.write_bytes(buffer.getvalue())
    assert list(read_tmx(path)) == [entry]


@pytest.mark.parametrize("head", [_HEAD, _HEAD.replace("UTF-8", "UTF-16")])
def test_a_tmx_memory_is_added_to_and_all_else_in_it_stays(tmp_path: Path, head: str) -> None:
    path = _file(tmp_path, _unit("نعم", "yes") + "<!-- kept -->", head=head)
    before = path.read_bytes()
    end = "</body></tmx>".encode("utf-16-le" if "UTF-16" in head else "utf-8")

    with open_memory(path) as memory:
        memory.add([MemoryEntry(source="لا", target="no — never", changed_at=_NOW)])
        memory.add([MemoryEntry(source="نعم", target="aye", changed_at=_NOW)])

    assert path.read_bytes().startswith(before.removesuffix(end))
    assert path.read_bytes().endswith(end)
    assert _sides(path) == [("نعم", "yes"), ("لا", "no — never"), ("نعم", "aye")]
    with open_memory(path) as memory:
        match = memory.exact("نعم")
        assert match and match.target == "aye"


def test_two_commands_that_add_to_one_tmx_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    with open_memory(path) as one, open_memory(path) as other:
        one.add([MemoryEntry(source="نعم", target="yes", changed_at=_NOW)])
        other.add([MemoryEntry(source="لا", target="no", changed_at=_NOW)])

    assert sorted(_sides(path)) == [("لا", "no"), ("نعم", "yes")]


def test_a_tmx_memory_that_was_only_read_is_not_written(tmp_path: Path) -> None:
    path = _file(tmp_path, _unit("نعم", "yes"))
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    with open_memory(path) as memory:
        memory.exact("نعم")
        memory.add_drafts([("نعم", "[]")], "model")
        assert memory.draft("نعم", "model") == "[]"
    with open_memory(tmp_path / "none.tmx"):
        pass

    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [each.name for each in tmp_path.iterdir()] == ["memory.tmx"]


def test_a_tmx_without_an_end_to_add_before_is_told(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    path.write_text('<tmx version="1.4"><header/><body/></tmx>')

    with pytest.raises(BadMemory, match="closing </body>"), open_memory(path) as memory:
        memory.add([MemoryEntry(source="نعم", target="yes", changed_at=_NOW)])
    assert path.read_text().endswith("<body/></tmx>")
