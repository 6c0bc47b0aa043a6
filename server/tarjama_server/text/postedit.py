"""Removes what training data left in a model's English: HTML entities and split-off clitics.

OPUS-MT learned from text that Moses had tokenised and escaped, and now and then writes so:
`Obama &apos; s` for `Obama's`. Only what cannot be anything else is touched.
"""

from __future__ import annotations

import html
import re
from html.entities import html5
from typing import TypeVar

from tarjama_server.text.tracked import TrackedText

__all__ = ["post_edit", "post_edit_tracked"]

T = TypeVar("T")

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
    untracked: TrackedText[None] = TrackedText.of(translation)
    return post_edit_tracked(untracked, source=source).text


def post_edit_tracked(translation: TrackedText[T], *, source: str = "") -> TrackedText[T]:
    """As `post_edit`; what stays keeps its origins."""
    if "&" in translation.text:
        translation = translation.sub(_ENTITY, lambda match: _decoded(match, source))
    if "'" not in translation.text:
        return translation
    translation = translation.sub(_NEGATION, lambda match: "n't")
    translation = translation.sub(_CLITIC, lambda match: f"'{match[1] or match[2]}")
    translation = translation.sub(_ELISION, lambda match: f"{match[1] or match[2]}'")
    # One loose apostrophe after a plural is its possessive; two may be a pair of quotation marks.
    if len(_LOOSE_APOSTROPHE.findall(translation.text)) == 1:
        translation = translation.sub(_PLURAL_POSSESSIVE, lambda match: "'")
    return translation


def _decoded(match: re.Match[str], source: str) -> str:
    name = f"{match['name']};"
    if match[0] in source or (name[0] != "#" and name not in html5):
        return match[0]
    decoded = html.unescape(f"&{name}")
    # Numbers of no character decode to nothing or to the replacement character.
    return match[0] if decoded in ("", "\ufffd") else decoded
