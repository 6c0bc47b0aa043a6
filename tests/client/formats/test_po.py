"""PO files: which messages are translated, and what is written where."""

import io
from collections.abc import Mapping
from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.errors import BadFile
from tarjama.formats.po import PoFormat
from tarjama.formats.po.format import PoDocument

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: en\\n"\n\n'


def read(folder: Path, content: str | bytes, *, replace_targets: bool = False) -> PoDocument:
    path = folder / "messages.po"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return PoFormat(replace_targets=replace_targets).read(path)


def written(document: PoDocument, translations: Mapping[str, str]) -> str:
    target = io.BytesIO()
    document.write(target, translations)
    return target.getvalue().decode()


def translated(folder: Path, entry: str, translation: str) -> str:
    """Translates the first message of a file, and gives what stands in its place."""
    document = read(folder, HEADER + entry)
    return written(document, {document.units[0].id: translation}).removeprefix(HEADER)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('msgid "حفظ"\nmsgstr ""\n', '#, fuzzy\nmsgid "حفظ"\nmsgstr "Save"\n'),
        (
            '#: a.c:1\n#, c-format\nmsgctxt "x"\nmsgid "حفظ"\nmsgstr ""\n',
            '#: a.c:1\n#, fuzzy, c-format\nmsgctxt "x"\nmsgid "حفظ"\nmsgstr "Save"\n',
        ),
        (
            '#, fuzzy\n#| msgid "قبل"\n#| "هذا"\nmsgid "حفظ"\nmsgstr "Keep"\n',
            '#, fuzzy\nmsgid "حفظ"\nmsgstr "Save"\n',
        ),
        (
            '#| msgid "قبل"\nmsgid "حفظ"\nmsgstr ""\n',
            '#, fuzzy\nmsgid "حفظ"\nmsgstr "Save"\n',
        ),
        ('msgid " حفظ\\n"\nmsgstr ""\n', '#, fuzzy\nmsgid " حفظ\\n"\nmsgstr " Save\\n"\n'),
    ],
    ids=["bare", "flags", "previous", "previous-without-flags", "white-space"],
)
def test_a_translation_is_written_and_marked_fuzzy(
    entry: str, expected: str, tmp_path: Path
) -> None:
    assert translated(tmp_path, entry, "Save") == expected


def test_all_else_keeps_its_bytes(tmp_path: Path) -> None:
    around = (
        "#.  odd   comment, longer than a line of gettext is, so that its writers would wrap it\n"
        'msgid   "OK"\nmsgstr  "Fine"\n\n'
        'msgid "تم"\nmsgstr "Do" "ne"\n\n#~ msgid "قديم"\n#~ msgstr "Old"\n'
    ).replace('"Do" "ne"', '"Done"')
    document = read(tmp_path, HEADER + 'msgid "حفظ"\nmsgstr ""\n\n' + around)
    output = written(document, {"حفظ": "Save"})
    assert output.endswith('msgstr "Save"\n\n' + around)
    assert [unit.id for unit in document.units if not unit.is_translatable] == ["تم"]
    assert document.notices == ["Messages kept, since they are translated already: 1 of 2."]


def test_a_translated_message_is_replaced_when_asked_for(tmp_path: Path) -> None:
    document = read(tmp_path, HEADER + 'msgid "تم"\nmsgstr "Done"\n', replace_targets=True)
    assert document.units[0].target == "Done"
    assert 'msgstr "Finished"' in written(document, {"تم": "Finished"})


def test_line_ends_and_a_byte_order_mark_are_kept(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + (HEADER + 'msgid "حفظ"\nmsgstr ""\n').replace("\n", "\r\n").encode()
    document = read(tmp_path, content)
    target = io.BytesIO()
    document.write(target, {"حفظ": "Save\nall"})
    assert target.getvalue().startswith(b"\xef\xbb\xbfmsgid")
    assert target.getvalue().count(b"\n") == target.getvalue().count(b"\r\n")


@pytest.mark.parametrize(
    ("flags", "source", "translation", "expected"),
    [
        ("c-format", "نسخ %d من %s", "of %s, %d", "of %2$s, %1$d"),
        ("c-format", "نسخ %d من %s و%d", "of %s, %d, %d", "of %2$s, %1$d, %3$d"),
        ("c-format", "نسخ %d من %d", "of %d, %d", "of %d, %d"),
        ("c-format", "نسخ %*d من %s", "of %s, %*d", "of %*d, %s"),
        ("python-format", "نسخ %d من %s", "of %s, %d", "of %d, %s"),
        ("python-format", "نسخ %(n)d من %(f)s", "of %(f)s, %(n)d", "of %(f)s, %(n)d"),
        ("c-format", "بلغ 5%% من %s", "%s: 5%%", "%s: 5%%"),
        ("c-format", "نسخ %2$d من %1$s", "of %1$s, %2$d", "of %1$s, %2$d"),
        ("c-format", "نسخ %d من %s", "lost %s", "lost %s"),
        ("python-brace-format", "يا {a} و{b}", "{b} {a}", "{b} {a}"),
        ("", "بلغ %d من %s", "%s %d", "%s %d"),
    ],
)
def test_placeholders_take_the_arguments_they_took(
    flags: str, source: str, translation: str, expected: str, tmp_path: Path
) -> None:
    flagged = f"#, {flags}\n" if flags else ""
    output = translated(tmp_path, f'{flagged}msgid "{source}"\nmsgstr ""\n', translation)
    assert polib.unescape(output.split("msgstr ")[1].strip().strip('"')) == expected


def test_tags_in_a_message_are_codes(tmp_path: Path) -> None:
    document = read(
        tmp_path, HEADER + 'msgid "انقر <a href=\\"x\\">هنا</a>&nbsp;الآن"\nmsgstr ""\n'
    )
    assert document.units[0].text == 'انقر <g id="1">هنا</g><x id="2"/>الآن'


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ("nplurals=INTEGER; plural=EXPRESSION;", "nplurals=2; plural=(n != 1);"),
        ("nplurals=6; plural=(n==0 ? 0 : 5);", "nplurals=2; plural=(n != 1);"),
        ("nplurals=2; plural=n != 1;", "nplurals=2; plural=n != 1;"),
        (None, "nplurals=2; plural=(n != 1);"),
    ],
)
def test_numbers_have_two_forms_in_english(
    forms: str | None, expected: str, tmp_path: Path
) -> None:
    header = HEADER.rstrip("\n") + (f'\n"Plural-Forms: {forms}\\n"' if forms else "") + "\n\n"
    entry = 'msgid "صفحة"\nmsgid_plural "%d صفحات"\nmsgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n'
    document = read(tmp_path, header + entry)
    output = written(document, {"صفحة[0]": "page", "صفحة[1]": "%d pages"})
    file = polib.pofile(output)
    assert file.metadata["Plural-Forms"] == expected
    assert file[0].msgstr_plural == {0: "page", 1: "%d pages"}


@pytest.mark.parametrize(
    ("translation", "codec"), [("Save…", "cp1256"), ("Save ☂", "utf-8")], ids=["has-it", "lacks-it"]
)
def test_the_encoding_is_kept_where_it_has_the_translation(
    translation: str, codec: str, tmp_path: Path
) -> None:
    content = HEADER.replace("UTF-8", "windows-1256") + 'msgid "حفظ"\nmsgstr ""\n'
    document = read(tmp_path, content.encode("cp1256"))
    target = tmp_path / "out.po"
    with target.open("wb") as file:
        document.write(file, {"حفظ": translation})
    assert f'msgstr "{translation}"' in target.read_bytes().decode(codec)
    # Read by what its own header says.
    assert polib.pofile(str(target))[0].msgstr == translation


def test_the_header_says_english(tmp_path: Path) -> None:
    header = 'msgid ""\nmsgstr "Language: \\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    document = read(
        tmp_path,
        header.replace('"Language: \\n"', '""\n"Language: ar_EG\\n"') + 'msgid "حفظ"\nmsgstr ""\n',
    )
    assert polib.pofile(written(document, {"حفظ": "Save"})).metadata["Language"] == "en"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('msgid "Save"\nmsgstr "حفظ"\n', "translation into Arabic"),
        (HEADER.replace("Language: en", "Language: fr") + 'msgid "حفظ"\nmsgstr ""\n', "neither"),
        ('msgid "حفظ"\nmsgstr "a"b"\n', "line 2"),
        ("just text\n", "not a valid PO file at line 1"),
        ('msgid "حفظ"\n\nmsgid "تم"\nmsgstr ""\n', "line 3"),
        ('msgid "حفظ"\n', "line 1 has no msgstr"),
        ("# nothing but a comment\n", "no message"),
    ],
)
def test_what_cannot_be_translated_is_refused(content: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=told):
        read(tmp_path, content)


@given(
    st.lists(st.text(alphabet='سلم "\\\n%<>a\t', min_size=1, max_size=20), min_size=1, max_size=5),
    st.text(alphabet='abc "\\\n%d<>é\t', max_size=200),
)
def test_what_is_written_is_what_another_reader_reads(
    tmp_path_factory: pytest.TempPathFactory, messages: list[str], translation: str
) -> None:
    file = polib.POFile()
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Language": "en"}
    file.extend(polib.POEntry(msgid=message) for message in dict.fromkeys(messages))
    document = read(tmp_path_factory.mktemp("po"), str(file))
    output = polib.pofile(written(document, {unit.id: translation for unit in document.units}))
    assert [entry.msgid for entry in output] == [entry.msgid for entry in file]
    for unit, entry in zip(document.units, [one for one in output if one.fuzzy], strict=False):
        lead, _, trail = entry.msgid.partition(entry.msgid.strip())
        assert entry.msgstr.startswith(lead) and entry.msgstr.endswith(trail), unit.id
