"""What both clients decide before a call and check after it."""

from collections.abc import Iterable
from dataclasses import dataclass

from tarjama._retry import Deadline, Retries, RetryBudget, RetryPolicy
from tarjama._source import check_text
from tarjama.errors import ProtocolError
from tarjama.options import TranslationOptions
from tarjama.results import ModelLimits, Translation

__all__ = [
    "MAX_UNARY_CHARACTERS",
    "CallDefaults",
    "PlannedCall",
    "check_answers",
    "checked_texts",
    "needs_limits",
    "plan_calls",
]

# A longer text is streamed: about ten pages, some seconds of work on one core. Beyond that a
# broken connection should not cost the whole text, and the answer should not be one message.
MAX_UNARY_CHARACTERS = 20_000

# The contract's limit of texts in one call. Servers may have a lower one: see `ModelLimits`.
_MAX_CALL_TEXTS = 1_024


class CallDefaults:
    """What a client was made with, for calls that do not say otherwise."""

    def __init__(
        self,
        *,
        options: TranslationOptions | None,
        timeout_s: float | None,
        retry: RetryPolicy | None,
    ) -> None:
        self._options = options or TranslationOptions()
        self._timeout_s = Deadline(timeout_s).timeout_s
        self._retry = retry or RetryPolicy()
        self._budget = RetryBudget(self._retry)

    def options(self, options: TranslationOptions | None) -> TranslationOptions:
        """The options of a call."""
        return options or self._options

    def deadline(self, timeout_s: float | None) -> Deadline:
        """The deadline of a call that begins now.

        Raises:
            ValueError: `timeout_s` is not above 0.
        """
        return Deadline(self._timeout_s if timeout_s is None else timeout_s)

    def retries(self, deadline: Deadline) -> Retries:
        """The retries of a call."""
        return Retries(self._retry, self._budget, deadline)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """Some texts, by index, to translate together; one that `is_stream` alone."""

    indices: range
    is_stream: bool


def checked_texts(texts: Iterable[str]) -> list[str]:
    """Take the texts in.

    Raises:
        TypeError: `texts` is one `str`, whose letters are hardly meant to be texts.
        InvalidInput: A text has a lone surrogate.
    """
    if isinstance(texts, str):
        raise TypeError("texts is a str; give an iterable of str, or call translate.")
    checked = list(texts)
    for index, text in enumerate(checked):
        check_text(text, f"texts[{index}]")
    return checked


def needs_limits(texts: list[str]) -> bool:
    """Whether a job is too large to be one call without asking for the server's limits."""
    return len(texts) > _MAX_CALL_TEXTS or sum(map(len, texts)) > MAX_UNARY_CHARACTERS


def plan_calls(texts: list[str], limits: ModelLimits | None) -> list[PlannedCall]:
    """Split texts into calls that the server takes, keeping their order.

    Args:
        texts: The texts.
        limits: The server's. May be None unless `needs_limits`.
    """
    if limits is None:
        return [PlannedCall(range(len(texts)), is_stream=False)] if texts else []
    longest = min(MAX_UNARY_CHARACTERS, limits.max_call_characters)
    calls: list[PlannedCall] = []
    start = character_count = 0
    for index, text in enumerate(texts):
        is_long = len(text) > longest
        is_full = (
            index - start >= limits.max_call_texts
            or character_count + len(text) > limits.max_call_characters
        )
        if (is_long or is_full) and index > start:
            calls.append(PlannedCall(range(start, index), is_stream=False))
            start, character_count = index, 0
        if is_long:
            calls.append(PlannedCall(range(index, index + 1), is_stream=True))
            start = index + 1
        else:
            character_count += len(text)
    if start < len(texts):
        calls.append(PlannedCall(range(start, len(texts)), is_stream=False))
    return calls


def check_answers(texts: list[str], translations: list[Translation]) -> None:
    """Check that there is a translation for each text, and that its segments tile the text.

    Raises:
        ProtocolError: The server left something out, or gave it twice.
    """
    if len(translations) != len(texts):
        raise ProtocolError(
            f"The server answered {len(texts)} texts with {len(translations)} translations."
        )
    for index, (text, translation) in enumerate(zip(texts, translations, strict=True)):
        offset = 0
        for segment in translation.segments:
            if segment.source_span.start != offset:
                break
            offset = segment.source_span.end
        if offset != len(text):
            raise ProtocolError(
                f"The segments of texts[{index}] leave off at code point {offset} of {len(text)}."
            )
