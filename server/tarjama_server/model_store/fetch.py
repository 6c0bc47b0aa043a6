"""Downloads a release: in pieces if need be, going on where it stopped, and checked at the end."""

import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from tarjama_server.model_store.errors import DownloadFailed, DownloadMismatch
from tarjama_server.model_store.store import file_sha256

# A try that brought nothing new counts; one that did starts the count again.
_FRUITLESS_TRIES = 5
_LONGEST_PAUSE_S = 30.0
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
# The largest OPUS-MT releases are near 1 GB; this only keeps a wrong address from filling the disk.
_LARGEST_BYTES = 8 << 30
_TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_CONTENT_RANGE = re.compile(r"bytes (?P<start>\d+)-\d+/(?P<total>\d+)")

Progress = Callable[[int, int | None], None]
"""Called with the bytes on disk and, when known, those of the whole file."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the file must be.

    Attributes:
        sha256: None when not known.
        size_bytes: None when not known.
        origin: who says so, for the error message.
    """

    sha256: str | None = None
    size_bytes: int | None = None
    origin: str = "nobody"


@dataclass(frozen=True, slots=True)
class Download:
    """A whole, checked file.

    Attributes:
        path: where it is.
        sha256: of the file.
        size_bytes: of the file.
    """

    path: Path
    sha256: str
    size_bytes: int

    def discard(self) -> None:
        """Delete the file and what was noted about it."""
        _Partial(self.path).discard()


class _Interrupted(Exception):
    """A try ended early in a way that another one may mend."""

    def __init__(self, message: str, *, pause_s: float = 0.0) -> None:
        super().__init__(message)
        self.pause_s = pause_s


class Downloader:
    """Downloads files over HTTP."""

    def __init__(
        self, client: httpx.Client | None = None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Make a downloader.

        Args:
            client: for other settings than the default ones: proxies from the environment, 10 s to
                connect, 30 s of silence. The caller closes it.
            sleep: waits between tries; tests put their own.
        """
        self._client = client
        self._sleep = sleep

    def download(
        self, url: str, folder: Path, *, expected: Expected, progress: Progress
    ) -> Download:
        """Download a file, going on with what an earlier call left in `folder`.

        Args:
            url: http or https.
            folder: made if need be. A file in the making stays here until it is whole.
            expected: checked when the file is whole; the size also before.
            progress: called after each piece.

        Raises:
            DownloadMismatch: the file is not the expected one; it was deleted.
            DownloadFailed: five tries in a row brought nothing, or the server refused. What arrived
                is kept.
        """
        folder.mkdir(parents=True, exist_ok=True)
        partial = _Partial(folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.part")
        if self._client is not None:
            self._complete(self._client, url, partial, expected, progress)
        else:
            with httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as client:
                self._complete(client, url, partial, expected, progress)
        return _check(partial, expected)

    def _complete(
        self,
        client: httpx.Client,
        url: str,
        partial: "_Partial",
        expected: Expected,
        progress: Progress,
    ) -> None:
        """Try until the file is whole or trying has become pointless."""
        fruitless = 0
        while not partial.is_whole():
            before = partial.size_bytes()
            try:
                _receive(client, url, partial, expected, progress)
            except _Interrupted as error:
                fruitless = 0 if partial.size_bytes() > before else fruitless + 1
                if fruitless >= _FRUITLESS_TRIES:
                    raise DownloadFailed(
                        f"{url}: {error}; gave up after {fruitless} tries that brought nothing. "
                        f"{partial.size_bytes():,} bytes are kept; the same command goes on there"
                    ) from error
                self._sleep(min(max(error.pause_s, 2.0**fruitless / 2), _LONGEST_PAUSE_S))


class _Partial:
    """A file in the making, and beside it what the server said of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._note_path = path.with_suffix(".json")

    def size_bytes(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def note(self) -> dict[str, str | int | None]:
        """Read what was noted; nothing if the note is missing or was cut short by a crash."""
        try:
            note = json.loads(self._note_path.read_bytes())
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def start(self, response: httpx.Response, total_bytes: int | None) -> None:
        """Begin anew with what this response brings."""
        self.discard()
        note = {"validator": _validator(response), "total_bytes": total_bytes}
        self._note_path.write_text(json.dumps(note), encoding="utf-8")
        self.path.touch()

    def finish(self) -> None:
        """Note that the file is whole at its present size."""
        note = self.note() | {"total_bytes": self.size_bytes()}
        self._note_path.write_text(json.dumps(note), encoding="utf-8")

    def is_whole(self) -> bool:
        return self.path.is_file() and self.note().get("total_bytes") == self.size_bytes()

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._note_path.unlink(missing_ok=True)


def _receive(
    client: httpx.Client, url: str, partial: _Partial, expected: Expected, progress: Progress
) -> None:
    """Ask once for what is missing, and write what comes."""
    # Compression on the way would make the sizes and ranges those of something else.
    headers = {"Accept-Encoding": "identity"}
    note = partial.note()
    # Without a validator or a size, nothing would tell if the rest belongs to another file.
    if partial.size_bytes() and (note.get("validator") or note.get("total_bytes")):
        headers["Range"] = f"bytes={partial.size_bytes()}-"
        if validator := note.get("validator"):
            headers["If-Range"] = str(validator)
    try:
        with client.stream("GET", url, headers=headers) as response:
            total_bytes = _accept(response, url, partial)
            _check_size(total_bytes, expected, partial)
            _write(response, partial, total_bytes, progress)
    except (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL) as error:
        raise DownloadFailed(f"cannot fetch {url}: {error}") from error
    except httpx.TransportError as error:
        raise _Interrupted(str(error) or type(error).__name__) from error


def _accept(response: httpx.Response, url: str, partial: _Partial) -> int | None:
    """Take a response as the beginning or as the rest of the file.

    Returns:
        The size of the whole file, if the server says.
    """
    if url.startswith("https:") and response.url.scheme != "https":
        raise DownloadFailed(f"{url} leads to an unencrypted address, {response.url}; refused")
    if response.status_code == httpx.codes.PARTIAL_CONTENT:
        return _accept_rest(response, partial)
    if response.status_code == httpx.codes.OK:
        length = response.headers.get("Content-Length", "")
        total_bytes = int(length) if length.isdecimal() else None
        partial.start(response, total_bytes)
        return total_bytes
    if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        partial.discard()
        raise _Interrupted("the server has a shorter file than before")
    problem = f"HTTP {response.status_code} {response.reason_phrase}".rstrip()
    if response.status_code in _TRANSIENT_STATUSES:
        pause = response.headers.get("Retry-After", "")
        raise _Interrupted(problem, pause_s=float(pause) if pause.isdecimal() else 0.0)
    raise DownloadFailed(f"{url} answered {problem}")


def _accept_rest(response: httpx.Response, partial: _Partial) -> int:
    """Check that a partial response goes on with the file that was begun."""
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    note = partial.note()
    if (
        match is None
        or int(match["start"]) != partial.size_bytes()
        or note.get("total_bytes") not in (None, int(match["total"]))
        or note.get("validator") not in (None, _validator(response))
    ):
        partial.discard()
        raise _Interrupted("the server went on with another file than before")
    return int(match["total"])


def _validator(response: httpx.Response) -> str | None:
    """Take what tells one version of the file from another; only strong ones serve for ranges."""
    etag: str = response.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    modified: str | None = response.headers.get("Last-Modified")
    return modified


def _write(
    response: httpx.Response, partial: _Partial, total_bytes: int | None, progress: Progress
) -> None:
    done_bytes = partial.size_bytes()
    limit_bytes = _LARGEST_BYTES if total_bytes is None else total_bytes
    progress(done_bytes, total_bytes)
    with partial.path.open("ab") as file:
        for chunk in response.iter_raw():
            done_bytes += len(chunk)
            if done_bytes > limit_bytes:
                break
            file.write(chunk)
            file.flush()  # a process that is killed loses nothing it has reported
            progress(done_bytes, total_bytes)
    if done_bytes > limit_bytes:
        partial.discard()
        raise DownloadFailed(f"{response.url} sends more than {limit_bytes:,} bytes; deleted")
    if total_bytes is not None and done_bytes < total_bytes:
        raise _Interrupted(f"the connection ended at {done_bytes:,} of {total_bytes:,} bytes")
    partial.finish()


def _check_size(total_bytes: int | None, expected: Expected, partial: _Partial) -> None:
    """Refuse a file of the wrong size before it is downloaded."""
    if total_bytes is None:
        return
    if expected.size_bytes is not None and total_bytes != expected.size_bytes:
        partial.discard()
        raise DownloadMismatch(
            f"the file has {total_bytes:,} bytes; {expected.origin} says {expected.size_bytes:,}"
        )
    if total_bytes > _LARGEST_BYTES:
        partial.discard()
        raise DownloadFailed(f"the file has {total_bytes:,} bytes; the limit is {_LARGEST_BYTES:,}")


def _check(partial: _Partial, expected: Expected) -> Download:
    """Check a whole file; delete one that is not the expected."""
    download = Download(partial.path, file_sha256(partial.path), partial.size_bytes())
    if expected.size_bytes not in (None, download.size_bytes):
        partial.discard()
        raise DownloadMismatch(
            f"the file has {download.size_bytes:,} bytes; "
            f"{expected.origin} says {expected.size_bytes:,}"
        )
    if expected.sha256 not in (None, download.sha256):
        partial.discard()
        raise DownloadMismatch(
            f"the file's SHA-256 is {download.sha256}; {expected.origin} says {expected.sha256}"
        )
    return download
