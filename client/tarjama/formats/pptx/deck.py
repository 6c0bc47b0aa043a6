"""The parts of a presentation that are translated, in the order of its slides."""

from collections.abc import Iterator
from dataclasses import dataclass

from tarjama.formats.ooxml.names import P, R
from tarjama.formats.ooxml.parts import OfficePackage
from tarjama.formats.xml import XmlPart

__all__ = ["MAIN_KINDS", "DeckPart", "deck_parts", "main_part"]

_DRAWINGML = "application/vnd.openxmlformats-officedocument.drawingml."
_POWERPOINT = "application/vnd.ms-powerpoint."
_PRESENTATIONML = "application/vnd.openxmlformats-officedocument.presentationml."

MAIN_KINDS = frozenset(
    {
        f"{_PRESENTATIONML}presentation.main+xml",
        f"{_PRESENTATIONML}slideshow.main+xml",
        f"{_PRESENTATIONML}template.main+xml",
        f"{_POWERPOINT}presentation.macroEnabled.main+xml",
        f"{_POWERPOINT}slideshow.macroEnabled.main+xml",
        f"{_POWERPOINT}template.macroEnabled.main+xml",
    }
)
"""What the part that lists the slides can be."""

_SLIDE = f"{_PRESENTATIONML}slide+xml"

# What belongs to one slide alone, and what it is called.
_OF_SLIDES = {
    f"{_DRAWINGML}chart+xml": "chart",
    f"{_DRAWINGML}chartshapes+xml": "chart",
    "application/vnd.ms-office.chartex+xml": "chart",
    f"{_DRAWINGML}diagramData+xml": "diagram",
    "application/vnd.ms-office.drawingml.diagramDrawing+xml": "diagram as drawn",
    f"{_PRESENTATIONML}notesSlide+xml": "notes",
    f"{_PRESENTATIONML}comments+xml": "comments",
    f"{_POWERPOINT}comments+xml": "comments",
}
_OF_ALL = {
    f"{_PRESENTATIONML}slideLayout+xml": "slide layout",
    f"{_PRESENTATIONML}slideMaster+xml": "slide master",
    f"{_PRESENTATIONML}notesMaster+xml": "notes master",
    f"{_PRESENTATIONML}handoutMaster+xml": "handout master",
}


@dataclass(frozen=True, slots=True)
class DeckPart:
    """A part of a presentation.

    Attributes:
        name: The part's.
        kind: What it is: `slide`, `chart`, `diagram`, `diagram as drawn`, `notes`, `comments`,
            `slide layout`, `slide master`, `notes master` or `handout master`.
        context: What and where it is, for a reader: `chart on slide 3`.
    """

    name: str
    kind: str
    context: str

    @property
    def is_repeating(self) -> bool:
        """Whether it repeats text of slides or of parts like it, as every layout's prompts do."""
        return self.kind == "diagram as drawn" or self.kind in _OF_ALL.values()


def main_part(package: OfficePackage) -> str | None:
    """Finds the part that lists the slides."""
    return next((name for name, kind in package.parts if kind in MAIN_KINDS), None)


def deck_parts(package: OfficePackage, main: str) -> Iterator[DeckPart]:
    """Gives slides as they are shown, each with what belongs to it, then layouts and masters.

    Args:
        package: The presentation.
        main: The part that lists the slides.

    Raises:
        BadFile: that part, or a list of relationships, is missing or broken.
    """
    seen: set[str] = set()
    for number, name in enumerate(_slides(package, main), 1):
        if name not in seen:
            seen.add(name)
            yield DeckPart(name, "slide", f"slide {number}")
            yield from _belongings(package, name, f"slide {number}", seen)
    for name, content_type in package.parts:
        if name in seen:
            continue
        if content_type in _OF_ALL:
            yield DeckPart(name, _OF_ALL[content_type], _OF_ALL[content_type])
            yield from _belongings(package, name, _OF_ALL[content_type], seen)
        elif content_type == _SLIDE:
            # A slide that is in no show, as some programs leave them.
            yield DeckPart(name, "slide", "slide that is not shown")
            yield from _belongings(package, name, "slide that is not shown", seen)


def _slides(package: OfficePackage, main: str) -> Iterator[str]:
    targets = package.targets(main)
    root = XmlPart(package.package.read(main), name=main).root
    for element in root.iterfind(f"{P}sldIdLst/{P}sldId"):
        target = targets.get(element.get(f"{R}id", ""), "")
        if package.content_type(target) == _SLIDE:
            yield target


def _belongings(
    package: OfficePackage, owner: str, where: str, seen: set[str]
) -> Iterator[DeckPart]:
    targets = [target for _, target in package.relationships(owner)]
    # A diagram's data goes before what it looked like.
    order = list(_OF_SLIDES)
    for name in sorted(
        (one for one in targets if package.content_type(one) in _OF_SLIDES),
        key=lambda one: order.index(package.content_type(one)),
    ):
        if name in seen or name not in package.package:
            continue
        seen.add(name)
        kind = _OF_SLIDES[package.content_type(name)]
        yield DeckPart(name, kind, f"{kind} on {where}")
        yield from _belongings(package, name, where, seen)
