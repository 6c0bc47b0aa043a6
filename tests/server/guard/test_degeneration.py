"""What a model that lost the thread writes is caught; what a good one writes is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.guard.degeneration import Degeneration, DegenerationKind, find_degeneration

_SOURCE = "أعلنت الوزارة أمس أن العمل في الجسر الجديد سيبدأ بعد موافقة البرلمان على الميزانية."
_GOOD = "The ministry announced yesterday that work on the new bridge would begin soon."


def _find(source: str, output: str, *, hit_cap: bool = False) -> Degeneration | None:
    return find_degeneration(
        source,
        output,
        source_tokens=2 * len(source.split()),
        output_tokens=2 * len(output.split()),
        hit_cap=hit_cap,
    )


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        pytest.param("", DegenerationKind.EMPTY, id="nothing"),
        pytest.param(" ...", DegenerationKind.EMPTY, id="punctuation alone"),
        pytest.param(_SOURCE, DegenerationKind.UNTRANSLATED, id="a copy"),
        pytest.param(
            "The وزارة البرلمان الميزانية", DegenerationKind.UNTRANSLATED, id="half a copy"
        ),
        pytest.param("It is sheer blah" + ", blah" * 9, DegenerationKind.LOOP, id="a word"),
        pytest.param(
            "The ministry and to bringing to bringing to bringing", DegenerationKind.LOOP, id="two"
        ),
        pytest.param(
            "The work begins. In the new bridge of the city in the new bridge of the city.",
            DegenerationKind.LOOP,
            id="a long phrase twice",
        ),
        pytest.param("Work on a t-t-t-t-t-t-t-t bridge", DegenerationKind.LOOP, id="syllables"),
        pytest.param("The new brrrrrridge", DegenerationKind.LOOP, id="letters"),
        pytest.param("The bridge ----------", DegenerationKind.LOOP, id="signs"),
        pytest.param("The bridge of 200000000000", DegenerationKind.LOOP, id="digits"),
        pytest.param(
            "It has been able to do by the State and the State has been able to do it, by the "
            "State as the State of the State has been able to do by it",
            DegenerationKind.LOOP,
            id="phrases in changing order",
        ),
        pytest.param("Work.", DegenerationKind.TOO_SHORT, id="most is missing"),
        pytest.param(
            " ".join(f"word{number}" for number in range(90)), DegenerationKind.TOO_LONG, id="chat"
        ),
    ],
)
def test_degenerate_output_is_found(output: str, kind: DegenerationKind) -> None:
    found = _find(_SOURCE, output)
    assert found is not None
    assert found.kind is kind
    assert 0 < found.severity <= 1


@pytest.mark.parametrize(
    ("source", "output"),
    [
        pytest.param(_SOURCE, _GOOD, id="a translation"),
        pytest.param("لا لا لا لا!", "No, no, no, no!", id="repeated in the source"),
        pytest.param("ههههههه", "Hahahahahaha", id="laughter"),
        pytest.param("جمييييييل", "Beautifuuuuul", id="lengthened in the source"),
        pytest.param("انظر ........ 12", "See ........ 12", id="a dotted line"),
        pytest.param("السعر 10000000000", "The price is 10000000000", id="a long number"),
        pytest.param("مليون مليار", "1,000,000,000,000,000", id="a number with separators"),
        pytest.param("دار ودار ودار حول البيت", "He went round and round and round", id="idiom"),
        pytest.param("ارجع!", "Get back, get back!", id="said twice"),
        pytest.param("نعم", "Yes, of course I do", id="few words, many tokens"),
        pytest.param("اكتب كلمة «كتاب» هنا", "Write the word «كتاب» here", id="a word quoted"),
        pytest.param("COVID-19 ... 2020", "", id="nothing to translate"),
        pytest.param("", "", id="empty"),
    ],
)
def test_sound_output_is_left_alone(source: str, output: str) -> None:
    assert _find(source, output) is None


def test_output_that_hit_the_cap_was_cut_short() -> None:
    found = _find(_SOURCE, _GOOD, hit_cap=True)
    assert found is not None
    assert found.kind is DegenerationKind.CUT_SHORT


def test_calibrated_ratios_decide_what_is_too_long() -> None:
    tokens = {"source_tokens": 40, "output_tokens": 80}
    lax = find_degeneration(_SOURCE, _GOOD, **tokens, hit_cap=False, ratio_low=0.5, ratio_high=2.0)
    strict = find_degeneration(
        _SOURCE, _GOOD, **tokens, hit_cap=False, ratio_low=0.5, ratio_high=1.5
    )
    assert lax is None
    assert strict is not None
    assert strict.kind is DegenerationKind.TOO_LONG


def test_a_longer_loop_is_more_severe() -> None:
    short = _find(_SOURCE, _GOOD + " bridge bridge bridge")
    long = _find(_SOURCE, _GOOD + " bridge" * 15)
    assert short is not None
    assert long is not None
    assert short.severity < long.severity


@given(st.text(max_size=80), st.text(max_size=80), st.booleans())
def test_any_text_gets_an_answer(source: str, output: str, hit_cap: bool) -> None:
    found = _find(source, output, hit_cap=hit_cap)
    assert found is None or 0 < found.severity <= 1


@given(st.lists(st.sampled_from(["الجسر", "الوزارة", "أمس", "جديد"]), min_size=1, max_size=12))
def test_what_the_source_repeats_may_be_repeated(words: list[str]) -> None:
    english = {"الجسر": "bridge", "الوزارة": "ministry", "أمس": "yesterday", "جديد": "new"}
    assert _find(" ".join(words), " ".join(english[word] for word in words)) is None
