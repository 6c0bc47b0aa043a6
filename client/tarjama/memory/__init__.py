"""Translation memories: what people translated before, found again. Needs the `[cli]` extra.

opening     open_memory: a database, or a TMX file
interface   TranslationMemory: what any memory does
entries     MemoryEntry, MemoryMatch: what it keeps and gives
database    in SQLite; tmx: in TMX, and TMX's import and export
codes       when two texts match exactly; similarity: how like they are
"""

from tarjama.memory.entries import MemoryEntry, MemoryMatch
from tarjama.memory.errors import BadMemory
from tarjama.memory.interface import TranslationMemory
from tarjama.memory.opening import open_memory

__all__ = ["BadMemory", "MemoryEntry", "MemoryMatch", "TranslationMemory", "open_memory"]
