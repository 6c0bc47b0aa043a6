"""What a translated OpenDocument text keeps, and its user should know of."""

from collections.abc import Iterable

from tarjama.formats.odt.names import DRAW, MATH, STYLE, TABLE, TEXT
from tarjama.formats.ooxml.places import Element
from tarjama.formats.package import Package
from tarjama.formats.script import has_arabic
from tarjama.formats.wording import counted, listed

__all__ = ["notices"]

_SIGNATURES = "META-INF/documentsignatures.xml"

# Names by which parts of a document refer to each other.
_NAMES = {
    f"{TEXT}bookmark": (f"{TEXT}name", "bookmarks"),
    f"{TEXT}bookmark-start": (f"{TEXT}name", "bookmarks"),
    f"{TEXT}reference-mark": (f"{TEXT}name", "references"),
    f"{TEXT}reference-mark-start": (f"{TEXT}name", "references"),
    f"{TEXT}section": (f"{TEXT}name", "sections"),
    f"{TEXT}user-field-decl": (f"{TEXT}name", "variables"),
    f"{TEXT}variable-decl": (f"{TEXT}name", "variables"),
    f"{TABLE}table": (f"{TABLE}name", "tables"),
    f"{DRAW}frame": (f"{DRAW}name", "frames"),
    f"{STYLE}style": (f"{STYLE}display-name", "styles"),
}
_FORMULAS = (f"{TEXT}formula", f"{TEXT}condition", f"{TABLE}formula")


def notices(package: Package, roots: Iterable[Element]) -> tuple[str, ...]:
    """Makes the sentences, without any of the document's text."""
    roots = tuple(roots)
    return tuple(
        one
        for one in (
            _deletions(roots),
            _names(roots),
            _formulas(roots),
            _equations(roots),
            _objects(package),
            "The digital signature is void, since the document is changed."
            if _SIGNATURES in package
            else "",
        )
        if one
    )


def _deletions(roots: Iterable[Element]) -> str:
    count = sum(
        has_arabic("".join(str(piece) for piece in deletion.itertext()))
        for root in roots
        for deletion in root.iter(f"{TEXT}deletion")
    )
    if not count:
        return ""
    return (
        f"Deleted text is still there as a tracked change in {counted(count, 'place')}, and stays "
        "in Arabic: accept the changes before the translation to be rid of it."
    )


def _names(roots: Iterable[Element]) -> str:
    kinds = {
        kind
        for root in roots
        for element in root.iter(*_NAMES)
        for attribute, kind in [_NAMES[str(element.tag)]]
        if has_arabic(element.get(attribute, ""))
    }
    if not kinds:
        return ""
    return f"Names stay in Arabic where they are those of {listed(sorted(kinds))}."


def _formulas(roots: Iterable[Element]) -> str:
    count = sum(
        has_arabic(element.get(name, ""))
        for root in roots
        for element in root.iter(f"{TEXT}*", f"{TABLE}*")
        for name in _FORMULAS
    )
    if not count:
        return ""
    return f"Formulas hold Arabic text in {counted(count, 'place')}, and stay as they are."


def _equations(roots: Iterable[Element]) -> str:
    if any(has_arabic(element.text or "") for root in roots for element in root.iter(f"{MATH}*")):
        return "Equations stay as they are, and hold Arabic text."
    return ""


def _objects(package: Package) -> str:
    pictures = [name for name in package.names if name.startswith("ObjectReplacements/")]
    if not pictures:
        return ""
    return (
        f"Pictures of objects within the document ({len(pictures):,}), such as charts, stay as "
        "they are until the document is opened and saved."
    )
