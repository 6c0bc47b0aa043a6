"""What every format is held to, on every sample of it. Adding a format adds lines to `SAMPLES`."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tarjama.formats.errors import BadFile
from tarjama.formats.registry import all_formats, format_for
from tarjama.formats.tags import tag_problem
from tarjama.formats.units import FileFormat
from tests.client.formats.conformance import (
    SAMPLES,
    Sample,
    arabic_left,
    scrambled,
    to_latin,
    to_other_arabic,
    written,
)

EXTENSIONS = sorted({extension for one in all_formats() for extension in one.extensions})
INTERNAL_SUBSET = b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=[one.name for one in SAMPLES])


def reading(path: Path) -> None:
    """Reads a file as the command line does."""
    found = format_for(path)
    assert found is not None
    found.read(path)


def entries(data: bytes) -> dict[str, bytes]:
    """Gives what an archive holds; of any other file, itself."""
    if not data.startswith(b"PK"):
        return {"": data}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("one", all_formats(), ids=lambda one: one.extensions[0])
def test_every_format_has_a_sample(one: FileFormat) -> None:
    assert any(sample.path.suffix in one.extensions for sample in SAMPLES)


@each_sample
def test_the_extension_and_the_content_tell_the_format(sample: Sample) -> None:
    found = format_for(sample.path)
    assert found is not None and found.extensions == sample.format.extensions


@each_sample
def test_an_echo_gives_back_the_same_file(sample: Sample) -> None:
    assert written(sample.format.read(sample.path)) == sample.path.read_bytes()


@each_sample
def test_units_are_whole_and_the_same_at_every_reading(sample: Sample) -> None:
    units = sample.format.read(sample.path).units
    assert units == sample.format.read(sample.path).units
    assert len({one.id for one in units}) == len(units) > 0
    assert all(one.text == one.text.strip() != "" for one in units)
    assert all(tag_problem(one.text, one.text) is None for one in units)


@each_sample
def test_what_was_written_reads_back(sample: Sample, tmp_path: Path) -> None:
    document = sample.format.read(sample.path)
    changed = {one.id: to_other_arabic(one.text) for one in document.units if one.is_translatable}
    assert any(changed[one.id] != one.text for one in document.units if one.is_translatable)
    copy = tmp_path / sample.name
    with copy.open("wb") as target:
        document.write(target, changed, direction="keep")
    again = sample.format.read(copy)
    held = [one.target or one.text for one in again.units if one.is_translatable]
    assert held == list(changed.values())


@each_sample
@pytest.mark.parametrize("translate", [to_latin, scrambled])
def test_no_arabic_is_left(sample: Sample, translate: Callable[[str], str]) -> None:
    document = sample.format.read(sample.path)
    fixed = tuple(
        re.sub("<[^>]*>", "", one.text) for one in document.units if not one.is_translatable
    )
    data = written(document, translate)
    if sample.sources is not None:
        data = sample.sources.sub(b"", data)
    assert arabic_left(data, (*sample.kept, *fixed)) == []


@each_sample
@pytest.mark.parametrize("translate", [to_latin, scrambled])
def test_no_formatting_is_lost(sample: Sample, translate: Callable[[str], str]) -> None:
    if sample.formatting is None:
        return
    before = sample.formatting(sample.path.read_bytes())
    after = sample.formatting(written(sample.format.read(sample.path), translate))
    assert after == before


@each_sample
def test_every_part_that_is_not_translated_stays_byte_for_byte(sample: Sample) -> None:
    document = sample.format.read(sample.path)
    first = next(one for one in document.units if one.is_translatable)
    target = io.BytesIO()
    document.write(target, {first.id: to_latin(first.text)}, direction="keep")
    before, after = entries(sample.path.read_bytes()), entries(target.getvalue())
    assert list(before) == list(after)
    assert sum(before[name] != after[name] for name in before) == sample.changed_parts


@each_sample
def test_wrong_tags_of_a_translation_do_not_break_the_file(sample: Sample, tmp_path: Path) -> None:
    document = sample.format.read(sample.path)
    copy = tmp_path / sample.name
    broken = {one.id: "</g>قلم<g id='1'><x id='99'/> <b> & " for one in document.units}
    with copy.open("wb") as target:
        document.write(target, broken)
    sample.format.read(copy)


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
        (bytes(range(256)) * 16, "a binary file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "an old Office document"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
        ),
    ],
    ids=["empty", "pdf", "png", "junk", "old-office", "encrypted-office"],
)
def test_what_is_no_file_of_its_extension_is_refused(
    extension: str, content: bytes, told: str, tmp_path: Path
) -> None:
    path = tmp_path / f"file{extension}"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=re.escape(told)):
        reading(path)


@each_sample
def test_a_wrong_extension_is_told(sample: Sample, tmp_path: Path) -> None:
    data = sample.path.read_bytes()
    if not data.startswith(b"PK"):
        return
    path = tmp_path / "file.html"
    path.write_bytes(data)
    with pytest.raises(BadFile, match=re.escape(sample.format.name)):
        reading(path)


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def damaged(data: bytes) -> bytes:
    """Breaks the compressed bytes of the largest XML part, such as the text of the document."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [one for one in archive.infolist() if one.filename.endswith((".xml", ".xhtml"))]
        largest = max(parts, key=lambda one: one.compress_size)
    middle = largest.header_offset + 30 + len(largest.filename) + largest.compress_size // 2
    return (
        data[:middle]
        + bytes(byte ^ 0xFF for byte in data[middle : middle + 8])
        + data[middle + 8 :]
    )


def with_bomb(data: bytes) -> bytes:
    """Adds an entry that expands a thousand times."""
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.bin", bytes(32 * 1024 * 1024))
    return buffer.getvalue()


def encrypted(data: bytes) -> bytes:
    """Marks every entry as encrypted."""
    marked = bytearray(data)
    for signature, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = marked.find(signature)
        while at >= 0:
            marked[at + flags] |= 1
            at = marked.find(signature, at + 4)
    return bytes(marked)


def with_entities(data: bytes) -> bytes:
    """Gives every XML part a DOCTYPE with entities."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in entries(data).items():
            archive.writestr(name, entity_bomb(part))
    return buffer.getvalue()


def entity_bomb(data: bytes) -> bytes:
    match = re.match(rb"(?:\xef\xbb\xbf)?(<\?xml[^>]*\?>)", data)
    return data.replace(match[1], match[1] + INTERNAL_SUBSET, 1) if match else data


@pytest.mark.parametrize("spoil", [truncated, damaged, with_bomb, encrypted, with_entities])
@each_sample
def test_a_hostile_archive_is_refused(
    sample: Sample, spoil: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    data = sample.path.read_bytes()
    if not data.startswith(b"PK"):
        return
    path = tmp_path / sample.name
    path.write_bytes(spoil(data))
    with pytest.raises(BadFile):
        reading(path)


@each_sample
@pytest.mark.parametrize("spoil", [truncated, entity_bomb])
def test_hostile_xml_is_refused(
    sample: Sample, spoil: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    data = sample.path.read_bytes()
    if not re.match(rb"(?:\xef\xbb\xbf)?<\?xml", data):
        return
    path = tmp_path / sample.name
    path.write_bytes(spoil(data))
    with pytest.raises(BadFile):
        reading(path)
