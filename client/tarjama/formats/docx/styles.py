"""What paragraphs inherit of their direction from their styles."""

from tarjama.formats.docx.formatting import is_on
from tarjama.formats.ooxml.names import W
from tarjama.formats.ooxml.places import Element

__all__ = ["Styles"]


class Styles:
    """The paragraph styles of a document."""

    def __init__(self, root: Element | None) -> None:
        """Reads the styles.

        Args:
            root: The part's root, not turned; None for a document without styles.
        """
        self._styles: dict[str, Element] = {}
        self._default: str | None = None
        self._default_bidi = False
        if root is None:
            return
        default = root.find(f"{W}docDefaults/{W}pPrDefault/{W}pPr/{W}bidi")
        self._default_bidi = is_on(default)
        for style in root.iter(f"{W}style"):
            name = style.get(f"{W}styleId", "")
            self._styles[name] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true"}:
                self._default = name

    def is_bidi(self, properties: Element) -> bool:
        """Tells whether a paragraph is right-to-left, by its own `w:pPr` or by its styles."""
        own = properties.find(f"{W}bidi")
        if own is not None:
            return is_on(own)
        named = properties.find(f"{W}pStyle")
        name = self._default if named is None else named.get(f"{W}val")
        seen: set[str] = set()
        # Nothing forbids that styles are based on each other in a circle.
        while name in self._styles and name not in seen:
            seen.add(name)
            bidi = self._styles[name].find(f"{W}pPr/{W}bidi")
            if bidi is not None:
                return is_on(bidi)
            base = self._styles[name].find(f"{W}basedOn")
            name = None if base is None else base.get(f"{W}val")
        return self._default_bidi
