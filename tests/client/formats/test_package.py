"""What is read of an archive, what is refused, and what is written."""

import io
import zipfile
from collections.abc import Callable

import pytest

from tarjama.formats import package
from tarjama.formats.errors import BadFile
from tarjama.formats.package import Package


def archive(fill: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        fill(opened)
    return buffer.getvalue()


def usual(opened: zipfile.ZipFile) -> None:
    opened.comment = b"a comment"
    opened.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
    entry = zipfile.ZipInfo("content/ملف.xml", (2011, 2, 11, 18, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o640 << 16
    entry.comment = b"of the entry"
    opened.writestr(entry, "<a>" + "text " * 200 + "</a>")
    opened.writestr("picture.png", bytes(range(256)))


def streamed() -> bytes:
    """Makes an archive whose entries have their sizes behind them, as of a pipe."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    buffer = Pipe()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("a.xml", "<a/>" * 50)
        opened.writestr("b.xml", "<b/>" * 50)
    return buffer.getvalue()


def written(data: bytes, replaced: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    Package(data).write(target, replaced)
    return target.getvalue()


def test_nothing_replaced_is_the_same_archive() -> None:
    data = archive(usual)
    assert written(data, {}) == data
    assert written(data, {"mimetype": b"application/epub+zip"}) == data


@pytest.mark.parametrize("replaced", ["mimetype", "content/ملف.xml", "picture.png"])
def test_a_replaced_entry_leaves_the_others_and_all_attributes(replaced: str) -> None:
    data = archive(usual)
    result = written(data, {replaced: b"new"})
    before = zipfile.ZipFile(io.BytesIO(data))
    after = zipfile.ZipFile(io.BytesIO(result))
    assert after.testzip() is None
    assert after.comment == before.comment
    assert after.namelist() == before.namelist()
    for old, new in zip(before.infolist(), after.infolist(), strict=True):
        assert (new.date_time, new.compress_type, new.comment) == (
            old.date_time,
            old.compress_type,
            old.comment,
        )
        assert (new.external_attr, new.create_system) == (old.external_attr, old.create_system)
        expected = b"new" if new.filename == replaced else before.read(old)
        assert after.read(new) == expected


def test_entries_with_their_sizes_behind_them_are_copied() -> None:
    result = written(streamed(), {"b.xml": b"<c/>"})
    opened = zipfile.ZipFile(io.BytesIO(result))
    assert opened.testzip() is None
    assert (opened.read("a.xml"), opened.read("b.xml")) == (b"<a/>" * 50, b"<c/>")


def test_entries_are_there_by_name() -> None:
    opened = Package(archive(usual))
    assert opened.names == ("mimetype", "content/ملف.xml", "picture.png")
    assert "mimetype" in opened and "other" not in opened
    assert opened.read("mimetype") == b"application/epub+zip"
    with pytest.raises(BadFile, match="other is missing"):
        opened.read("other")


def named(name: str) -> bytes:
    return archive(lambda opened: opened.writestr(name, "x"))


def with_method(method: int) -> bytes:
    return archive(lambda opened: opened.writestr("a.xml", "x" * 100, method))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no directory"),
        (b"PK\x03\x04 and no more", "no directory"),
        (archive(usual)[:-40], "no directory"),
        (archive(usual)[100:], "damaged|no directory"),
        (named("../evil"), "outside"),
        (named("/etc/passwd"), "outside"),
        (with_method(zipfile.ZIP_LZMA), "unusual way"),
    ],
)
def test_a_wrong_archive_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(BadFile, match=told):
        opened = Package(data)
        for name in opened.names:
            opened.read(name)


def test_a_name_that_comes_twice_is_refused() -> None:
    data = named("a.xml").replace(b"a.xml", b"b.xml")
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as opened:
        opened.writestr("c.xml", "y")
    with pytest.raises(BadFile, match="one name"):
        Package(buffer.getvalue().replace(b"c.xml", b"b.xml"))


def test_a_bomb_is_refused_before_it_expands() -> None:
    data = archive(lambda opened: opened.writestr("bomb", bytes(20 * 1024 * 1024)))
    with pytest.raises(BadFile, match=r"bomb would expand 1,0\d\d times"):
        Package(data)


def test_an_entry_that_lies_about_its_size_expands_no_further() -> None:
    data = archive(lambda opened: opened.writestr("a.xml", bytes(8 * 1024 * 1024)))
    size = (8 * 1024 * 1024).to_bytes(4, "little")
    lying = data.replace(size, (1000).to_bytes(4, "little"))
    assert lying != data
    with pytest.raises(BadFile, match=r"a\.xml is broken"):
        Package(lying).read("a.xml")


@pytest.mark.parametrize(
    ("limit", "value", "told"),
    [
        ("MAX_ENTRIES", 2, "3 parts; the limit is 2"),
        ("MAX_ENTRY_BYTES", 1000, r"1,007 bytes; the limit is 1,000"),
        ("MAX_TOTAL_BYTES", 1200, r"1,283 bytes; the limit is 1,200"),
    ],
)
def test_a_limit_is_named_with_what_exceeds_it(
    limit: str, value: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, limit, value)
    with pytest.raises(BadFile, match=told):
        Package(archive(usual))


def test_an_archive_within_is_an_entry_like_any_other() -> None:
    inner = archive(lambda opened: opened.writestr("bomb", bytes(20 * 1024 * 1024)))
    data = archive(lambda opened: opened.writestr("inner.zip", inner))
    assert Package(data).read("inner.zip") == inner
