"""What stands at the edges of a segment and is none of the model's business."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tarjama_server.text.script import INVISIBLE, WESTERN_DIGITS

_LEAD = re.compile(
    rf"[\s{INVISIBLE}]*+"
    # A list item's bullet or number, which models drop or take for part of the sentence.
    r"(?:(?:[-*•●▪◦‣–—·○■□✓✔➢➤]|\(?[0-9٠-٩۰-۹]{1,3}[.)\-])[ \t\u00a0]++)?"
)
_TRAILING = re.compile(rf"[\s{INVISIBLE}]")
_AS_WESTERN = str.maketrans(WESTERN_DIGITS)


@dataclass(frozen=True, slots=True)
class Edges:
    """A segment's text in three parts that join to the whole."""

    lead: str
    """White space, invisible marks and a list item's marker."""
    core: str
    """What is to be translated. Empty when there is nothing."""
    trail: str
    """White space and invisible marks."""

    @property
    def english_lead(self) -> str:
        """`lead` with Western digits."""
        return self.lead.translate(_AS_WESTERN)


def split_edges(text: str) -> Edges:
    """Take `text` apart."""
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    end = len(text)
    # Not a pattern anchored at the end: that takes quadratic time on long runs of white space.
    while end > start and _TRAILING.match(text, end - 1):
        end -= 1
    return Edges(text[:start], text[start:end], text[end:])
