"""The formats that there are, and which of them a file is in."""

from dataclasses import dataclass
from pathlib import Path

from tarjama.formats.content import FileContent
from tarjama.formats.docx import DocxFormat
from tarjama.formats.epub import EpubFormat
from tarjama.formats.errors import BadFile
from tarjama.formats.html import HtmlFormat
from tarjama.formats.json_text import JsonFormat
from tarjama.formats.markdown import MarkdownFormat
from tarjama.formats.odt import OdtFormat
from tarjama.formats.po import PoFormat
from tarjama.formats.pptx import PptxFormat
from tarjama.formats.subtitles import SubtitleFormat
from tarjama.formats.tables import TableFormat
from tarjama.formats.units import FileFormat
from tarjama.formats.xliff import XliffFormat
from tarjama.formats.xlsx import XlsxFormat

__all__ = ["FormatOptions", "all_formats", "format_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatOptions:
    """What formats can be told. Each format takes what concerns it.

    Attributes:
        columns: For CSV and TSV: the columns to translate, as `TableFormat` takes them.
        fields: For JSON and JSON Lines: the fields to translate, as `JsonFormat` takes them.
        replace_targets: For XLIFF and PO: whether translations that are there and neither
            confirmed nor a machine's are made anew, rather than kept.
    """

    columns: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    replace_targets: bool = False


def all_formats(options: FormatOptions | None = None) -> tuple[FileFormat, ...]:
    """Gives every format there is."""
    options = options or FormatOptions()
    return (
        HtmlFormat(),
        MarkdownFormat(),
        TableFormat(columns=options.columns),
        TableFormat(is_tsv=True, columns=options.columns),
        JsonFormat(fields=options.fields),
        JsonFormat(is_lines=True, fields=options.fields),
        SubtitleFormat(),
        SubtitleFormat(is_webvtt=True),
        DocxFormat(),
        PptxFormat(),
        XlsxFormat(),
        OdtFormat(),
        EpubFormat(),
        XliffFormat(replace_targets=options.replace_targets),
        PoFormat(replace_targets=options.replace_targets),
    )


def format_for(path: Path, options: FormatOptions | None = None) -> FileFormat | None:
    """Finds the format of a file by its extension, and checks it against the content.

    Returns:
        The format; None for plain text and whatever has an unknown extension, which is no format
        of units: its text is streamed as it is.

    Raises:
        BadFile: the file cannot be opened, is empty, encrypted, or not what its extension says.
    """
    formats = all_formats(options)
    content = FileContent.of(path)
    extension = path.suffix.lower()
    meant = next((one for one in formats if extension in one.extensions), None)
    if meant is not None and meant.recognises(content):
        return meant
    if meant is None and not content.is_package:
        return None
    if content.is_encrypted:
        raise BadFile("The file is encrypted. Save it without a password and try again.")
    raise _wrong_extension(meant, formats, content)


def _wrong_extension(
    meant: FileFormat | None, formats: tuple[FileFormat, ...], content: FileContent
) -> BadFile:
    """Says what a file that is not what its extension says seems to be."""
    told = f"The file is not {meant.name}" if meant else "The file is not text"
    for other in formats:
        if other.claims(content):
            return BadFile(
                f"{told}: it seems to be {other.name}. Rename it to end in {other.extensions[0]}."
            )
    description = content.description
    if description:
        return BadFile(f"{told}: it seems to be {description}. Convert it, or rename it rightly.")
    return BadFile(f"{told}, though its name says so. Get it anew, or rename it rightly.")
