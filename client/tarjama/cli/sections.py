"""Help under headings, for a command with many options."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

Option = Callable[[Callable[..., int]], Callable[..., int]]
"""What `click.option` makes."""


class SectionedCommand(click.Command):
    """A command whose options stand under headings."""

    def __init__(self, *arguments: Any, sections: Mapping[str, Sequence[str]], **more: Any) -> None:  # noqa: ANN401 - click's
        """Takes what `click.Command` takes.

        Args:
            arguments: As click's.
            sections: The names of the parameters under each heading.
            more: As click's.
        """
        super().__init__(*arguments, **more)
        self._heading = {name: heading for heading, names in sections.items() for name in names}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options; those without a heading come last."""
        records: dict[str, list[tuple[str, str]]] = {}
        for heading in (*dict.fromkeys(self._heading.values()), "Other"):
            records[heading] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                records[self._heading.get(parameter.name or "", "Other")].append(record)
        for heading, listed in records.items():
            if listed:
                with formatter.section(heading):
                    formatter.write_dl(listed)
