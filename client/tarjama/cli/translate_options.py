"""The options of `tarjama translate`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from tarjama.cli.sections import Option
from tarjama.encoding.decoding import resolve_name

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

DEFAULT_JOBS = 4
"""Documents in work at once: enough that many small ones keep a server's batches full."""


def _resolved_encoding(
    context: click.Context, parameter: click.Parameter, name: str | None
) -> str | None:
    if name is None:
        return None
    try:
        return resolve_name(name)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


_SECTIONS: Mapping[str, Mapping[str, Option]] = {
    "Output": {
        "output": click.option(
            "-o",
            "--output",
            metavar="OUT",
            help="File to write to; for several FILEs, a folder, made if need be.",
        ),
        "force": click.option(
            "--force", is_flag=True, help="Replace existing files. Never replaces a FILE."
        ),
        "json_lines": click.option(
            "--json",
            "json_lines",
            is_flag=True,
            help="Write one line of JSON per segment: source, place, translation, score, flags.",
        ),
        "bilingual": click.option(
            "--bilingual",
            metavar="html|docx",
            multiple=True,
            type=click.Choice(["html", "docx"]),
            help="Write a review beside each translation too: a page to edit in a browser, or a "
            "table in Word. See tarjama merge.",
        ),
        "xliff": click.option(
            "--xliff", is_flag=True, help="Write a review in XLIFF too, for CAT tools."
        ),
        "tmx": click.option("--tmx", is_flag=True, help="Write source and translation as TMX too."),
    },
    "Documents": {
        "format_name": click.option(
            "--format",
            "format_name",
            metavar="NAME",
            help="Format of the FILEs, as docx, html or text, instead of going by their names.",
        ),
        "codec": click.option(
            "--encoding",
            "codec",
            metavar="NAME",
            callback=_resolved_encoding,
            help="Encoding of plain text FILEs, instead of recognising it.",
        ),
        "columns": click.option(
            "--columns",
            metavar="NAME",
            multiple=True,
            help="Column of CSV and TSV to translate, by its heading or number. Repeat for more. "
            "By default, all.",
        ),
        "fields": click.option(
            "--fields",
            metavar="PATH",
            multiple=True,
            help="Field of JSON to translate, as title or items[].text. Repeat for more. "
            "By default, all.",
        ),
        "replace_targets": click.option(
            "--replace-targets",
            is_flag=True,
            help="In XLIFF and PO, also translate anew what is translated but not confirmed.",
        ),
        "include": click.option(
            "--include",
            metavar="PATTERN",
            multiple=True,
            help="In folders, only files like this: '*.docx', 'reports/*'. Repeat for more.",
        ),
        "exclude": click.option(
            "--exclude",
            metavar="PATTERN",
            multiple=True,
            help="In folders, no files like this. Repeat for more.",
        ),
    },
    "Translation": {
        "model": click.option(
            "--model",
            default="",
            metavar="NAME",
            envvar="TARJAMA_MODEL",
            help="See tarjama models.",
        ),
        "glossary": click.option(
            "--glossary",
            type=_FILE,
            multiple=True,
            envvar="TARJAMA_GLOSSARY",
            help="Terms to use: a CSV, TSV or TBX file. See tarjama glossary.",
        ),
        "do_not_translate": click.option(
            "--do-not-translate",
            metavar="PHRASE|FILE",
            multiple=True,
            help="Carry a phrase over as it is, or those on the lines of a file.",
        ),
        "memory": click.option(
            "--memory",
            metavar="FILE",
            type=click.Path(dir_okay=False, path_type=Path),
            envvar="TARJAMA_MEMORY",
            help="Translation memory, .db or .tmx: what it has is used again.",
        ),
        "beam_size": click.option(
            "--beam-size",
            metavar="N",
            type=click.IntRange(min=1),
            help="1 is fastest, more may be better. By default, the model's own.",
        ),
        "alternatives": click.option(
            "--alternatives",
            metavar="N",
            type=click.IntRange(min=0),
            default=0,
            help="Up to N further translations of each segment, in JSON and reviews.",
        ),
        "alignment": click.option(
            "--alignment",
            is_flag=True,
            help="Tell which words of the translation render which of the source. Needs --json.",
        ),
        "lines": click.option(
            "--lines", is_flag=True, help="Take every line end for a sentence end."
        ),
    },
    "Work": {
        "jobs": click.option(
            "--jobs",
            metavar="N",
            type=click.IntRange(min=1, max=64),
            default=DEFAULT_JOBS,
            help=f"Documents in work at once. By default, {DEFAULT_JOBS}.",
        ),
        "resume": click.option(
            "--resume/--no-resume",
            default=True,
            help="Go on where an interrupted run of the same command left off. On by default.",
        ),
        "dry_run": click.option(
            "--dry-run", is_flag=True, help="Count words and repetitions; translate nothing."
        ),
        "watch": click.option(
            "--watch",
            metavar="DIR",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="Translate what appears in a folder, until Ctrl-C.",
        ),
        "quiet": click.option(
            "-q", "--quiet", is_flag=True, help="Say nothing but failures; no progress bar."
        ),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateParameters:
    """What the options of `tarjama translate` say, as its help tells.

    Attributes:
        output: What `-o` names.
        force: Whether existing files are replaced.
        json_lines: Whether segments are written as JSON.
        bilingual: The reviews to write: `html`, `docx`.
        xliff: Whether to write a review as XLIFF.
        tmx: Whether to write TMX.
        format_name: The format of all documents.
        codec: Python's name of the encoding of texts.
        columns: Columns of tables.
        fields: Fields of JSON.
        replace_targets: Whether translations in XLIFF and PO are made anew.
        include: Patterns of files in folders.
        exclude: Patterns of files in folders that are left out.
        model: The model's name, empty for the server's own choice.
        glossary: Glossary files.
        do_not_translate: Phrases, and files of them.
        memory: The translation memory's file.
        beam_size: Beam size; None for the model's own.
        alternatives: How many further translations.
        alignment: Whether to give word links.
        lines: Whether every line end ends a sentence.
        jobs: Documents in work at once.
        resume: Whether to keep journals and go by them.
        dry_run: Whether only to count.
        watch: The folder to watch.
        quiet: Whether to say failures alone.
    """

    output: str | None
    force: bool
    json_lines: bool
    bilingual: tuple[str, ...]
    xliff: bool
    tmx: bool
    format_name: str | None
    codec: str | None
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    replace_targets: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    model: str
    glossary: tuple[Path, ...]
    do_not_translate: tuple[str, ...]
    memory: Path | None
    beam_size: int | None
    alternatives: int
    alignment: bool
    lines: bool
    jobs: int
    resume: bool
    dry_run: bool
    watch: Path | None
    quiet: bool

    @property
    def reviews(self) -> tuple[str, ...]:
        """The kinds of review files: values of `ReviewForm`."""
        more = {"xliff": self.xliff, "tmx": self.tmx}
        chosen = dict.fromkeys([*self.bilingual, *(form for form, on in more.items() if on)])
        return tuple(chosen)


def help_sections() -> dict[str, list[str]]:
    """Gives the parameters under each heading of the help."""
    return {heading: list(options) for heading, options in _SECTIONS.items()}


def translate_options(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the options, and passes them on as `parameters`."""
    names = [field.name for field in fields(TranslateParameters)]

    @wraps(command)
    def with_parameters(**values: Any) -> int:  # noqa: ANN401 - click passes options of any type
        parameters = TranslateParameters(**{name: values.pop(name) for name in names})
        return command(**values, parameters=parameters)

    decorated: Callable[..., int] = with_parameters
    for options in reversed(list(_SECTIONS.values())):
        for option in reversed(list(options.values())):
            decorated = option(decorated)
    return decorated
