"""XLIFF: which segments are translated, and what a target gets."""

import io
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tarjama.formats.errors import BadFile
from tarjama.formats.tags import parse, write
from tarjama.formats.xliff import XliffFormat
from tarjama.formats.xliff.format import XliffDocument
from tests.client.formats.conformance import SAMPLES_FOLDER, scrambled

FIRST = "urn:oasis:names:tc:xliff:document:1.2"
SECOND = "urn:oasis:names:tc:xliff:document:2.0"
MARKED = 'state="needs-review-translation" state-qualifier="mt-suggestion"'


def first(body: str, *, languages: str = 'source-language="ar" target-language="en"') -> str:
    """An XLIFF 1.2 document."""
    spaces = 'xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0"' if "sdl:" in body else ""
    return (
        f'<xliff version="1.2" xmlns="{FIRST}" {spaces}>'
        f'<file original="a" {languages} datatype="x"><body>{body}</body></file></xliff>'
    )


def second(body: str, *, languages: str = 'srcLang="ar" trgLang="en"') -> str:
    """An XLIFF 2.0 document."""
    return f'<xliff version="2.0" xmlns="{SECOND}" {languages}><file id="f">{body}</file></xliff>'


def read(folder: Path, content: str | bytes, *, replace_targets: bool = False) -> XliffDocument:
    path = folder / "a.xlf"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return XliffFormat(replace_targets=replace_targets).read(path)


def written(document: XliffDocument, translations: Mapping[str, str]) -> str:
    target = io.BytesIO()
    document.write(target, translations)
    return target.getvalue().decode("utf-8")


def unit_after(folder: Path, unit: str, translation: str) -> str:
    """Translates the first segment of a unit of XLIFF 1.2, and gives the unit as it is written."""
    before, after = first("\0").split("\0")
    document = read(folder, first(unit))
    output = written(document, {document.units[0].id: translation})
    assert output.startswith(before) and output.endswith(after)
    return output.removeprefix(before).removesuffix(after)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (
            '<trans-unit id="1">\n  <source>نص</source>\n  <note>n</note></trans-unit>',
            f'<trans-unit id="1">\n  <source>نص</source>\n  <target {MARKED}>Text</target>'
            "\n  <note>n</note></trans-unit>",
        ),
        (
            "<trans-unit id='1' ><source>نص</source><target state='new' /></trans-unit>",
            f"<trans-unit id='1' ><source>نص</source><target {MARKED}>Text</target></trans-unit>",
        ),
        (
            '<trans-unit id="1"><source xml:space="preserve" xml:lang="ar"> نص\n</source>'
            "<alt-trans><source>نص</source><target>x</target></alt-trans></trans-unit>",
            '<trans-unit id="1"><source xml:space="preserve" xml:lang="ar"> نص\n</source>'
            f'<target xml:space="preserve" xml:lang="en" {MARKED}> Text\n</target>'
            "<alt-trans><source>نص</source><target>x</target></alt-trans></trans-unit>",
        ),
        (
            '<trans-unit id="1"><source>نص</source><target>نص</target></trans-unit>',
            f'<trans-unit id="1"><source>نص</source><target {MARKED}>Text</target></trans-unit>',
        ),
        (
            '<trans-unit id="1"><source><![CDATA[<p>نص</p>]]></source></trans-unit>',
            '<trans-unit id="1"><source><![CDATA[<p>نص</p>]]></source>'
            f"<target {MARKED}>&lt;p&gt;Text&lt;/p&gt;</target></trans-unit>",
        ),
        (
            f'<x:trans-unit xmlns:x="{FIRST}" id="1"><x:source>نص</x:source></x:trans-unit>',
            f'<x:trans-unit xmlns:x="{FIRST}" id="1"><x:source>نص</x:source>'
            f"<x:target {MARKED}>Text</x:target></x:trans-unit>",
        ),
    ],
    ids=["no-target", "empty-target", "space", "copy-of-the-source", "html-as-text", "prefix"],
)
def test_a_target_stands_where_and_as_it_should(unit: str, expected: str, tmp_path: Path) -> None:
    assert unit_after(tmp_path, unit, "Text") == expected


@pytest.mark.parametrize(
    ("source", "tagged"),
    [
        ('أ <g id="7">ب</g> ج', 'أ <g id="1">ب</g> ج'),
        ('أ <bpt id="1"/>ب<ept id="1"/> ج', 'أ <g id="1">ب</g> ج'),
        ('أ <bpt id="1" rid="9"/>ب<ept id="2" rid="9"/> ج', 'أ <g id="1">ب</g> ج'),
        ('أ <bx id="1"/>ب<ex id="1"/> ج', 'أ <g id="1">ب</g> ج'),
        ('أ <ex id="1"/>ب<bx id="1"/> ج', 'أ <x id="1"/>ب<x id="2"/> ج'),
        ('أ <bx id="1"/>ب<bx id="2"/> ج<ex id="1"/> د<ex id="2"/> ه',
         'أ <g id="1">ب<x id="2"/> ج</g> د<x id="3"/> ه'),
        ('أ <ph id="1">&lt;br/></ph><x id="2"/> ج', 'أ <x id="1"/> ج'),
        ('أ <it id="1" pos="open">b</it> ج', 'أ <x id="1"/> ج'),
        ('أ <mrk mtype="protected">ب</mrk> ج', 'أ <x id="1"/> ج'),
        ('أ <mrk mtype="term">ب</mrk> ج', 'أ <g id="1">ب</g> ج'),
        ('أ <!-- no text -->&#x628; &amp; <![CDATA[<ج>]]>', 'أ ب &amp; &lt;ج>'),
        ('أ <?pi here?> ج', 'أ <x id="1"/> ج'),
        ('<g id="1">أ</g>', "أ"),
        ('أ &lt;b class="c">ب&lt;/b>&lt;br/> ج', 'أ <g id="1">ب</g><x id="2"/> ج'),
        ('<![CDATA[<p>أ <a href="x">ب</a>&nbsp;ج</p>]]>', 'أ <g id="1">ب</g><x id="2"/>ج'),
        ('أ &lt; ب &lt;/i> ج', 'أ &lt; ب <x id="1"/> ج'),
        ('أ\n     <g id="1">ب</g>\n  ', 'أ <g id="1">ب</g>'),
    ],
)  # fmt: skip
def test_inline_codes_are_tags(source: str, tagged: str, tmp_path: Path) -> None:
    # The edges of a text need no tags, so each has words at both.
    document = read(tmp_path, first(f'<trans-unit id="1"><source>{source}</source></trans-unit>'))
    assert [unit.text for unit in document.units] == [tagged]


@pytest.mark.parametrize(
    "unit",
    [
        '<trans-unit id="1" translate="no"><source>نص</source></trans-unit>',
        '<group translate="no"><trans-unit id="1"><source>نص</source></trans-unit></group>',
        '<trans-unit id="1" approved="yes"><source>نص</source><target>a</target></trans-unit>',
        '<trans-unit id="1"><source>نص</source><target state="final">a</target></trans-unit>',
        '<trans-unit id="1"><source>نص</source><target state="signed-off">a</target></trans-unit>',
        '<trans-unit id="1"><source>نص</source><seg-source><mrk mtype="seg" mid="1">نص</mrk>'
        '</seg-source><sdl:seg-defs><sdl:seg id="1" locked="true"/></sdl:seg-defs></trans-unit>',
        '<trans-unit id="1"><source>نص</source><seg-source><mrk mtype="seg" mid="1">نص</mrk>'
        '</seg-source><target><mrk mtype="seg" mid="1">a</mrk></target><sdl:seg-defs>'
        '<sdl:seg id="1" conf="ApprovedSignOff"/></sdl:seg-defs></trans-unit>',
    ],
)
def test_locked_and_confirmed_segments_stay_whatever_is_asked(unit: str, tmp_path: Path) -> None:
    document = read(tmp_path, first(unit), replace_targets=True)
    assert [one.is_translatable for one in document.units] == [False]
    assert written(document, {one.id: "Other" for one in document.units}) == first(unit)


@pytest.mark.parametrize(
    ("target", "is_kept"),
    [
        ("<target>Done</target>", True),
        ('<target state="translated">Done</target>', True),
        ('<target state="needs-review-translation">Done</target>', True),
        ('<target state="translated" state-qualifier="mt-suggestion">Done</target>', True),
        (
            '<target state="needs-review-translation" state-qualifier="leveraged-mt">x</target>',
            False,
        ),
        ('<target state="new">Done</target>', False),
        ("<target> </target>", False),
        ("<target/>", False),
    ],
)
def test_translations_that_people_made_are_kept_unless_asked(
    target: str, is_kept: bool, tmp_path: Path
) -> None:
    unit = f'<trans-unit id="1"><source>نص</source>{target}</trans-unit>'
    assert read(tmp_path, first(unit)).units[0].is_translatable is not is_kept
    document = read(tmp_path, first(unit), replace_targets=True)
    assert ">Anew</target>" in written(document, {document.units[0].id: "Anew"})


def test_the_translation_that_is_there_has_the_tags_of_its_source(tmp_path: Path) -> None:
    source = 'أ <g id="5">ب</g> <x id="6"/> ج'
    target = 'c <x id="6"/> <x id="99"/><g id="5">b</g> a'
    unit = f'<trans-unit id="1"><source>{source}</source><target>{target}</target></trans-unit>'
    assert read(tmp_path, first(unit)).units[0].target == 'c <x id="2"/> <g id="1">b</g> a'


def test_text_within_a_code_is_translated(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        first(
            '<trans-unit id="1"><source>أ<ph id="1">[<sub>ب <x id="2"/> ت</sub>]</ph> ج</source>'
            '</trans-unit><trans-unit id="2"><source><ph id="1">[<sub>د</sub>]</ph></source>'
            "</trans-unit>"
        ),
    )
    texts = {unit.text: unit.id for unit in document.units}
    assert list(texts) == ['أ<x id="1"/> ج', 'ب <x id="1"/> ت', "د"]
    output = written(
        document,
        {texts['أ<x id="1"/> ج']: 'A<x id="1"/>', texts['ب <x id="1"/> ت']: "B", texts["د"]: "D"},
    )
    assert '>A<ph id="1">[<sub>B<x id="2"/></sub>]</ph></target>' in output
    assert '><ph id="1">[<sub>D</sub>]</ph></target>' in output


def test_text_within_a_code_waits_for_the_text_around_it(tmp_path: Path) -> None:
    content = first(
        '<trans-unit id="1"><source>أ<ph id="1"><sub>ب</sub></ph> ج</source></trans-unit>'
    )
    document = read(tmp_path, content)
    assert written(document, {document.units[1].id: "B"}) == content


def test_a_missing_target_language_is_english(tmp_path: Path) -> None:
    unit = '<trans-unit id="1"><source>نص</source></trans-unit>'
    document = read(tmp_path, first(unit, languages='source-language="ar"'))
    assert 'datatype="x" target-language="en">' in written(document, {"1/1": "Text"})
    segment = '<unit id="1"><segment><source>نص</source></segment></unit>'
    document = read(tmp_path, second(segment, languages='srcLang="ar-EG"'))
    assert 'srcLang="ar-EG" trgLang="en">' in written(document, {"1/1/1": "Text"})


@pytest.mark.parametrize(
    ("direction", "expected"), [("ltr", 'trgDir="ltr"'), ("keep", 'trgDir="rtl"')]
)
def test_targets_become_left_to_right(direction: str, expected: str, tmp_path: Path) -> None:
    content = second('<group id="g" trgDir="rtl"><unit id="1"/></group>')
    target = io.BytesIO()
    read(tmp_path, content).write(target, {}, direction="ltr" if direction == "ltr" else "keep")
    assert target.getvalue().decode() == content.replace('trgDir="rtl"', expected)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (first("", languages='source-language="en" target-language="fr"'), "from 'en' to 'fr'"),
        (first("", languages='source-language="ar" target-language="fr"'), "from 'ar' to 'fr'"),
        (second("", languages='srcLang="fr" trgLang="en"'), "from 'fr' to 'en'"),
        (first("", languages='source-language="نص"'), r"from '\?'"),
        ("<html><body/></html>", "not XLIFF"),
        (f'<xliff xmlns="{FIRST}"/>', "not XLIFF"),
        ("<xliff>", "not well-formed XML at line 1"),
        ("<a>" * 300 + "</a>" * 300, "deeper than 256"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><xliff>&b;</xliff>', "DOCTYPE"),
        (b'<?xml version="1.0" encoding="utf-8"?><xliff>\xff</xliff>', "byte 45"),
    ],
)
def test_what_cannot_be_translated_is_refused(
    content: str | bytes, told: str, tmp_path: Path
) -> None:
    with pytest.raises(BadFile, match=told):
        read(tmp_path, content)


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1256", "utf-8-sig"])
def test_the_encoding_is_kept(encoding: str, tmp_path: Path) -> None:
    declared = encoding.removesuffix("-sig")
    content = f'<?xml version="1.0" encoding="{declared}"?>\r\n' + first(
        '<trans-unit id="1"><source>نص</source></trans-unit>'
    )
    document = read(tmp_path, content.encode(encoding))
    target = io.BytesIO()
    document.write(target, {"1/1": "Text ☂"})
    root = etree.fromstring(target.getvalue())
    assert root.findtext(f".//{{{FIRST}}}target") == "Text ☂"
    assert target.getvalue().decode(encoding).startswith(content[:60])


def test_a_skeleton_of_many_megabytes_is_no_obstacle(tmp_path: Path) -> None:
    skeleton = "QUJD" * 4_000_000
    header = f'<header><skl><internal-file form="base64">{skeleton}</internal-file></skl></header>'
    unit = '<trans-unit id="1"><source>نص</source></trans-unit>'
    content = first(unit).replace("<body>", f"{header}<body>")
    output = written(read(tmp_path, content), {"1/1": "Text"})
    assert output.replace(f"<target {MARKED}>Text</target>", "") == content


def test_work_grows_with_the_file_alone(tmp_path: Path) -> None:
    unit = '<trans-unit id="{0}"><source>نص <g id="1">{0}</g> هنا</source></trans-unit>\n'
    took_s: list[float] = []
    for count in (2_000, 8_000):
        document = read(tmp_path, first("".join(unit.format(each) for each in range(count))))
        begun_s = time.process_time()
        written(document, {one.id: f"Text {one.id}" for one in document.units})
        took_s.append(time.process_time() - begun_s)
    # Four times the file: a quadratic writer would take sixteen times as long.
    assert took_s[1] < took_s[0] * 10 + 0.5


# Without `>`, which would make text that looks like HTML's tags.
_TEXT = st.text(alphabet='سلم <&"\t\n', min_size=1, max_size=6)
_CONTENT = st.recursive(
    _TEXT | st.sampled_from(["<x/>", "<ph/>", "<bx/>", "<ex/>", "<mrk-protected/>"]),
    lambda inner: st.tuples(st.sampled_from(["g", "mrk"]), st.lists(inner, max_size=4)),
    max_leaves=14,
)


@given(st.lists(_CONTENT, min_size=1, max_size=6))
def test_every_code_is_in_the_target_once_and_the_source_is_untouched(
    tmp_path_factory: pytest.TempPathFactory, content: list[object]
) -> None:
    source = etree.Element(f"{{{FIRST}}}source", nsmap={None: FIRST})
    _fill(source, ["سلم", *content, "سلم"])
    source.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    unit = f'<trans-unit id="1">{etree.tostring(source, encoding="unicode")}</trans-unit>'
    document = read(tmp_path_factory.mktemp("xliff"), first(unit))
    output = written(document, {document.units[0].id: scrambled(document.units[0].text)})
    root = etree.fromstring(output.encode())
    kept, target = root.find(f".//{{{FIRST}}}source"), root.find(f".//{{{FIRST}}}target")
    assert kept is not None and target is not None
    assert etree.tostring(kept, with_tail=False) == etree.tostring(source)
    assert _codes(target) == _codes(source)
    again = read(tmp_path_factory.mktemp("again"), output).units[0]
    assert again.target == write(parse(scrambled(document.units[0].text)))


def _fill(element: etree._Element, content: list[object]) -> None:
    for item in content:
        if isinstance(item, str) and not item.endswith("/>"):
            if len(element):
                element[-1].tail = (element[-1].tail or "") + item
            else:
                element.text = (element.text or "") + item
            continue
        name = item[0] if isinstance(item, tuple) else str(item)[1:-2]
        number = str(sum(1 for _ in element.getroottree().iter()))
        child = etree.SubElement(
            element, f"{{{FIRST}}}{name.removesuffix('-protected')}", id=number
        )
        if name in {"mrk", "mrk-protected"}:
            child.set("mtype", "protected" if name == "mrk-protected" else "term")
        if isinstance(item, tuple):
            _fill(child, item[1])


def _codes(element: etree._Element) -> Counter[str]:
    return Counter(f"{one.tag!r} {sorted(one.attrib.items())}" for one in element.iterdescendants())


def test_trados_marks_each_segment_by_itself() -> None:
    document = XliffFormat().read(SAMPLES_FOLDER / "report.sdlxliff")
    output = written(document, {"1/a1/1": "Chapter one."})
    before = (SAMPLES_FOLDER / "report.sdlxliff").read_bytes().decode()
    assert output == before.replace(
        '<mrk mtype="seg" mid="1"/>', '<mrk mtype="seg" mid="1">Chapter one.</mrk>'
    ).replace(
        '<sdl:seg id="1">', '<sdl:seg id="1" conf="Draft" origin="mt" origin-system="Tarjama">'
    )


def test_a_target_without_segments_gets_those_of_its_source(tmp_path: Path) -> None:
    document = XliffFormat().read(SAMPLES_FOLDER / "report.sdlxliff")
    output = written(document, {"1/a3/7": "Untranslated."})
    assert (
        '<target><mrk mtype="seg" mid="7">Untranslated.</mrk> <mrk mtype="seg" mid="8">7.</mrk> '
        '<mrk mtype="seg" mid="9"></mrk></target><sdl:seg-defs>'
    ) in output


@pytest.mark.parametrize(
    ("name", "unit_id", "expected"),
    [
        ("manual.mqxliff", "1/1", '<trans-unit id="1" mq:status="MachineTranslated" mq:seg'),
        ("job.mxliff", "1/T1:0", 'm:locked="false" m:trans-origin="mt"><source>هذا'),
        ("article.xliff", "1/u1/s1", '<segment id="s1" state="translated" subState="tarjama:mt">'),
    ],
)
def test_each_dialect_says_that_a_machine_translated(
    name: str, unit_id: str, expected: str
) -> None:
    document = XliffFormat().read(SAMPLES_FOLDER / name)
    unit = next(one for one in document.units if one.id == unit_id)
    assert expected not in written(document, {})
    assert expected in written(document, {unit_id: scrambled(unit.text)})


@pytest.mark.parametrize(
    ("name", "open_ids"),
    [
        ("manual.mqxliff", ["1/1", "1/5"]),
        ("job.mxliff", ["1/T1:0", "1/T1:3"]),
        ("report.sdlxliff", ["1/a1/1", "1/a1/2", "1/a2/6", "1/a3/7", "1/a3/9"]),
    ],
)
def test_each_dialect_keeps_what_is_locked_confirmed_or_from_a_memory(
    name: str, open_ids: list[str]
) -> None:
    document = XliffFormat().read(SAMPLES_FOLDER / name)
    assert [unit.id for unit in document.units if unit.is_translatable] == open_ids
    assert document.notices == [
        "Segments kept, since they are locked, confirmed or translated already: "
        f"3 of {len(document.units)}."
    ]


def test_documents_of_other_languages_are_kept_and_told() -> None:
    document = XliffFormat().read(SAMPLES_FOLDER / "strings.xlf")
    assert document.notices[1] == (
        "Documents in the file kept, since they are not from Arabic to English: 1 of 2."
    )
