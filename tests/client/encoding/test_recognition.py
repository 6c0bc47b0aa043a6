"""How sure Windows-1256 is told from other encodings, measured on short samples."""

import random
from pathlib import Path

import pytest

from tarjama.encoding.recognition import is_windows_1256

SEED = Path(__file__).parents[3] / "seeds" / "01-iraq-withdrawal.ar.txt"
ARTICLE = SEED.read_text(encoding="utf-8")


def samples(characters: int) -> list[str]:
    chosen = random.Random(characters)
    starts = [chosen.randrange(len(ARTICLE) - characters) for _ in range(60)]
    return [ARTICLE[start : start + characters] for start in starts]


@pytest.mark.parametrize("characters", [80, 300, 1500])
def test_windows_1256_is_recognised_in_short_samples(characters: int) -> None:
    recognised = [is_windows_1256(sample.encode("cp1256")) for sample in samples(characters)]
    assert sum(recognised) >= 0.95 * len(recognised)


@pytest.mark.parametrize("codec", ["iso8859-6", "cp720", "mac-arabic", "utf-8"])
@pytest.mark.parametrize("characters", [20, 80, 300, 1500])
def test_no_other_arabic_encoding_is_taken_for_it(codec: str, characters: int) -> None:
    assert not any(is_windows_1256(s.encode(codec, "ignore")) for s in samples(characters))


@pytest.mark.parametrize("size", [100, 1000, 4000])
def test_noise_is_not_taken_for_it(size: int) -> None:
    noise = random.Random(size)
    letters = bytes(range(0xC1, 0xEE)) + b"      "
    assert not any(is_windows_1256(bytes(noise.choices(letters, k=size))) for _ in range(30))
    assert not any(is_windows_1256(noise.randbytes(size)) for _ in range(30))


def test_few_letters_are_not_enough() -> None:
    assert not is_windows_1256("نعم، سيدي".encode("cp1256"))
