"""The placeholders of messages that programs fill in, as codes of the text."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from tarjama.formats.inline import Inline, Paired, Standalone

__all__ = ["Code", "keep_order", "key_of", "read_message", "write_message"]

# Gettext's names of the formats, and what a placeholder is in each.
_PERCENT = (
    r"%(?:\([^()%]*\))?(?:\d+\$)?[-+ #0'I]*(?:\d+|\*(?:\d+\$)?)?(?:\.(?:\d+|\*(?:\d+\$)?))?"
    r"(?:hh|h|ll|l|L|q|j|z|t)?[diouxXeEfFgGaAcCsSpnmrb@%]|%[1-9](?!\d)"
)
_BRACES = r"\{[^{}]*\}"
_FORMATS = {
    **dict.fromkeys(("c", "objc", "c++", "gcc-internal", "boost", "go"), _PERCENT),
    **dict.fromkeys(("qt", "qt-plural", "kde", "python", "php", "perl"), _PERCENT),
    **dict.fromkeys(("lua", "tcl", "awk", "elisp", "librep", "ycp"), _PERCENT),
    **dict.fromkeys(("python-brace", "perl-brace", "csharp", "rust"), _BRACES),
    **dict.fromkeys(("java", "java-printf", "ruby", "javascript"), f"{_BRACES}|{_PERCENT}"),
    **dict.fromkeys(("scheme", "lisp"), "~[a-zA-Z%~]"),
    "sh": r"\$\w+|\$\{[^{}]*\}",
}
_TAG = r"</?[A-Za-z][^<>]*>|&[A-Za-z]+;|&#\d+;"
# Those that take an argument by its number, and those that take the next one.
_BY_NUMBER = re.compile(r"%(\d+)(?:\$|\Z)")
_NEXT = re.compile(r"%(?![(%]|\d+\$|\d+\Z)")
# Those whose placeholders may be numbered, as `%2$s`, so that their order is free.
_NUMBERED = frozenset({"c-format", "objc-format", "php-format", "perl-format", "awk-format"})


@dataclass(frozen=True, slots=True)
class Code:
    """A placeholder, or a tag.

    Attributes:
        text: As it is written.
        argument: The number of the argument that a placeholder takes, from 1. None for a tag, and
            for a placeholder that takes it by name or none.
    """

    text: str
    argument: int | None = None

    @property
    def key(self) -> str:
        """What is equal for the same code in a message and its translation."""
        return self.text if self.argument is None else f"%{self.argument}"

    @property
    def takes_next(self) -> bool:
        """Whether it takes the argument behind that of the placeholder before it."""
        return self.argument is not None and _NEXT.match(self.text) is not None


def key_of(code: Code) -> str:
    """Gives what is equal for the same code in a message and its translation."""
    return code.key


def read_message(text: str, flags: Collection[str]) -> tuple[Inline[Code], ...]:
    """Reads a message. Its codes are placeholders of the formats it is flagged with, and tags.

    Args:
        text: The message.
        flags: Such as `c-format`.
    """
    names = [flag.removesuffix("-format") for flag in flags if flag.endswith("-format")]
    patterns = [_FORMATS[name] for name in names if name in _FORMATS]
    return _paired(text, re.compile("|".join([_TAG, *patterns])))


def write_message(content: Sequence[Inline[Code]]) -> str:
    """Writes a message."""
    return "".join(
        item
        if isinstance(item, str)
        else f"{item.code.text}{write_message(item.content)}</{_name(item.code.text)}>"
        if isinstance(item, Paired)
        else item.code.text
        for item in content
    )


def keep_order(content: Sequence[Inline[Code]], flags: Collection[str]) -> tuple[Inline[Code], ...]:
    """Sees to it that each placeholder of a translation takes the argument that it took before.

    Where the translation has them in another order than the message, they are numbered if the
    format knows numbers, else put back into the order of the message.

    Args:
        content: The translation, with the codes of the message.
        flags: Of the message, such as `c-format`.
    """
    found = [code for code in _codes(content) if code.takes_next]
    wanted = sorted(found, key=lambda code: code.argument or 0)
    if found == wanted:
        return tuple(content)
    if _NUMBERED.isdisjoint(flags) or any("*" in code.text for code in found):
        following = iter(wanted)
        return _mapped(content, lambda _: next(following))
    return _mapped(content, _numbered)


def _numbered(code: Code) -> Code:
    return Code(f"%{code.argument}${code.text[1:]}", code.argument)


def _paired(text: str, pattern: re.Pattern[str]) -> tuple[Inline[Code], ...]:
    """Reads a text with codes. A tag without its end stands by itself."""
    waiting: list[tuple[Code, list[Inline[Code]]]] = []
    content: list[Inline[Code]] = []
    at = argument_count = 0
    for match in pattern.finditer(text):
        content += [text[at : match.start()]] if match.start() > at else []
        at = match.end()
        found = match[0]
        numbered = _BY_NUMBER.match(found)
        argument = int(numbered[1]) if numbered else None
        if _NEXT.match(found):
            argument_count += 1
            argument = argument_count
        code = Code(found, argument)
        if found == f"</{_name(found)}>" and any(
            _name(opened.text) == _name(found) for opened, _ in waiting
        ):
            while _name(waiting[-1][0].text) != _name(found):
                content = _unpaired(*waiting.pop(), content)
            opened, outer = waiting.pop()
            content = [*outer, Paired(opened, tuple(content))]
        elif found.startswith("<") and not found.startswith("</") and not found.endswith("/>"):
            waiting.append((code, content))
            content = []
        else:
            content.append(Standalone(code))
    content += [text[at:]] if at < len(text) else []
    while waiting:
        content = _unpaired(*waiting.pop(), content)
    return tuple(content)


def _unpaired(
    opened: Code, outer: list[Inline[Code]], content: list[Inline[Code]]
) -> list[Inline[Code]]:
    return [*outer, Standalone(opened), *content]


def _name(tag: str) -> str:
    found = re.match(r"</?([A-Za-z][^\s<>/]*)", tag)
    return found[1] if found else ""


def _codes(content: Sequence[Inline[Code]]) -> Iterator[Code]:
    for item in content:
        if not isinstance(item, str):
            yield item.code
        if isinstance(item, Paired):
            yield from _codes(item.content)


def _mapped(
    content: Sequence[Inline[Code]], change: Callable[[Code], Code]
) -> tuple[Inline[Code], ...]:
    """Changes the placeholders that take the next argument, in order."""
    changed: list[Inline[Code]] = []
    for item in content:
        if isinstance(item, Paired):
            changed.append(replace(item, content=_mapped(item.content, change)))
        elif isinstance(item, Standalone) and item.code.takes_next:
            changed.append(Standalone(change(item.code)))
        else:
            changed.append(item)
    return tuple(changed)
