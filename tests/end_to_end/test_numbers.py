"""Numbers come through, or the segment says that they did not."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tarjama import Client, SegmentFlag
from tests.server.process.server_process import ServerProcess

ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FRAMES = (
    "اشترى الرجل {} كتابا من السوق.",
    "وصل {} شخص إلى المدينة أمس.",
    "بلغ السعر {} دولارا في عام {}.",
    "تبعد القرية {} كيلومترا عن البحر",
    "رقم الهاتف {} والغرفة {}.",
)

numbers = st.integers(10, 999_999).map(str)
written = st.builds(
    lambda number, indic: number.translate(ARABIC_INDIC) if indic else number,
    numbers,
    st.booleans(),
)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    frame = draw(st.sampled_from(FRAMES))
    return frame.format(*(draw(written) for _ in range(frame.count("{}"))))


def digits(text: str) -> str:
    """The Western digits of the numbers in `text`, thousands separators apart."""
    return re.sub(r"(?<=\d),(?=\d)", "", text)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(sentences(), min_size=8, max_size=8))
def test_no_number_is_lost_in_silence(server: ServerProcess, texts: list[str]) -> None:
    with Client(server.address) as client:
        translations = client.translate_many(texts)
    for text, translation in zip(texts, translations, strict=True):
        flags = frozenset[SegmentFlag]().union(*(each.flags for each in translation.segments))
        for number in re.findall(r"\d+", text):
            western = str(int(number))
            assert western in digits(translation.text) or SegmentFlag.CHECK_NUMBERS in flags, (
                f"{western} is lost without a flag"
            )
