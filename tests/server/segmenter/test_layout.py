from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path

import pytest

from tarjama_server.segmenter.layout import LineHandling
from tarjama_server.segmenter.machine import SourceSegment
from tests.server.segmenter.conftest import Segment

PROSE = (
    "خرج الرجل من بيته في الصباح الباكر ومشى في الطريق الطويل حتى وصل إلى السوق القديم في وسط "
    "المدينة. كان السوق مزدحما بالناس الذين جاؤوا من القرى البعيدة لبيع ما عندهم من خضار وفواكه. "
    "اشترى الرجل ما يحتاج إليه ثم جلس في المقهى ليستريح قليلا ويشرب الشاي مع أصدقائه القدامى."
)


def segments(segment: Segment, text: str, **options: LineHandling) -> list[SourceSegment]:
    return [each for block in segment([text], **options) for each in block.segments]


@pytest.mark.parametrize("width", [40, 60, 72])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("after", ["", "\n", "\n\nفقرة أخرى."])
def test_hard_wrapped_lines_are_one_paragraph(
    segment: Segment, width: int, line_end: str, after: str
) -> None:
    wrapped = line_end.join(textwrap.wrap(PROSE, width)) + after
    found = segments(segment, wrapped)
    sentences = [" ".join(each.text.split()) for each in found if "فقرة أخرى" not in each.text]
    assert sentences == re.findall(r"[^.]+\.", PROSE.replace(". ", ".")) or sentences == [
        sentence.strip() + "." for sentence in PROSE.rstrip(".").split(". ")
    ]
    assert all(each.lines_joined for each in found if "فقرة" not in each.text)


def test_lines_setting_joins_nothing(segment: Segment) -> None:
    wrapped = "\n".join(textwrap.wrap(PROSE, 60))
    found = segments(segment, wrapped, line_handling=LineHandling.LINES)
    assert not any(each.lines_joined for each in found)
    assert all("\n" not in each.text.rstrip() for each in found)


@pytest.mark.parametrize(
    "text",
    [
        # A heading, and what stands under it.
        "عنوان الخبر\nنص الخبر الأول هنا وفيه كلام كثير عن أشياء مختلفة\nسطر ثالث",
        # A list.
        "- التفاح الأحمر اللذيذ من الجبل العالي\n- البرتقال الأصفر من ساحل البحر\n"
        "- الموز الطازج من المزرعة القريبة هنا\n- العنب",
        "1. افتح البرنامج ثم اختر الملف الجديد\n2. اكتب اسم الملف الذي تريد حفظه\n"
        "3. اضغط على الزر الأزرق لحفظ الملفات\n4. انتهى",
        # Speakers' turns.
        "أحمد: كيف حالك اليوم يا صديقي العزيز\nسعيد: أنا بخير والحمد لله وأنت كيف\n"
        "أحمد: بخير أيضا شكرا لك على السؤال\nسعيد: أهلا",
        # Verse: lines too short to have been wrapped.
        "قفا نبك من ذكرى حبيب\nومنزل بسقط اللوى بين\nالدخول فحومل فتوضح\nفالمقراة",
        # A table.
        "الاسم\tالعمر\tالمدينة\nأحمد محمد علي\t25\tالقاهرة\nسعيد حسن خالد\t30\tبغداد\nليلى\t5\tحلب",
    ],
)
def test_lines_that_stand_for_themselves_are_not_joined(segment: Segment, text: str) -> None:
    assert not any(each.lines_joined for each in segments(segment, text))


def test_sentences_of_one_line_each_are_never_joined(segment: Segment) -> None:
    # Sentences of a text on lines of their own, without marks, all in one block of 300 lines.
    words = PROSE.replace(".", "").split()
    lines = [
        " ".join(words[(7 * number + k) % len(words)] for k in range(5 + number * 13 % 17))
        for number in range(300)
    ]
    found = segments(segment, "\n".join(lines))
    assert not any(each.lines_joined for each in found)
    assert sum(each.text.endswith("\n") for each in found) == len(lines) - 1


def test_cells_of_a_row_are_segments_of_their_own(segment: Segment) -> None:
    found = segments(segment, "الاسم\tالعمر\tمكان الولادة\n")
    assert [each.text for each in found] == ["الاسم\t", "العمر\t", "مكان الولادة\n"]


def test_halves_of_a_verse_are_segments_of_their_own(segment: Segment) -> None:
    found = segments(segment, "على قدر أهل العزم تأتي العزائم      وتأتي على قدر الكرام المكارم")
    assert [each.text.strip() for each in found] == [
        "على قدر أهل العزم تأتي العزائم",
        "وتأتي على قدر الكرام المكارم",
    ]


def test_a_wrapped_paragraph_longer_than_the_look_ahead_stays_joined(segment: Segment) -> None:
    text = "\n".join(textwrap.wrap(" ".join([PROSE] * 60), 70))
    found = segments(segment, text)
    assert "".join(each.text for each in found) == text
    assert sum(each.lines_joined for each in found) / len(found) > 0.97


def test_flores_lines_are_seen_as_lines(segment: Segment) -> None:
    folder = os.environ.get("TARJAMA_EVAL_DIR")
    if folder is None:
        pytest.skip("TARJAMA_EVAL_DIR names no folder with flores200_devtest.ar")
    flores = Path(folder, "flores200_devtest.ar")
    lines = [re.sub(r"[.!?؟؛،:…]", "", line) for line in flores.read_text("utf-8").splitlines()]
    found = segments(segment, "\n".join(lines) + "\n")
    assert not any(each.lines_joined for each in found)
    assert sum("\n" in each.text for each in found) == len(lines)
