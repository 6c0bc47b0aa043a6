import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from models.training import align as align_step
from models.training.align import align
from models.training.corpus import Pair
from models.training.errors import RecipeError
from models.training.links import choose_pairs, join_directions, read_aligned
from models.training.pairs import EncodedPair
from models.training.vocabulary import EOS_ID

LINKS = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)))


def write_links_folder(folder: Path, **changed: str) -> Path:
    """Write two aligned pairs as an aligner leaves them."""
    texts = {
        "source": "5 6\n7 8 9\n",
        "target": "11 12 13\n14 15\n",
        "forward": "0-0 1-1\n0-0 2-1\n",
        "reverse": "0-0 1-2\n\n",
    }
    for name, text in (texts | changed).items():
        (folder / f"{name}.txt").write_text(text, encoding="ascii")
    return folder


@given(LINKS, LINKS)
def test_joined_links_are_those_of_both_and_of_pieces_that_only_one_linked(
    forward: set[tuple[int, int]], reverse: set[tuple[int, int]]
) -> None:
    joined = join_directions(forward, reverse)
    assert forward & reverse <= joined <= forward | reverse
    assert {at for at, _ in joined} == {at for at, _ in forward | reverse}
    agreed = {at for at, _ in forward & reverse}
    assert {link for link in joined if link[0] in agreed} == forward & reverse


def test_links_are_of_target_and_source_positions_and_end_at_the_ends(tmp_path: Path) -> None:
    first, second = read_aligned(write_links_folder(tmp_path))
    assert first == EncodedPair(
        [5, 6, EOS_ID], [11, 12, 13, EOS_ID], [(0, 0), (1, 1), (2, 1), (3, 2)]
    )
    assert second == EncodedPair([7, 8, 9, EOS_ID], [14, 15, EOS_ID], [(0, 0), (1, 2), (2, 3)])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"forward": "0-0\n"}, "unlike line counts: .*forward.txt 1"),
        ({"reverse": "0-0\n0:1\n"}, "links of line 2"),
        ({"reverse": "0-0\n3-0\n"}, "line 2: a link points behind"),
        ({"forward": "0-3\n0-0\n"}, "line 1: a link points behind"),
    ],
)
def test_links_that_do_not_fit_the_pairs_are_refused(
    tmp_path: Path, changed: dict[str, str], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        list(read_aligned(write_links_folder(tmp_path, **changed)))


def test_the_aligner_finds_what_translates_what() -> None:
    rng = random.Random(4)
    sources = [rng.sample(range(10, 40), rng.randint(3, 7)) for _ in range(400)]
    # The target has the words the other way round, and one more that translates nothing.
    targets = [[*(word + 100 for word in reversed(source)), 99] for source in sources]
    expected = [[(len(source) - 1 - at, at) for at in range(len(source))] for source in sources]
    found = align(sources, targets)
    right = sum(len(set(one) & set(other)) for one, other in zip(found, expected, strict=True))
    assert right / sum(map(len, expected)) > 0.9


def test_empty_sentences_are_linked_to_nothing() -> None:
    assert align([[1, 2], [], [3]], [[4, 5], [6], []])[1:] == [[], []]


def test_both_directions_are_written_by_source_and_target(tmp_path: Path) -> None:
    folder = write_links_folder(
        tmp_path, source="5 6\n6\n5\n\n" * 20, target="11 12\n12\n11\n7\n" * 20
    )
    names = zip(("-s", "-t", "-f", "-r"), ("source", "target", "forward", "reverse"), strict=True)
    align_step.main([word for flag, name in names for word in (flag, str(folder / f"{name}.txt"))])
    for name in ("forward", "reverse"):
        lines = (folder / f"{name}.txt").read_text(encoding="ascii").splitlines()
        assert lines == ["0-0 1-1", "0-0", "0-0", ""] * 20


def test_only_prose_of_a_sentences_length_is_aligned() -> None:
    good = Pair("gen_news", "قال الوزير ذلك أمس.", "The minister said so yesterday.")
    pairs = [
        good,
        Pair("lex_names", good.arabic, good.english),
        Pair("ui_menu", good.arabic, good.english),
        Pair("gen_hadith_lk", good.arabic, good.english),
        Pair("gen_news", "نعم", "Yes."),
        Pair("gen_news", good.arabic, "word " * 36),
    ]
    assert choose_pairs(pairs, 10, random.Random(1)) == [good]
    assert len(choose_pairs([good] * 10, 4, random.Random(1))) == 4
