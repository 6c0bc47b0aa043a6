"""Removes what training data left in a model's English: HTML entities and split-off clitics.

OPUS-MT learned from text that Moses had tokenised and escaped, and now and then writes so:
`Obama &apos; s` for `Obama's`. Only what cannot be anything else is touched.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

__all__ = ["post_edit"]

# Also what was escaped more than once: `&amp;quot;`.
_ENTITY = re.compile(r"&(?:amp;)*(?P<name>#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
# What follows must end the word, so that `the 's' key` and `a 'd-day'` keep their quotation marks.
_CLITIC = re.compile(r"(?:(?<=\w) ?' ?(s|re|ve|ll|m|d)|(?<=n) ?' ?(t))(?=[\s.,;:!?)]|$)")
_NEGATION = re.compile(r"(?<=[a-z]) n ?' ?t\b")
_ELISION = re.compile(r"\b(?:([dl]) ' (?=[^\W\d_])|(O) ' (?=[A-Z]))")  # d'état, O'Flynn
_LOOSE_APOSTROPHE = re.compile(r"(?<=\S) '(?= )")
_PLURAL_POSSESSIVE = re.compile(r"(?<=[a-z]s) '(?= \w)")


def post_edit(translation: str, *, source: str = "") -> str:
    """Decode HTML entities and rejoin clitics (`Obama 's`, `did n't`, `coup d ' état`).

    Args:
        translation: What the model wrote.
        source: What the model read. An entity that stands there literally is content and stays.
    """
    if "&" in translation:
        translation = _ENTITY.sub(lambda match: _decoded(match, source), translation)
    if "'" not in translation:
        return translation
    translation = _NEGATION.sub("n't", translation)
    translation = _CLITIC.sub(lambda match: f"'{match[1] or match[2]}", translation)
    translation = _ELISION.sub(lambda match: f"{match[1] or match[2]}'", translation)
    # One loose apostrophe after a plural is its possessive; two may be a pair of quotation marks.
    if len(_LOOSE_APOSTROPHE.findall(translation)) == 1:
        translation = _PLURAL_POSSESSIVE.sub("'", translation)
    return translation


def _decoded(match: re.Match[str], source: str) -> str:
    name = f"{match['name']};"
    if match[0] in source or (name[0] != "#" and name not in html5):
        return match[0]
    decoded = html.unescape(f"&{name}")
    # Numbers of no character decode to nothing or to the replacement character.
    return match[0] if decoded in ("", "\ufffd") else decoded
