"""What a translated Word document keeps, and its user should know of."""

from collections.abc import Iterable, Iterator

from tarjama.formats.ooxml.names import W
from tarjama.formats.ooxml.parts import SIGNATURE, OfficePackage
from tarjama.formats.ooxml.places import Element
from tarjama.formats.script import has_arabic
from tarjama.formats.wording import counted, listed

__all__ = ["notices"]

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"

# Names by which parts of a document refer to each other, or which are people's.
_NAMES = {
    f"{W}style": (f"{W}name", "val", "styles"),
    f"{W}bookmarkStart": ("", "name", "bookmarks"),
    f"{W}comment": ("", "author", "authors"),
    f"{W}del": ("", "author", "authors"),
    f"{W}ins": ("", "author", "authors"),
    f"{W}docPartPr": (f"{W}name", "val", "building blocks"),
}


def notices(package: OfficePackage, roots: Iterable[Element]) -> tuple[str, ...]:
    """Makes the sentences, without any of the document's text."""
    roots = tuple(roots)
    return tuple(
        one
        for one in (
            _deletions(roots),
            _names(roots),
            _instructions(roots),
            _equations(roots),
            *_parts(package),
        )
        if one
    )


def _deletions(roots: Iterable[Element]) -> str:
    count = sum(
        has_arabic("".join(one.text or "" for one in deletion.iter(f"{W}delText", f"{W}t")))
        for root in roots
        for deletion in root.iter(f"{W}del", f"{W}moveFrom")
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
        for child, attribute, kind in [_NAMES[str(element.tag)]]
        for named in [element.find(child) if child else element]
        if named is not None and has_arabic(named.get(W + attribute, ""))
    }
    if not kinds:
        return ""
    return f"Names stay in Arabic where they are those of {listed(sorted(kinds))}."


def _instructions(roots: Iterable[Element]) -> str:
    texts = (
        element.get(f"{W}instr", "") + (element.text or "")
        for root in roots
        for element in root.iter(f"{W}instrText", f"{W}fldSimple")
    )
    count = sum(map(has_arabic, texts))
    if not count:
        return ""
    return (
        f"Instructions of fields hold Arabic text in {counted(count, 'place')}, such as entries of "
        "an index or names of bookmarks, and stay as they are."
    )


def _equations(roots: Iterable[Element]) -> str:
    if any(has_arabic(text.text or "") for root in roots for text in root.iter(_MATH_TEXT)):
        return "Equations stay as they are, and hold Arabic text."
    return ""


def _parts(package: OfficePackage) -> Iterator[str]:
    kinds = [kind for _, kind in package.parts]
    embedded = [
        name
        for name, _ in package.parts
        if "/embeddings/" in name or name.startswith("word/afchunk")
    ]
    if embedded:
        yield (
            f"Files within the document ({len(embedded):,}), such as the workbooks of charts, stay "
            "as they are: translate them by themselves."
        )
    if any(kind.startswith(SIGNATURE) for kind in kinds):
        yield "The digital signature is void, since the document is changed."
