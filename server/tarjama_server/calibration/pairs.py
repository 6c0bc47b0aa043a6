"""Reads text and its translation by people, of the kind that a model is calibrated on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tarjama_server.text.script import has_arabic_letter


class CalibrationError(Exception):
    """The pairs do not serve to calibrate a model. The message says why in one line."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of text and what people made of it in the other language."""

    source: str
    reference: str


def read_pairs(folder: Path) -> list[Pair]:
    """Read each `NAME.ar` in a folder together with its `NAME.en`, line by line.

    Args:
        folder: with files in UTF-8, with or without a byte order mark. Pairs in which a side is
            blank or the Arabic has no Arabic letter are left out: they show nothing of a model.

    Raises:
        CalibrationError: there are no pairs of files, a file has no partner, or their line counts
            differ, or a file is no UTF-8.
        OSError: a file cannot be read.
    """
    sides = {side: {path.stem for path in folder.glob(f"*.{side}")} for side in ("ar", "en")}
    if not sides["ar"] | sides["en"]:
        raise CalibrationError(f"{folder} holds no NAME.ar and NAME.en")
    if single := sides["ar"] ^ sides["en"]:
        name = min(single)
        raise CalibrationError(f"of {name}.ar and {name}.en, {folder} holds only one")
    pairs = []
    for name in sorted(sides["ar"]):
        sources, references = (_read_lines(folder / f"{name}.{side}") for side in ("ar", "en"))
        if len(sources) != len(references):
            raise CalibrationError(
                f"{name}.ar has {len(sources):,} lines and {name}.en {len(references):,}; "
                "line by line, one must translate the other"
            )
        pairs += [
            Pair(source, reference)
            for source, reference in zip(sources, references, strict=True)
            if has_arabic_letter(source) and reference.strip()
        ]
    return pairs


def _read_lines(path: Path) -> list[str]:
    """Read lines as editors count them: other separators than line ends may stand inside one."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CalibrationError(f"{path} is no UTF-8 at byte {error.start:,}") from error
    return text.removesuffix("\n").split("\n")
