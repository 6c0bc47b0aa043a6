"""What is in a message of PO beside words: tags, and placeholders that a program fills in.

Tags are codes. Placeholders stay in the text, since they stand for words: the server places them.
"""

import re
from collections.abc import Collection, Sequence

from tarjama.formats.inline import Inline, Paired, Standalone

__all__ = ["keep_order", "read_message", "write_message"]

_CODE = re.compile(r"</?[A-Za-z][^<>]*>|&[A-Za-z]+;|&#\d+;")
# Printf's placeholder that takes the next argument, so neither named nor numbered.
_NEXT_ARGUMENT = re.compile(
    r"%%|%(?P<rest>[-+#0'I]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|L|q|j|z|t)?"
    r"[diouxXeEfFgGaAcCsSp@])"
)
_PRINTF_FORMATS = frozenset({"c", "objc", "gcc-internal", "python", "php", "perl", "lua", "awk"})
# Those whose placeholders may be numbered, as `%2$s`, so that their order is free.
_NUMBERED_FORMATS = frozenset({"c", "objc", "php", "perl", "awk"})


def read_message(text: str) -> tuple[Inline[str], ...]:
    """Reads a message, whose codes are tags. A tag without its end stands by itself."""
    waiting: list[tuple[str, list[Inline[str]]]] = []
    content: list[Inline[str]] = []
    at = 0
    for match in _CODE.finditer(text):
        content += [text[at : match.start()]] if match.start() > at else []
        at = match.end()
        code, name = match[0], _name(match[0])
        if code == f"</{name}>" and any(_name(tag) == name for tag, _ in waiting):
            while _name(waiting[-1][0]) != name:
                content = _unpaired(*waiting.pop(), content)
            begin, outer = waiting.pop()
            content = [*outer, Paired(begin, tuple(content))]
        elif name and not code.startswith("</") and not code.endswith("/>"):
            waiting.append((code, content))
            content = []
        else:
            content.append(Standalone(code))
    content += [text[at:]] if at < len(text) else []
    while waiting:
        content = _unpaired(*waiting.pop(), content)
    return tuple(content)


def write_message(content: Sequence[Inline[str]]) -> str:
    """Writes a message."""
    return "".join(
        item
        if isinstance(item, str)
        else f"{item.code}{write_message(item.content)}</{_name(item.code)}>"
        if isinstance(item, Paired)
        else item.code
        for item in content
    )


def keep_order(message: str, translation: str, flags: Collection[str]) -> str:
    """Sees to it that each placeholder of a translation takes the argument that it took before.

    Where the translation has them in another order than the message, they are numbered if the
    format knows numbers, else put back into the order of the message.

    Args:
        message: What was translated.
        translation: Its translation. If its placeholders are others, it stays as it is.
        flags: Of the message, such as `c-format`.
    """
    formats = {flag.removesuffix("-format") for flag in flags}
    wanted, found = _placeholders(message), _placeholders(translation)
    if not formats & _PRINTF_FORMATS or wanted == found or sorted(wanted) != sorted(found):
        return translation
    numbers: dict[str, list[int]] = {}
    for number, placeholder in enumerate(wanted, start=1):
        numbers.setdefault(placeholder, []).append(number)
    following = iter(wanted)
    is_numbered = formats & _NUMBERED_FORMATS and not any("*" in one for one in wanted)

    def placed(match: re.Match[str]) -> str:
        if match["rest"] is None:
            return match[0]
        if is_numbered:
            return f"%{numbers[match[0]].pop(0)}${match['rest']}"
        return next(following)

    return _NEXT_ARGUMENT.sub(placed, translation)


def _placeholders(text: str) -> list[str]:
    return [match[0] for match in _NEXT_ARGUMENT.finditer(text) if match["rest"] is not None]


def _unpaired(
    begin: str, outer: list[Inline[str]], content: list[Inline[str]]
) -> list[Inline[str]]:
    return [*outer, Standalone(begin), *content]


def _name(code: str) -> str:
    found = re.match(r"</?([A-Za-z][^\s<>/]*)", code)
    return found[1] if found else ""
