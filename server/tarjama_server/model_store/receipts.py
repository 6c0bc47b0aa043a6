"""Remembers which files were fetched, so that a later fetch must bring the same ones."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tarjama_server.model_store.errors import ModelStoreError
from tarjama_server.model_store.manifest import PositiveCount, Sha256, first_problem


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file that was fetched and installed.

    Attributes:
        sha256: in hexadecimal.
        size_bytes: its length.
    """

    sha256: Sha256
    size_bytes: PositiveCount


class Receipts:
    """The receipts of one models folder, in one JSON file."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made with the first receipt."""
        self._path = path

    def find(self, release: str) -> Receipt | None:
        """Look up a release by the name it was recorded under.

        Raises:
            ModelStoreError: the file cannot be read. It is not taken for empty, as then any file
                would pass.
        """
        return self._read().get(release)

    def record(self, release: str, receipt: Receipt) -> None:
        """Note a release, in place of what was noted before under this name."""
        receipts = {
            name: asdict(known) for name, known in {**self._read(), release: receipt}.items()
        }
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(receipts, indent=2) + "\n", encoding="utf-8")
        written.replace(self._path)

    def _read(self) -> Mapping[str, Receipt]:
        try:
            return _adapter().validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValidationError as error:
            raise ModelStoreError(
                f"{self._path}, which remembers the releases fetched, is damaged: "
                f"{first_problem(error)}; delete it to trust the next fetch"
            ) from error


@cache
def _adapter() -> TypeAdapter[dict[str, Receipt]]:
    return TypeAdapter(dict[str, Receipt])
