"""Moses' `normalize-punctuation.perl`, as early OPUS-MT releases ran it, keeping track of offsets.

The rules are those of the script for a language without rules of its own, such as Arabic. Their
order matters. `sacremoses`, the usual port, does the same but cannot say where a character came
from.
"""

import re
from collections.abc import Iterator
from functools import cache

_NBSP = "\u00a0"

# Pattern and replacement, `\1` for a group. https://github.com/moses-smt/mosesdecoder,
# scripts/tokenizer/normalize-punctuation.perl, without -penn.
_RULES = (
    (r"\r", ""),
    (r"\(", " ("),
    (r"\)", ") "),
    (r" +", " "),
    (r"\) ([.!:?;,])", r")\1"),
    (r"\( ", "("),
    (r" \)", ")"),
    (r"(\d) %", r"\1%"),
    (r" :", ":"),
    (r" ;", ";"),
    (r"`", "'"),
    (r"''", ' " '),
    (r"[„“”]", '"'),
    (r"–", "-"),
    (r"—", " - "),
    (r" +", " "),
    (r"´", "'"),
    (r"([a-zA-Z])‘([a-zA-Z])", r"\1'\2"),
    (r"([a-zA-Z])’([a-zA-Z])", r"\1'\2"),
    (r"[‘‚]", "'"),
    (r"’", '"'),
    (r"''", '"'),
    (r"´´", '"'),
    (r"…", "..."),
    (f"{_NBSP}«{_NBSP}", ' "'),
    (f"«{_NBSP}", '"'),
    (r"«", '"'),
    (f"{_NBSP}»{_NBSP}", '" '),
    (f"{_NBSP}»", '"'),
    (r"»", '"'),
    (f"{_NBSP}%", "%"),
    (f"nº{_NBSP}", "nº "),
    (f"{_NBSP}:", ":"),
    (f"{_NBSP}ºC", " ºC"),
    (f"{_NBSP}cm", " cm"),
    (rf"{_NBSP}\?", "?"),
    (f"{_NBSP}!", "!"),
    (f"{_NBSP};", ";"),
    (f",{_NBSP}", ", "),
    (r" +", " "),
    (r',"', '",'),
    (r'(\.+)"(\s*[^<])', r'"\1\2'),
    (rf"(\d){_NBSP}(\d)", r"\1.\2"),
)


def normalize_punctuation(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    """Apply the rules.

    Args:
        text: one line, without its line break.
        offsets: for each code point of `text`, where it came from; never decreasing.

    Returns:
        The result and its offsets, which never decrease either.
    """
    for pattern, replacement in _compiled_rules():
        text, offsets = _substitute(pattern, replacement, text, offsets)
    return text, offsets


@cache
def _compiled_rules() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Compile the patterns, and split each replacement where literals and groups meet."""
    return tuple(
        (re.compile(pattern), tuple(part for part in re.split(r"(\\\d)", replacement) if part))
        for pattern, replacement in _RULES
    )


def _substitute(
    pattern: re.Pattern[str], replacement: tuple[str, ...], text: str, offsets: list[int]
) -> tuple[str, list[int]]:
    pieces: list[str] = []
    kept: list[int] = []
    end = 0
    for match in pattern.finditer(text):
        pieces += [text[end : match.start()], match.expand("".join(replacement))]
        kept += offsets[end : match.start()]
        kept += (offsets[place] for place in _places(match, replacement))
        end = match.end()
    if end == 0:
        return text, offsets
    return "".join(pieces) + text[end:], kept + offsets[end:]


def _places(match: re.Match[str], replacement: tuple[str, ...]) -> Iterator[int]:
    """Say for each character of a replacement which one of the old text it stands for."""
    position = match.start()
    for index, part in enumerate(replacement):
        if part.startswith("\\"):
            start, position = match.span(int(part[1:]))
            yield from range(start, position)
            continue
        limit = match.end()
        if index + 1 < len(replacement):
            limit = match.start(int(replacement[index + 1][1:]))
        for character in part:
            # One that stays keeps its place; a new one stands for what is replaced here.
            found = match.string.find(character, position, limit)
            yield min(max(position, found), match.end() - 1)
            position = max(position, found + 1)
