"""Glossaries that translators keep in files. Needs the `[cli]` extra.

reading     read_glossary: CSV, TSV and TBX
checking    find_problems: what contradicts itself or cannot be used
spelling    spellings of Arabic that count as the same
"""

from tarjama.glossary.checking import Problem, find_problems
from tarjama.glossary.entries import MAX_TERM_CHARACTERS, MAX_TERMS, Glossary, GlossaryEntry
from tarjama.glossary.reading import read_glossary

__all__ = [
    "MAX_TERMS",
    "MAX_TERM_CHARACTERS",
    "Glossary",
    "GlossaryEntry",
    "Problem",
    "find_problems",
    "read_glossary",
]
