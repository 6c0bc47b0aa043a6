"""Subtitles: sentences are translated whole, and laid back over their cues and lines."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.errors import BadFile
from tarjama.formats.inline import Inline, Paired, Standalone
from tarjama.formats.subtitles import SubtitleFormat
from tarjama.formats.subtitles.cues import Code
from tarjama.formats.subtitles.format import SubtitleDocument
from tarjama.formats.subtitles.layout import BORDER, lay_over, wrap

_TIMES = ["00:00:01,000 --> 00:00:03,000", "00:00:03,100 --> 00:00:05,000"]


def _read(folder: Path, content: str, *, is_webvtt: bool = False) -> SubtitleDocument:
    path = folder / "film.srt"
    path.write_text(content, encoding="utf-8", newline="")
    return SubtitleFormat(is_webvtt=is_webvtt).read(path)


def _cues(*texts: str, times: list[str] | None = None) -> str:
    numbered = enumerate(zip(times or _TIMES, texts, strict=False), start=1)
    return "\n".join(f"{number}\n{time}\n{text}\n" for number, (time, text) in numbered)


def _written(document: SubtitleDocument, translations: dict[str, str]) -> str:
    out = io.BytesIO()
    document.write(out, translations)
    return out.getvalue().decode()


@pytest.mark.parametrize(
    ("first", "second", "units"),
    [
        ("ذهب إلى", "السوق.", 1),
        ("ذهب.", "ثم عاد.", 2),
        ("هل ذهب؟", "نعم", 2),
        ("Hello there", "هل تعلم", 1),
        ("قال", "- لا أعرف", 2),
        ("- من؟\n- أنا", "وأخي.", 2),
    ],
)
def test_cues_that_share_a_sentence_are_one_unit(
    tmp_path: Path, first: str, second: str, units: int
) -> None:
    document = _read(tmp_path, _cues(first, second))

    assert len(document.units) == units


def test_a_pause_ends_a_speech(tmp_path: Path) -> None:
    times = ["00:00:01,000 --> 00:00:03,000", "00:00:03,600 --> 00:00:05,000"]

    assert len(_read(tmp_path, _cues("ذهب إلى", "السوق.", times=times)).units) == 2


def test_the_alignments_borders_are_kept_where_they_are_believable(tmp_path: Path) -> None:
    document = _read(tmp_path, _cues("<i>ذهب الرجل</i> إلى", "السوق القديم في المدينة."))
    [unit] = document.units

    written = _written(
        document,
        {unit.id: '<g id="1">The man</g> went to <x id="2"/> the old market of the city.'},
    )

    assert written == _cues("<i>The man</i> went to", "the old market of the city.")


@pytest.mark.parametrize(
    "translation",
    [
        'He went to the old market. <x id="1"/>',
        '<x id="1"/> He went to the old market.',
        'He <x id="1"/> went to the old market.',
    ],
)
def test_no_cue_is_left_empty_or_overfull(tmp_path: Path, translation: str) -> None:
    document = _read(tmp_path, _cues("ذهب الرجل بالأمس", "إلى السوق القديم."))

    written = _written(document, {document.units[0].id: translation})

    assert written == _cues("He went to", "the old market.")


def test_a_code_over_a_border_is_closed_and_opened_again() -> None:
    italic = Code("<i>", "</i>")
    content: list[Inline[Code]] = [Paired(italic, ("one two ", Standalone(BORDER), " three four"))]

    assert lay_over(content, [7, 10]) == ["<i>one two</i>", "<i>three four</i>"]


@given(
    st.lists(st.sampled_from(["a", "bcd", "efghij"]), min_size=0, max_size=20),
    st.lists(st.integers(1, 50), min_size=1, max_size=5),
    st.integers(0, 25),
)
def test_words_keep_their_order_and_no_passage_lacks_them(
    words: list[str], weights: list[int], border: int
) -> None:
    content: list[Inline[Code]] = [" ".join(words[:border]) + " "]
    content += [Standalone(BORDER) for _ in weights[1:]]
    content += [" " + " ".join(words[border:])]

    laid = lay_over(content, weights)

    assert len(laid) == len(weights)
    assert " ".join(laid).split() == words
    if len(words) >= len(weights):
        assert all(laid)


@pytest.mark.parametrize(
    ("text", "line_count", "expected"),
    [
        ("A short line.", 1, ["A short line."]),
        ("A short line.", 2, ["A short line."]),
        (
            "A line of some length that was on two of them.",
            2,
            ["A line of some length", "that was on two of them."],
        ),
        (
            'A <font color="#ff0000">line that is long</font> enough to need more than one.',
            1,
            ['A <font color="#ff0000">line that is long', "</font> enough to need more than one."],
        ),
    ],
)
def test_lines_are_balanced_and_kept_short(text: str, line_count: int, expected: list[str]) -> None:
    lines = wrap(text, line_count=line_count, max_characters=30)

    assert len(lines) == len(expected)
    assert " ".join(lines).split() == text.split()
    assert all(len(re.sub("<[^>]*>", "", line)) <= 42 for line in lines)


def test_everything_but_the_text_keeps_its_bytes(tmp_path: Path) -> None:
    content = (
        "\ufeff1\r\n00:00:01,000 --> 00:00:03,000 X1:1 X2:2\r\n{\\an8}\u202bمرحبا بك.\u202c\r\n\r\n"
        "3\r\n0:00:09,5 --> 0:00:10,0\r\n\r\n\r\n\r\n4\r\n00:00:11,000 --> 00:00:12,000\r\nسطر\r\n"
        "\r\nبعد فراغ\r\n"
    )
    document = _read(tmp_path, content)

    assert _written(document, {}) == content
    assert _written(document, {unit.id: unit.text for unit in document.units}) == content
    assert _written(document, {document.units[0].id: "Hello."}) == content.replace(
        "\u202bمرحبا بك.\u202c", "Hello."
    )
    assert [unit.context for unit in document.units] == ["cue 1", "cue 3"]


def test_webvtt_keeps_notes_styles_settings_and_translates_who_speaks(tmp_path: Path) -> None:
    content = (
        "WEBVTT - x\n\nSTYLE\n::cue(v) { color: red }\n\nNOTE 00:01 --> now\n\nopening\n"
        "00:01.000 --> 00:03.000 align:right line:0\n<v.loud أحمد>مرحبا\nبك!</v>\n\n"
        "01:00:03.200 --> 01:00:05.000\n<v Sami>Hello\n"
    )
    document = _read(tmp_path, content, is_webvtt=True)
    name, speech = document.units

    assert _written(document, {name.id: "Ahmad"}) == content.replace("أحمد", "Ahmad")
    assert _written(document, {name.id: "Ahmad", speech.id: "Welcome!"}) == content.replace(
        "أحمد>مرحبا\nبك!", "Ahmad>Welcome!"
    )


@pytest.mark.parametrize(
    ("content", "is_webvtt", "message"),
    [
        ("لا شيء هنا\n", False, "no subtitles"),
        ("1\n00:00:01,000 --> 00:00:02,000\nمرحبا\n", True, "not WebVTT"),
        ("WEBVTT\n", True, "no subtitles"),
    ],
)
def test_what_has_no_cues_is_refused(
    tmp_path: Path, content: str, is_webvtt: bool, message: str
) -> None:
    with pytest.raises(BadFile, match=message):
        _read(tmp_path, content, is_webvtt=is_webvtt)
