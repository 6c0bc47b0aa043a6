from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.alignment.links import WordAttention
from tarjama_server.alignment.origins import Origin, SourceLink, Translation, moved, track_output
from tarjama_server.engine import Attention
from tarjama_server.text.tracked import TrackedText


def linked(source: str, translation: Translation) -> list[tuple[str, str]]:
    return [
        (source[slice(*link.source)], translation.text[slice(*link.target)])
        for link in WordAttention.between(source, translation).links()
    ]


def test_the_parts_of_a_word_count_for_the_whole_of_it() -> None:
    # As models cut words: ذهب|وا|إلى|السوق|. and They|went|to|the|mar|ket|.
    source, output = "ذهبوا إلى السوق.", "They went to the market."
    rows = [
        [0.2, 0.5, 0.1, 0.1, 0.1],
        [0.6, 0.3, 0.0, 0.0, 0.1],
        [0.0, 0.0, 0.9, 0.1, 0.0],
        [0.0, 0.0, 0.3, 0.7, 0.0],
        [0.0, 0.0, 0.2, 0.8, 0.0],
        [0.3, 0.3, 0.2, 0.2, 0.0],
        [0.0, 0.0, 0.0, 0.0, 1.0],
    ]
    translation = track_output(
        output,
        [(0, 4), (4, 9), (9, 12), (12, 16), (16, 20), (20, 23), (23, 24)],
        Attention.of(rows),
        [(0, 3), (3, 5), (5, 9), (9, 15), (15, 16)],
    )
    assert linked(source, translation) == [
        ("ذهبوا", "They"),
        ("ذهبوا", "went"),
        ("إلى", "to"),
        ("السوق", "the"),
        ("السوق", "market"),
    ]


def test_what_is_made_from_several_words_is_linked_to_each() -> None:
    source = "الأمم المتحدة"
    assert linked(source, TrackedText.of("UN", Origin.exactly(0, 13))) == [
        ("الأمم", "UN"),
        ("المتحدة", "UN"),
    ]


def test_faint_attention_and_punctuation_make_no_links() -> None:
    faint = Origin((SourceLink(0, 3, 0.2), SourceLink(3, 4, 0.8)))
    assert linked("قال.", TrackedText.of("said", faint)) == []
    assert linked("قال.", TrackedText.of(".", Origin.exactly(0, 3))) == []
    assert linked("قال.", TrackedText.of("said")) == []


def test_the_end_of_the_sentence_is_no_source_word() -> None:
    translation = track_output("a", [(0, 1)], Attention.of([[0.1, 0.9]]), [(0, 3)])
    assert linked("قال", translation) == []


def test_a_piece_of_a_source_is_linked_in_the_whole() -> None:
    piece: Translation = TrackedText.of("went", Origin.exactly(0, 3))
    assert linked("ثم ذهب", moved(piece, 3)) == [("ذهب", "went")]


_words = st.lists(st.sampled_from(["قال", "الرجل", "،", "نعم.", "3.5"]), min_size=1, max_size=8)


@given(_words, st.data())
def test_links_lie_on_words_in_the_order_of_the_source(
    words: list[str], data: st.DataObject
) -> None:
    source = " ".join(words)
    parts: list[Translation] = []
    for _ in range(data.draw(st.integers(0, 8))):
        ends = sorted(data.draw(st.integers(0, len(source))) for _ in range(2))
        weight = data.draw(st.floats(0, 1))
        origin = data.draw(st.sampled_from([None, Origin((SourceLink(ends[0], ends[1], weight),))]))
        text = data.draw(st.sampled_from(["said", " ", "don't", "man, ", "."]))
        parts.append(TrackedText.of(text, origin))
    translation: Translation = TrackedText.joined(parts)
    attention = WordAttention.between(source, translation)
    links = attention.links()
    pairs = [(link.source, link.target) for link in links]
    assert pairs == sorted(set(pairs))
    assert {pair[0] for pair in pairs} <= set(attention.source_words)
    assert {pair[1] for pair in pairs} <= set(attention.target_words)
