"""Right-to-left names in lines of left-to-right text."""

import unicodedata
from collections.abc import Mapping

_FIRST_STRONG_ISOLATE = "\N{FIRST STRONG ISOLATE}"
_POP_ISOLATE = "\N{POP DIRECTIONAL ISOLATE}"

# GNOME's terminal library has reordered text since 0.58.
_FIRST_VTE = 5800


def isolated(name: str, environment: Mapping[str, str]) -> str:
    """Keeps a right-to-left name from drawing the digits and colons after it into itself.

    Only where the terminal is one that reorders text. Others, which show letters in the order
    they come, would show the marks too, or nothing: there the name stays as it is.

    Args:
        name: A name, such as a file's.
        environment: The process' environment, in which terminals say what they are.
    """
    is_right_to_left = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
    if not is_right_to_left or not reorders(environment):
        return name
    return f"{_FIRST_STRONG_ISOLATE}{name}{_POP_ISOLATE}"


def is_isolated(name: str) -> bool:
    """Tells whether `isolated` put its marks around a name."""
    return name.startswith(_FIRST_STRONG_ISOLATE)


def reorders(environment: Mapping[str, str]) -> bool:
    """Tells whether the terminal shows right-to-left text from right to left, by its own account.

    GNOME Terminal and others of VTE, Konsole, mlterm and macOS' Terminal do.
    """
    if "TMUX" in environment or environment.get("TERM", "").startswith("screen"):
        # Multiplexers cut lines into cells themselves, and know of no marks.
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        (vte.isdecimal() and int(vte) >= _FIRST_VTE)
        or "KONSOLE_VERSION" in environment
        or "MLTERM" in environment
        or environment.get("TERM_PROGRAM") == "Apple_Terminal"
    )
