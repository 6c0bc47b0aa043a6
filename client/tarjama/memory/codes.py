"""The codes in a remembered text, and their numbers in the text at hand."""

import re

from tarjama.formats.tags import escape, plain_text, tag_problem

__all__ = ["CODE", "fitted", "matching_key"]

CODE = re.compile(
    r"""<(?:(?P<kind>[gx])\s+id\s*=\s*["'](?P<id>[0-9]{1,9})["']\s*(?P<empty>/?)|/(?P<closed>[gx])\s*)>"""
)


def matching_key(tagged: str) -> str:
    """Writes a text so that texts which match exactly are equal.

    White space counts as one space, and none at the ends. Codes count by kind and order, not by
    their numbers, which depend on the rest of the paragraph.
    """
    return " ".join(CODE.sub(_bare, tagged).split())


def fitted(remembered_source: str, remembered_target: str, source: str) -> tuple[str, str]:
    """Gives a remembered pair codes that fit the text at hand.

    Args:
        remembered_source: What the memory has, as tagged text.
        remembered_target: Its translation.
        source: The text that is to be translated.

    Returns:
        The pair with the numbers of `source` where it has the same codes in the same order, and
        the translation each of them once; else the pair without any code.
    """
    old, new = _codes(remembered_source), _codes(source)
    if [kind for kind, _ in old] == [kind for kind, _ in new]:
        number = {was: now for (_, was), (_, now) in zip(old, new, strict=True)}
        if len(number) == len(old) and tag_problem(remembered_source, remembered_target) is None:
            return (
                _renumbered(remembered_source, number),
                _renumbered(remembered_target, number),
            )
    return escape(plain_text(remembered_source)), escape(plain_text(remembered_target))


def _bare(code: re.Match[str]) -> str:
    if code["closed"]:
        return f"</{code['closed']}>"
    return f"<{code['kind']}{code['empty']}>"


def _codes(tagged: str) -> list[tuple[str, str]]:
    return [(code["kind"], code["id"]) for code in CODE.finditer(tagged) if code["kind"]]


def _renumbered(tagged: str, number: dict[str, str]) -> str:
    def renumber(code: re.Match[str]) -> str:
        if not code["kind"]:
            return code[0]
        return f'<{code["kind"]} id="{number[code["id"]]}"{code["empty"]}>'

    return CODE.sub(renumber, tagged)
