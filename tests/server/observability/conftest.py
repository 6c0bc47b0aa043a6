from collections.abc import Iterator, Sequence

import pytest
import structlog

Log = Sequence[structlog.typing.EventDict]


@pytest.fixture(autouse=True)
def default_logging() -> Iterator[None]:
    """Neither find nor leave a log that goes to a file which another test has closed."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture
def log() -> Iterator[Log]:
    """What the server logs in the test's own process."""
    with structlog.testing.capture_logs() as entries:
        yield entries
