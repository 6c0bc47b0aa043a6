"""Makes a segment's translation of what the model wrote, one step after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tarjama_server.alignment.links import WordAttention, WordLink
from tarjama_server.alignment.origins import Translation
from tarjama_server.alignment.words import Span
from tarjama_server.glossary.enforcement import Application, enforce
from tarjama_server.glossary.terms import TermMatch
from tarjama_server.guard.restoration import repair_verbatim
from tarjama_server.guard.verbatim import VerbatimReport, check
from tarjama_server.pipeline.model import FoundTerm
from tarjama_server.pipeline.placing import carry_over, lay_back_lines
from tarjama_server.pipeline.reading import Reading
from tarjama_server.text.tracked import TrackedText
from tarjama_server.tokenizer import UnknownRun

_LOWERCASE_WORD = re.compile(r"^[a-z]+\b")


@dataclass(frozen=True, slots=True)
class Assembly:
    """A segment's translation, whole.

    Attributes:
        translation: its origins are offsets in the reading.
        report: what of the reading survived.
        is_restored: whether something that the model misspelt or lost was put back.
        applications: what became of the terms, in the order of the source.
    """

    translation: Translation
    report: VerbatimReport
    is_restored: bool
    applications: tuple[Application, ...]


class Assembler:
    """Finishes outputs of one segment: the best one and its alternatives alike.

    Every step keeps the origins of what it leaves as it is, so where each code point of the result
    came from is known at any time, and never has to be guessed from the two texts.
    """

    def __init__(
        self,
        reading: Reading,
        runs: Sequence[UnknownRun],
        matches: Sequence[TermMatch],
        *,
        follows_stop: bool,
    ) -> None:
        """Finish translations of `reading`.

        Args:
            reading: what the model was shown.
            runs: what it was not shown for lack of a token.
            matches: terms that were found in the reading.
            follows_stop: whether the translation begins a sentence although the source does not.
        """
        self._reading = reading
        self._runs = runs
        self._matches = matches
        self._follows_stop = follows_stop

    def assemble(self, output: Translation) -> Assembly:
        """Finish what the model wrote."""
        source = self._reading.text
        translation = carry_over(source, output, self._runs)
        report = check(source, translation.text)
        restored = repair_verbatim(source, translation, report)
        if restored is not None:
            translation, report = restored, check(source, restored.text)
        applications: list[Application] = []
        if self._matches:
            translation, applications = enforce(source, translation, self._matches)
            report = _excused(check(source, translation.text), translation, applications)
        if self._follows_stop:
            translation = translation.sub(_LOWERCASE_WORD, lambda word: word[0].capitalize())
        translation = lay_back_lines(source, translation, self._reading.breaks)
        edges = self._reading.edges
        whole = TrackedText.joined(
            [TrackedText.of(edges.english_lead), translation, TrackedText.of(edges.trail)]
        )
        return Assembly(whole, report, restored is not None, tuple(applications))

    def links(self, assembly: Assembly) -> tuple[WordLink, ...]:
        """Links from words of the segment to words of its whole translation."""
        attention = WordAttention.between(self._reading.text, assembly.translation)
        return tuple(
            WordLink(self._reading.to_segment(*link.source), link.target)
            for link in attention.links()
        )

    def terms(self, assembly: Assembly) -> tuple[FoundTerm, ...]:
        """The terms found in the segment, with their places in it and in its translation."""
        return tuple(
            FoundTerm(
                each.match.term,
                self._reading.to_segment(each.match.start, each.match.end),
                assembly.translation.span_of(each.origin) if each.origin else None,
            )
            for each in assembly.applications
        )


def _excused(
    report: VerbatimReport, translation: Translation, applications: Sequence[Application]
) -> VerbatimReport:
    """A report without what is otherwise in the translation because a term says so."""
    applied = [each for each in applications if each.origin]
    sources = [(each.match.start, each.match.end) for each in applied]
    targets = [
        span for each in applied if each.origin and (span := translation.span_of(each.origin))
    ]
    return VerbatimReport(
        tuple(item for item in report.missing if not _overlaps((item.start, item.end), sources)),
        tuple(span for span in report.invented if not _overlaps(span, targets)),
    )


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
