"""Converts old and foreign kinds of documents to those that can be translated, by LibreOffice."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tarjama.formats.content import FileContent
from tarjama.formats.errors import BadFile
from tarjama.formats.kinds import converted_extension

__all__ = ["convert"]

TIME_LIMIT_S = 180.0
"""A book of 500 pages takes a tenth of it. Some damaged files keep LibreOffice busy for ever."""

# LibreOffice's names of its export filters.
_FILTERS = {
    ".docx": "MS Word 2007 XML",
    ".pptx": "Impress MS PowerPoint 2007 XML",
    ".xlsx": "Calc MS Excel 2007 XML",
}
# Where installers put it without adding it to the PATH.
_USUAL_PLACES = (
    Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"),
    Path("C:/Program Files/LibreOffice/program/soffice.exe"),
)

# Nothing in the document is run, and nothing it links to is fetched, as LibreOffice 7.4 else does
# for a picture in the Web.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def convert(path: Path, folder: Path, *, time_limit_s: float = TIME_LIMIT_S) -> Path:
    """Converts a document, which is only read.

    Args:
        path: A file that `is_converted_first`, but no PDF.
        folder: Where the result is written, as the file's name with `converted_extension`.
        time_limit_s: LibreOffice is ended when it takes longer.

    Returns:
        The result, which is to be read as any other file is.

    Raises:
        BadFile: it cannot be opened or converted, or LibreOffice is not installed.
    """
    extension = converted_extension(path)
    content = FileContent.of(path)
    if content.data.startswith(b"%PDF-"):
        raise BadFile("The file is a PDF, whatever its name says. Rename it to end in .pdf.")
    program = _program()
    if program is None:
        raise BadFile(
            f"Files of this kind ({path.suffix.lower()}) are converted by LibreOffice first, which "
            "is not installed: there is no soffice on the PATH. Install it, or open the file in "
            f"its program and save it as {extension}."
        )
    with tempfile.TemporaryDirectory(prefix="tarjama-") as private:
        # A copy, since LibreOffice puts a lock beside what it opens.
        source = Path(private, f"document{path.suffix.lower()}")
        source.write_bytes(content.data)
        command = _command(program, source, extension)
        if not _finishes(command, time_limit_s):
            raise BadFile(
                f"LibreOffice did not convert the file within {time_limit_s:,.0f} seconds. Open it "
                f"in its program and save it as {extension}."
            )
        result = Path(private, "out", f"document{extension}")
        # LibreOffice ends with 0 even if it could not read the document.
        if not result.is_file():
            raise BadFile(
                "LibreOffice cannot convert the file: it is damaged, has a password, or is not "
                f"what its name says. Open it in its program and save it as {extension}."
            )
        target = folder / f"{path.stem}{extension}"
        shutil.copyfile(result, target)
    return target


def _program() -> str | None:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((str(place) for place in _USUAL_PLACES if place.is_file()), None)


def _command(program: str, source: Path, extension: str) -> Sequence[str]:
    """Makes the command, with a profile of its own, so that it is apart from any other office."""
    profile = source.parent / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    return (
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        f"{extension.removeprefix('.')}:{_FILTERS[extension]}",
        "--outdir",
        str(source.parent / "out"),
        str(source),
    )


def _finishes(command: Sequence[str], time_limit_s: float) -> bool:
    """Runs a command, and ends it and what it started if it takes too long."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(timeout=time_limit_s)
        except subprocess.TimeoutExpired:
            return False
        finally:
            # A pressed Ctrl-C comes here too, and does not reach what has a session of its own.
            if process.poll() is None:
                _end(process)
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and its children: soffice is a script that starts the program proper."""
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True
        )
    else:
        os.killpg(process.pid, signal.SIGKILL)
