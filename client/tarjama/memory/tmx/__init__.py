"""TMX, in which translation memories are exchanged.

reading     read_tmx: files of any program and any size
writing     write_tmx: TMX 1.4b
names       what TMX has no element for
"""

from tarjama.memory.tmx.reading import read_tmx
from tarjama.memory.tmx.writing import TmxUnit, write_tmx

__all__ = ["TmxUnit", "read_tmx", "write_tmx"]
