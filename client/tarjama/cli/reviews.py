"""The files for a reviewer, beside a translation."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from tarjama.cli.jobs import Job, review_path
from tarjama.cli.output import Output, open_output
from tarjama.review.model import ReviewedDocument, ReviewedUnit, SourceFile

if TYPE_CHECKING:
    from tarjama.review.writing import ReviewForm


class Reviews:
    """The review files of one document. A context manager; they appear when they are whole."""

    def __init__(self, job: Job, forms: Sequence[str], *, force: bool) -> None:
        """Plans them.

        Args:
            job: The document and where its translation goes.
            forms: Values of `ReviewForm`; may be empty.
            force: Whether existing files may be replaced.
        """
        self._job = job
        self._forms = forms
        self._force = force
        self._outputs: list[tuple[ReviewForm, Path, Output]] = []
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        """Makes sure that they can be written.

        Raises:
            OutputRefused: one exists, or cannot be made.
        """
        if not self._forms:
            return self
        # Not at the top: the libraries that write office documents take long to load.
        from tarjama.review.writing import ReviewForm

        with ExitStack() as opened:
            for form in map(ReviewForm, self._forms):
                path = review_path(self._job, form.extension)
                output = opened.enter_context(open_output(path, force=self._force))
                output.begin()
                self._outputs.append((form, path, output))
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    def write(self, units: Sequence[ReviewedUnit]) -> list[Path]:
        """Writes the translated units for the reviewer, and names the files."""
        if not self._outputs:
            return []
        from tarjama.review.writing import write_review

        for form, path, output in self._outputs:
            source = SourceFile.of(self._job.source, seen_from=path.parent)
            document = ReviewedDocument(source=source, units=tuple(units))
            target = cast(BinaryIO, output)
            write_review(target, document, form, written_at=datetime.now(UTC))
        return [path for _, path, _ in self._outputs]
