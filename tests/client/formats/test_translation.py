"""What is sent of a file's units, and what becomes of the answers."""

import pytest

from tarjama import LineHandling, Segment, SegmentFlag, Span
from tarjama.formats.translation import UnitText, plan_unit_calls, with_western_signs


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("١٢٠٠", "1200"),
        ("٣٫٥٪ ؟", "3.5% ?"),
        ("۱٬۲۳۴،", "1,234,"),
        ('<g id="1">٧</g>', '<g id="1">7</g>'),
    ],
)
def test_text_without_letters_gets_western_signs(source: str, expected: str) -> None:
    passed = Segment(
        source_span=Span(0, len(source)),
        sentence_index=0,
        translation=source,
        flags=frozenset({SegmentFlag.PASSED_THROUGH}),
    )

    assert with_western_signs(passed).translation == expected


def test_a_translation_is_left_as_it_is() -> None:
    translated = Segment(source_span=Span(0, 3), sentence_index=0, translation="١ one")

    assert with_western_signs(translated) is translated


def test_calls_hold_every_text_once_and_one_line_handling_each() -> None:
    texts = [
        UnitText("x" * size, handling)
        for size in (1, 5_000, 3_999, 2, 10)
        for handling in LineHandling
    ]

    calls = list(plan_unit_calls(texts))

    sent = [UnitText(text, call.line_handling) for call in calls for text in call.texts]
    assert sorted(sent, key=str) == sorted(texts, key=str)
    assert all(len(call.texts) == 1 or sum(map(len, call.texts)) <= 4_000 for call in calls)
