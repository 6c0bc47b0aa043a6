"""Translation memories: what people translated before, found again. Needs the `[cli]` extra.

entries     MemoryEntry, MemoryMatch; when two texts match
interface   TranslationMemory: what any memory does
"""

from tarjama.memory.entries import MemoryEntry, MemoryMatch
from tarjama.memory.interface import TranslationMemory

__all__ = ["MemoryEntry", "MemoryMatch", "TranslationMemory"]
