"""Tagged text as a word processor's user edits it: codes are numbered marks in the text."""

import re

from tarjama.formats.tags import escape, unescape
from tarjama.memory.codes import CODE

__all__ = ["MARK", "from_marked", "to_marked"]

# Rare brackets, of the same width in most fonts. One that the text itself has is doubled.
MARK = re.compile("⟦⟦|⟦([0-9]{1,9})⟧|⟦([0-9]{1,9})›|‹([0-9]{1,9})⟧")


def to_marked(tagged: str) -> str:
    """Writes a code around text as `⟦1›` and `‹1⟧`, and one by itself as `⟦2⟧`."""
    pieces: list[str] = []
    open_codes: list[str] = []
    at = 0
    for code in CODE.finditer(tagged):
        pieces.append(_doubled(tagged[at : code.start()]))
        at = code.end()
        if code["closed"]:
            # The number of what closes is for the reader: 0 is a code of an earlier segment.
            pieces.append(f"‹{open_codes.pop() if open_codes else 0}⟧")
        elif code["kind"] == "g" and not code["empty"]:
            open_codes.append(code["id"])
            pieces.append(f"⟦{code['id']}›")
        else:
            pieces.append(f"⟦{code['id']}⟧")
    pieces.append(_doubled(tagged[at:]))
    return "".join(pieces)


def from_marked(marked: str) -> str:
    """Reads what `to_marked` wrote."""
    pieces: list[str] = []
    at = 0
    for mark in MARK.finditer(marked):
        pieces.append(escape(marked[at : mark.start()]))
        at = mark.end()
        point, opened, closed = mark.groups()
        if point:
            pieces.append(f'<x id="{point}"/>')
        elif opened:
            pieces.append(f'<g id="{opened}">')
        elif closed:
            pieces.append("</g>")
        else:
            pieces.append("⟦")
    return "".join([*pieces, escape(marked[at:])])


def _doubled(tagged: str) -> str:
    return unescape(tagged).replace("⟦", "⟦⟦")
