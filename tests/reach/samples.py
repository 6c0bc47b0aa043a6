"""The programs that client/README.md shows, to be run as they stand there."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "client" / "README.md"

_SAMPLE = re.compile(r"^<!-- file: (?P<name>\S+) -->\n```\w+\n(?P<text>.*?)^```$", re.M | re.S)


def write_samples(folder: Path, *names: str) -> None:
    """Write the named files of the README into a folder."""
    shown = {match["name"]: match["text"] for match in _SAMPLE.finditer(README.read_text("utf-8"))}
    for name in names:
        assert name in shown, f"{README} shows no {name}; it shows {', '.join(shown)}"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(shown[name], "utf-8")
