"""Which script a text is written in, as far as translating it needs to know."""

from __future__ import annotations

import re

# Letters of the Arabic blocks (Arabic, Supplement, Extended-A/B, presentation forms), without
# their digits, punctuation and marks: text that has none of these holds nothing to translate.
_ARABIC_LETTERS = (
    "\u0620-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f"
    "\u0870-\u088e\u08a0-\u08c9\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc"
)
_ARABIC_LETTER = re.compile(f"[{_ARABIC_LETTERS}]")
# Tatweel stretches letters and is none itself.
_TATWEEL = "\u0640"

WESTERN_DIGITS = {chr(zero + n): str(n) for zero in (0x660, 0x6F0) for n in range(10)}
"""Arabic-Indic and Persian digits, each to the Western one."""

# Bidi marks, joiners and byte order marks: they show nothing and say nothing to the model.
INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"


def has_arabic_letter(text: str) -> bool:
    """Whether `text` holds at least one letter of the Arabic script, tatweel apart."""
    return any(match[0] != _TATWEEL for match in _ARABIC_LETTER.finditer(text))
