"""Opens a translation memory by its name."""

from pathlib import Path

from tarjama.memory.errors import BadMemory
from tarjama.memory.interface import TranslationMemory

__all__ = ["open_memory"]

_DATABASES = frozenset({".db", ".sqlite", ".sqlite3"})


def open_memory(path: Path) -> TranslationMemory:
    """Opens a memory, or begins one where there is no file yet.

    Args:
        path: A TMX file (`.tmx`), or a database (`.db`, `.sqlite`, `.sqlite3`).

    Raises:
        BadMemory: its name ends otherwise, or it cannot be used.
        BadFile: it is a TMX file that is broken.
    """
    # Not at the top: they take longer to load than most commands run.
    from tarjama.memory.database import DatabaseMemory
    from tarjama.memory.tmx.memory import TmxMemory

    extension = path.suffix.lower()
    if extension in _DATABASES:
        return DatabaseMemory(path)
    if extension == ".tmx":
        return TmxMemory(path)
    raise BadMemory("A translation memory is a file that ends in .db or .tmx. Rename it so.")
