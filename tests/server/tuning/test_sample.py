from pathlib import Path

import pytest

from tarjama_server.model_store import InstalledModel
from tarjama_server.tuning import TuningError, read_sample


def test_the_built_in_sample_has_sentences_of_all_lengths(installed: InstalledModel) -> None:
    sample = read_sample(installed, None)
    lengths = [len(tokens) + 1 for tokens in sample.sentences]
    assert len(lengths) >= 50
    assert min(lengths) < 8
    assert 20 < sample.mean_tokens < 40
    limits = installed.manifest.limits
    assert limits.max_source_tokens / 2 < max(lengths) <= limits.max_source_tokens


def test_lengths_are_mixed_and_the_same_each_time(installed: InstalledModel) -> None:
    sample = read_sample(installed, None)
    lengths = [len(tokens) for tokens in sample.sentences]
    assert lengths != sorted(lengths)
    assert read_sample(installed, None) == sample


def test_lone_sentences_are_of_all_lengths_shortest_first(installed: InstalledModel) -> None:
    sample = read_sample(installed, None)
    lengths = [len(tokens) for tokens in sample.lone]
    assert len(lengths) == 15
    assert lengths == sorted(lengths)
    assert set(sample.lone) <= set(sample.sentences)
    everything = sorted(map(len, sample.sentences))
    assert lengths[0] < everything[len(everything) // 10]
    assert lengths[-1] > everything[-len(everything) // 10]


def test_a_text_is_segmented_as_the_server_does(installed: InstalledModel, text: Path) -> None:
    sample = read_sample(installed, text)
    assert len(sample.sentences) == 3
    assert len(sample.lone) == 3


def test_of_a_long_text_sentences_are_drawn_evenly(
    installed: InstalledModel, tmp_path: Path
) -> None:
    path = tmp_path / "long.txt"
    lines = [f"هذه جملة رقم {number}." for number in range(1500)]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    sample = read_sample(installed, path)
    assert len(sample.sentences) == 750
    assert len(set(sample.sentences)) == 750


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no sentence with an Arabic letter"),
        (b"English alone. 12345.\n", "no sentence with an Arabic letter"),
        ("كتاب".encode("cp1256"), "no UTF-8 at byte 0"),
    ],
)
def test_a_text_that_shows_nothing_is_refused(
    content: bytes, said: str, installed: InstalledModel, tmp_path: Path
) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    with pytest.raises(TuningError, match=said):
        read_sample(installed, path)
