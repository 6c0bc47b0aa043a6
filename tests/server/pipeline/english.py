"""An engine that writes given English, each word made from given words of the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import sentencepiece

from tarjama_server.engine import Attention, Decoding
from tests.server.scripted_engine import ScriptedEngine, Tokens, attention

_WORD_START = "▁"


class Writer:
    """Makes engines that write English in the target tokens of a model."""

    def __init__(self, model_dir: Path) -> None:
        self._processor = sentencepiece.SentencePieceProcessor(str(model_dir / "target.spm"))

    def tokens(self, english: str) -> list[str]:
        tokens: list[str] = self._processor.encode(english, return_type=str)
        return tokens

    def engine(
        self,
        english: str,
        made_from: Sequence[int],
        *,
        is_bad: Callable[[Decoding], bool] | None = None,
    ) -> ScriptedEngine:
        """Write `english`, whose word number `i` attends to source word number `made_from[i]`.

        Words are what white space parts on either side.
        """
        return self.by_source({None: (english, made_from)}, is_bad=is_bad)

    def by_source(
        self,
        answers: Mapping[str | None, tuple[str, Sequence[int]]],
        *,
        is_bad: Callable[[Decoding], bool] | None = None,
    ) -> ScriptedEngine:
        """As `engine`; what is written depends on which word the source begins with."""

        def answer(source: Tokens) -> tuple[str, Sequence[int]]:
            first = source_words(source)[0]
            return answers[first] if first in answers else answers[None]

        def rule(source: Tokens, decoding: Decoding) -> Sequence[str]:
            if is_bad is not None and is_bad(decoding):
                return self.tokens("again " * 40)
            return self.tokens(answer(source)[0])

        def attend(source: Tokens, target: Tokens) -> Attention:
            made_from = answer(source)[1]
            numbers = word_numbers(source)
            rows = []
            for number in word_numbers(target):
                word = made_from[number] if number < len(made_from) else 0
                tokens = [index for index, each in enumerate(numbers) if each == word]
                rows.append({index: 1 / len(tokens) for index in tokens})
            return attention(rows, len(source))

        return ScriptedEngine(rule, attention=attend)


def word_numbers(tokens: Sequence[str]) -> list[int]:
    """For each token the number of its word."""
    numbers: list[int] = []
    for token in tokens:
        begins = token.startswith(_WORD_START) or not numbers
        numbers.append((numbers[-1] if numbers else -1) + begins)
    return numbers


def source_words(tokens: Sequence[str]) -> list[str]:
    return "".join(tokens).replace(_WORD_START, " ").split()
