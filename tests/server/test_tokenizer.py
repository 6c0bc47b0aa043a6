from pathlib import Path

import pytest
from hypothesis import given, settings

from tarjama_server.pipeline.model import ServedModel
from tarjama_server.tokenizer import Tokenizer
from tests.server.api.texts import HOSTILE, hostile_text


@pytest.fixture(scope="module")
def tokenizer(bundled_model: ServedModel) -> Tokenizer:
    return bundled_model.tokenizer


def check(tokenizer: Tokenizer, text: str) -> None:
    encoded = tokenizer.encode(text)
    assert len(encoded.tokens) == len(encoded.starts)
    assert list(encoded.starts) == sorted(encoded.starts)
    assert all(0 <= start <= len(text) for start in encoded.starts)
    ends = [0]
    for run in encoded.unknown_runs:
        assert run.text
        assert text[run.start : run.start + len(run.text)] == run.text
        assert run.start >= ends[-1]
        ends.append(run.start + len(run.text))
    starts = tokenizer.token_starts(text)
    assert starts == sorted(starts)
    assert set(encoded.starts) <= set(starts)


@pytest.mark.parametrize("text", [*HOSTILE, "", " ", "\n"])
def test_every_token_tells_where_it_begins(text: str, tokenizer: Tokenizer) -> None:
    check(tokenizer, text)


@settings(max_examples=150, deadline=None)
@given(text=hostile_text)
def test_every_token_of_any_text_tells_where_it_begins(text: str, tokenizer: Tokenizer) -> None:
    check(tokenizer, text)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("مرحبا 😀 بكم", [("😀", 6)]),
        ("😀مرحبا", [("😀", 0)]),
        ("مرحبا 👨\u200d👩\u200d👧 بكم", [("👨\u200d👩\u200d👧", 6)]),
        ("مرحبا بكم", []),
    ],
)
def test_what_the_vocabulary_lacks_is_set_aside_with_its_place(
    text: str, runs: list[tuple[str, int]], tokenizer: Tokenizer
) -> None:
    encoded = tokenizer.encode(text)
    assert [(run.text, run.start) for run in encoded.unknown_runs] == runs
    assert not any("😀" in token or "👨" in token for token in encoded.tokens)


def test_the_same_words_are_the_same_tokens_whatever_stands_aside(tokenizer: Tokenizer) -> None:
    with_emoji = tokenizer.encode("مرحبا 😀 بكم")
    assert with_emoji.tokens == tokenizer.encode("مرحبا بكم").tokens


def test_positions_count_the_end_of_the_sentence(tokenizer: Tokenizer) -> None:
    encoded = tokenizer.encode("ذهب الولد")
    assert encoded.position_count == len(encoded.tokens) + 1


@pytest.mark.parametrize("content", [None, b"", b"no SentencePiece model"])
def test_a_file_that_is_missing_or_damaged_is_named(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "source.spm").write_bytes(content)
    with pytest.raises(OSError, match=r"source\.spm"):
        Tokenizer(tmp_path, normalization="sentencepiece")
