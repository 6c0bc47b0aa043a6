"""Writes text and codes as Markdown that reads back as just that."""

import re
from collections.abc import Callable, Iterable, Mapping

from tarjama.formats.inline import Inline, LineBreak, Paired
from tarjama.formats.markdown.inlines import EMPHASIS, Markup, Pair
from tarjama.formats.units import Direction

__all__ = ["InlineWriter", "escape_all", "escape_few"]

# What would be markup wherever it stands, and what would be only in some places.
_SURE = re.compile(
    r"[*`]|(?<![^\W_])_|_(?![^\W_])|<(?=[a-zA-Z/!?])|&(?=#?\w+;)|\\(?=[!-/:-@\[-`{-~\n])"
)
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_BAR = re.compile(r"(?<!\\)\|")
_LINE_END = re.compile(r"(\r\n?|\n).*", re.DOTALL)
_LINE_BEGIN = re.compile(
    r"\A(\s*)(?:(\d{1,9})([.)])(?=\s|$)|(#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|=+\s*$|--+\s*$|~~~|\||\[))"
)


def escape_few(text: str) -> str:
    """Escapes what would surely be markup."""
    return _SURE.sub(lambda match: "\\" + match[0], text)


def escape_all(text: str) -> str:
    """Escapes all punctuation."""
    return _PUNCTUATION.sub(lambda match: "\\" + match[0], text)


class InlineWriter:
    """Writes the content of one block."""

    def __init__(
        self,
        translations: Mapping[str, str],
        direction: Direction,
        *,
        escape: Callable[[str], str],
        in_table: bool,
        as_html: bool = False,
    ) -> None:
        """Chooses how to write.

        Args:
            translations: Plain text by the ids of slots.
            direction: As in `FormatDocument.write`.
            escape: What makes text of text, not markup.
            in_table: Whether a bar would end it.
            as_html: Whether emphasis is written in tags, which hold wherever they stand.
        """
        self._translations = translations
        self._direction = direction
        self._escape = escape
        self._in_table = in_table
        self._as_html = as_html
        self._at_line_begin = True
        self._bare_lines = False

    def write(self, content: Iterable[Inline[Markup | Pair]]) -> str:
        """Writes all of it, with the beginning of each line escaped where it would be markup."""
        return self._begin(content, bare_lines=False)

    def write_bare(self, content: Iterable[Inline[Markup | Pair]]) -> str:
        """Writes the same as it is without what lines begin with, such as a quotation's `>`."""
        return self._begin(content, bare_lines=True)

    def _begin(self, content: Iterable[Inline[Markup | Pair]], *, bare_lines: bool) -> str:
        self._at_line_begin = True
        self._bare_lines = bare_lines
        return self._write(content)

    def _write(self, content: Iterable[Inline[Markup | Pair]]) -> str:
        written = []
        for item in content:
            if isinstance(item, str):
                written.append(self._write_text(item))
            elif isinstance(item, Paired):
                assert isinstance(item.code, Pair)
                written.append(self._write_pair(item.code, item.content))
            else:
                assert isinstance(item.code, Markup)
                text = item.code.render(self._translations, self._direction)
                if isinstance(item, LineBreak):
                    written[-1:] = [piece.rstrip(" ") for piece in written[-1:]]
                    text = _LINE_END.sub(r"\1", text) if self._bare_lines else text
                written.append(text)
                self._at_line_begin = isinstance(item, LineBreak)
        return "".join(written)

    def _write_text(self, text: str) -> str:
        text = self._escape(text.replace("\n", " "))
        if self._at_line_begin:
            text = _LINE_BEGIN.sub(_escaped_begin, text, count=1)
            self._at_line_begin = not text.strip()
        return _BAR.sub(r"\\|", text) if self._in_table else text

    def _write_pair(self, pair: Pair, content: tuple[Inline[Markup | Pair], ...]) -> str:
        inner = self._write(content)
        name = EMPHASIS.get(pair.opening.type)
        opening = pair.opening.render(self._translations, self._direction)
        closing = pair.closing.render(self._translations, self._direction)
        if name is None:
            if pair.label:
                closing = f"][{pair.label}]"
            return opening + inner + closing
        words = inner.strip()
        if not words:
            return inner
        if self._as_html:
            opening, closing = f"<{name}>", f"</{name}>"
        # Marks of emphasis must touch the words.
        before, after = inner[: inner.index(words)], inner[inner.index(words) + len(words) :]
        return before + opening + words + closing + after


def _escaped_begin(match: re.Match[str]) -> str:
    if match[2]:
        return f"{match[1]}{match[2]}\\{match[3]}"
    return f"{match[1]}\\{match[4]}"
