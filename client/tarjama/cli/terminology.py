"""The glossary and the phrases to carry over that a command's options name."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tarjama import GlossaryTerm
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import display_name


class Terminology:
    """Terms, and which of them a text needs. Thread-safe."""

    def __init__(self, glossaries: Sequence[Path] = ()) -> None:
        """Reads glossary files; of several terms with one source the first holds.

        Raises:
            CommandFailed: a file cannot be read, or is no glossary.
        """
        self._terms: list[tuple[str, GlossaryTerm]] = []
        if not glossaries:
            return
        # Not at the top: lxml takes longer to load than most commands run.
        from tarjama.formats.errors import BadFile
        from tarjama.glossary import Glossary, GlossaryEntry, read_glossary
        from tarjama.glossary.spelling import stem

        entries: list[GlossaryEntry] = []
        for path in glossaries:
            try:
                entries += read_glossary(path).entries
            except BadFile as error:
                raise CommandFailed(f"{display_name(path)}: {error}") from error
        self._terms = [(stem(term.source), term) for term in Glossary(tuple(entries)).terms()]

    def terms_in(self, texts: Iterable[str]) -> tuple[GlossaryTerm, ...]:
        """Gives the terms that may occur in any of some texts: at most what one call takes.

        Raises:
            CommandFailed: more terms occur than one call takes.
        """
        if not self._terms:
            return ()
        from tarjama.glossary import MAX_TERMS
        from tarjama.glossary.spelling import folded

        text = "\n".join(map(folded, texts))
        found = tuple(term for stem, term in self._terms if stem in text)
        if len(found) > MAX_TERMS:
            raise CommandFailed(
                f"{len(found):,} terms of the glossary occur in one text; the limit is "
                f"{MAX_TERMS:,}. Divide the glossary or the document."
            )
        return found

    @property
    def fits_one_call(self) -> bool:
        """Whether all terms can be sent at once."""
        if not self._terms:
            return True
        from tarjama.glossary import MAX_TERMS

        return len(self._terms) <= MAX_TERMS

    @property
    def terms(self) -> tuple[GlossaryTerm, ...]:
        """All terms."""
        return tuple(term for _, term in self._terms)


def read_phrases(values: Sequence[str]) -> tuple[str, ...]:
    """Gives the phrases to carry over.

    Args:
        values: Each the name of a file with a phrase on each line, or else a phrase.

    Raises:
        CommandFailed: a file cannot be read, or is not UTF-8.
    """
    phrases: dict[str, None] = {}
    for value in values:
        path = Path(value)
        if not _is_file(path):
            phrases[value.strip()] = None
            continue
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandFailed(
                f"{display_name(path)} cannot be read as UTF-8 text with a phrase on each line."
            ) from error
        phrases.update(dict.fromkeys(line.strip() for line in lines))
    phrases.pop("", None)
    return tuple(phrases)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False  # Too long for a name, as a phrase may be.
