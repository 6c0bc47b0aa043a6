"""Puts the marks of a tagged segment into its translation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tarjama_server.alignment.links import WordAttention, WordLink
from tarjama_server.alignment.origins import Translation
from tarjama_server.markup.correspondence import Correspondence, proportional_shares
from tarjama_server.markup.placing import Placer
from tarjama_server.markup.source import Markup
from tarjama_server.markup.writing import TaggedTranslation, write_tagged
from tarjama_server.pipeline.assembly import Assembly
from tarjama_server.pipeline.model import Flag, FoundTerm, TranslatedSegment
from tarjama_server.pipeline.reading import Reading


class Tagger:
    """Tags translations of one segment: the best one and its alternatives alike."""

    def __init__(self, markup: Markup, reading: Reading) -> None:
        """Tag translations of `reading`, whose marks are `markup`."""
        self._markup = markup
        self._reading = reading
        edges = reading.edges
        self._core = (len(edges.lead), len(markup.text) - len(edges.trail))

    @property
    def mark_count(self) -> int:
        """How many marks each translation gets."""
        return len(self._markup.marks)

    @property
    def needs_alignment(self) -> bool:
        """Whether a mark stands between words."""
        start, end = self._core
        return any(start < placed.offset < end for placed in self._markup.marks)

    def tag(self, translation: Translation) -> tuple[TaggedTranslation, bool]:
        """Tag a whole translation; say whether a tag stands at an edge that could not be placed."""
        text = translation.text
        placer = Placer(self._markup.marks, self._correspondence(translation))
        added_spaces = self._markup.added_spaces()
        at_end = len(text) - len(self._markup.text)
        tagged = write_tagged(
            text,
            placer.place(),
            added_spaces=added_spaces,
            dropped={offset + at_end for offset in added_spaces if offset >= self._core[1]},
        )
        return tagged, placer.has_moved

    def tag_segment(
        self, segment: TranslatedSegment, whole: Assembly, others: Sequence[Assembly]
    ) -> TranslatedSegment:
        """Tag a segment that was translated without its marks.

        Args:
            segment: its spans are relative to the text without marks.
            whole: its translation.
            others: its alternatives.
        """
        tagged, has_moved = self.tag(whole.translation)
        flags = set(segment.flags)
        if has_moved:
            flags.add(Flag.TAG_MOVED)
        if self.needs_alignment and not any(whole.translation.origins):
            flags.add(Flag.PLACED_BY_PROPORTION)
        return replace(
            segment,
            source=replace(segment.source, text=self._markup.raw),
            translation=tagged.text,
            alternatives=tuple(
                replace(alternative, translation=self.tag(other.translation)[0].text)
                for alternative, other in zip(segment.alternatives, others, strict=True)
            ),
            flags=frozenset(flags),
            alignment=tuple(
                WordLink(self._markup.to_raw(*link.source), tagged.span(*link.target))
                for link in segment.alignment
            ),
            terms=tuple(self._term(found, tagged) for found in segment.terms),
        )

    def _term(self, found: FoundTerm, tagged: TaggedTranslation) -> FoundTerm:
        return replace(
            found,
            source=self._markup.to_raw(*found.source),
            target=tagged.span(*found.target) if found.target else None,
        )

    def _correspondence(self, translation: Translation) -> Correspondence:
        attention = WordAttention.between(self._reading.text, translation)
        first = len(self._reading.edges.lead)
        last = len(translation) - len(self._reading.edges.trail)
        words = [
            (span, shares)
            for span, shares in zip(attention.target_words, attention.shares, strict=True)
            if first <= span[0] and span[1] <= last
        ]
        source_words = [self._reading.to_segment(*word) for word in attention.source_words]
        shares: Sequence[Mapping[int, float]] = [_normalized(each) for _, each in words]
        if not any(shares):
            shares = proportional_shares(len(source_words), len(words))
        return Correspondence(
            self._markup.text, source_words, translation.text, [span for span, _ in words], shares
        )


def _normalized(shares: Mapping[int, float]) -> Mapping[int, float]:
    """Shares of which none stand for the whole of several words."""
    total = sum(shares.values())
    return shares if total <= 1 else {word: share / total for word, share in shares.items()}
