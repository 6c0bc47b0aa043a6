"""What XLIFF and its dialects say of a segment: locked, confirmed, translated by a machine.

The attributes of XLIFF are those of its specifications. Those of the vendors are as their files
have them: SDL's in the `sdl:seg` of a segment, memoQ's and Phrase's in the `trans-unit`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tarjama.formats.xliff.located import Element, LocatedXml

__all__ = ["SDL", "Dialect", "Marks", "Place", "dialect_of"]

SDL = "http://sdl.com/FileTypes/SdlXliff/1.0"
_MEMOQ = "MQXliff"
_PHRASE = "http://www.memsource.com/mxlf/2.0"

_MACHINE_QUALIFIERS = frozenset({"mt-suggestion", "leveraged-mt"})
# States that a target without a translation has, whatever is in it.
_UNTRANSLATED_STATES = frozenset({"new", "needs-translation"})
_FINAL_STATES = frozenset({"final", "signed-off"})
_SUBSTATE = "tarjama:mt"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a segment stands.

    Attributes:
        holder: The `trans-unit` of XLIFF 1.2, the `segment` of 2.x.
        target: The target that is there already, or None.
        definition: SDL's record of the segment, or None.
    """

    holder: Element
    target: Element | None
    definition: Element | None = None

    @property
    def state(self) -> str:
        """The target's state in XLIFF 1.2."""
        return "" if self.target is None else self.target.attributes.get("state", "")


@dataclass(frozen=True, slots=True)
class Marks:
    """The attributes that say that a translation is a machine's.

    Attributes:
        target: Those of the target.
        element: Another element that gets some, or None.
        attributes: Those of that element. None takes one out.
    """

    target: Mapping[str, str | None] = field(default_factory=dict)
    element: Element | None = None
    attributes: Mapping[str, str | None] = field(default_factory=dict)


class Dialect(Protocol):
    """How one kind of XLIFF says so. Holds no state of any file.

    Attributes:
        has_placeholders: Whether codes are written into the text, as Phrase does.
    """

    has_placeholders: bool

    def is_fixed(self, place: Place) -> bool:
        """Tells whether a segment is locked or confirmed, so that it must stay as it is."""

    def is_untranslated(self, place: Place) -> bool:
        """Tells whether what the target holds is no translation, or a machine's."""

    def marks(self, place: Place) -> Marks:
        """Gives what to mark a machine translation with."""


def dialect_of(document: LocatedXml) -> Dialect:
    """Finds the dialect of a document by its version and the namespaces it declares."""
    if document.root.attributes.get("version", "").startswith("2"):
        return _Second()
    if SDL in document.prefixes:
        return _Sdl()
    for namespace, dialect in ((_MEMOQ, _MemoQ), (_PHRASE, _Phrase)):
        if namespace in document.prefixes:
            return dialect(document.prefixes[namespace])
    return _First()


class _First:
    """XLIFF 1.2, and what all its dialects share."""

    has_placeholders = False

    def is_fixed(self, place: Place) -> bool:
        return place.holder.attributes.get("approved") == "yes" or place.state in _FINAL_STATES

    def is_untranslated(self, place: Place) -> bool:
        qualifier = "" if place.target is None else place.target.attributes.get("state-qualifier")
        is_machine = qualifier in _MACHINE_QUALIFIERS and place.state != "translated"
        return is_machine or place.state in _UNTRANSLATED_STATES

    def marks(self, place: Place) -> Marks:
        return Marks({"state": "needs-review-translation", "state-qualifier": "mt-suggestion"})


class _Sdl(_First):
    """Trados Studio, whose segments are defined in `sdl:seg`."""

    # ConfirmationLevel: Unspecified, Draft and those that a reviewer rejected are open.
    _CONFIRMED = frozenset({"Translated", "ApprovedTranslation", "ApprovedSignOff"})

    def is_fixed(self, place: Place) -> bool:
        if place.definition is None:
            return super().is_fixed(place)
        attributes = place.definition.attributes
        return attributes.get("locked") == "true" or attributes.get("conf") in self._CONFIRMED

    def is_untranslated(self, place: Place) -> bool:
        if place.definition is None:
            return super().is_untranslated(place)
        return place.definition.attributes.get("origin") in {"mt", "nmt", "source"}

    def marks(self, place: Place) -> Marks:
        if place.definition is None:
            return super().marks(place)
        attributes = {
            "conf": "Draft",
            "origin": "mt",
            "origin-system": "Tarjama",
            "percent": None,
            "text-match": None,
            "struct-match": None,
        }
        return Marks(element=place.definition, attributes=attributes)


class _MemoQ(_First):
    """memoQ, whose status is in the `trans-unit`."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def is_fixed(self, place: Place) -> bool:
        status = place.holder.attributes.get(f"{_MEMOQ} status", "")
        locked = place.holder.attributes.get(f"{_MEMOQ} locked", "")
        return (
            locked in {"locked", "true"}
            or "Confirmed" in status
            or status == "Proofread"
            or super().is_fixed(place)
        )

    def is_untranslated(self, place: Place) -> bool:
        status = place.holder.attributes.get(f"{_MEMOQ} status")
        return status in {"NotStarted", "MachineTranslated"} or super().is_untranslated(place)

    def marks(self, place: Place) -> Marks:
        attributes = {f"{self._prefix}:status": "MachineTranslated"}
        return Marks(_restated(self, place), place.holder, attributes)


class _Phrase(_First):
    """Phrase TMS, formerly Memsource: how far a segment is confirmed, and from where it is."""

    has_placeholders = True

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def is_fixed(self, place: Place) -> bool:
        attributes = place.holder.attributes
        # The workflow step up to which it is confirmed: 0 is none.
        confirmed = attributes.get(f"{_PHRASE} confirmed", "0")
        is_locked = attributes.get(f"{_PHRASE} locked") == "true"
        return is_locked or confirmed not in {"", "0", "false"} or super().is_fixed(place)

    def is_untranslated(self, place: Place) -> bool:
        origin = place.holder.attributes.get(f"{_PHRASE} trans-origin", "")
        return origin.lower() == "mt" or super().is_untranslated(place)

    def marks(self, place: Place) -> Marks:
        attributes: dict[str, str | None] = {f"{self._prefix}:trans-origin": "mt"}
        for score in ("score", "gross-score"):
            if f"{_PHRASE} {score}" in place.holder.attributes:
                attributes[f"{self._prefix}:{score}"] = "0.0"
        return Marks(_restated(self, place), place.holder, attributes)


class _Second:
    """XLIFF 2.0 and later, whose state is in the `segment`."""

    has_placeholders = False

    def is_fixed(self, place: Place) -> bool:
        return place.holder.attributes.get("state") in {"reviewed", "final"}

    def is_untranslated(self, place: Place) -> bool:
        return place.holder.attributes.get("subState") == _SUBSTATE

    def marks(self, place: Place) -> Marks:
        attributes = {"state": "translated", "subState": _SUBSTATE}
        return Marks(element=place.holder, attributes=attributes)


def _restated(dialect: _First, place: Place) -> Mapping[str, str | None]:
    """A vendor's own attribute says it; a state of XLIFF beside it must not say otherwise."""
    return _First.marks(dialect, place).target if place.state else {}
