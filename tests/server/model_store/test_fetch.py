import hashlib
import itertools
import random
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tarjama_server.model_store.errors import DownloadFailed, DownloadMismatch
from tarjama_server.model_store.fetch import Download, Downloader, Expected
from tests.server.model_store.file_server import FileServer, Reply, serving

CONTENT = random.Random(1).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def download(
    server: FileServer,
    folder: Path,
    *,
    expected: Expected | None = None,
    sleep: Callable[[float], None] = lambda pause_s: None,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> Download:
    return Downloader(sleep=sleep).download(
        server.url, folder, expected=expected or Expected(), progress=progress
    )


def test_a_file_arrives_whole_with_its_hash_and_size(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.content = CONTENT
    got = download(file_server, tmp_path / "new" / "folder")
    assert got.path.read_bytes() == CONTENT
    assert (got.sha256, got.size_bytes) == (SHA256, len(CONTENT))


def test_progress_rises_to_the_total(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT
    seen: list[tuple[int, int | None]] = []
    download(file_server, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_file_of_unstated_size_arrives_whole(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT
    file_server.replies = [Reply(sized=False)]
    assert download(file_server, tmp_path).sha256 == SHA256


def test_a_broken_download_goes_on_where_it_stopped(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.content = CONTENT
    file_server.replies = [Reply(stop_after=100_000), Reply(stop_after=50_000)]
    assert download(file_server, tmp_path).sha256 == SHA256
    assert file_server.asked_ranges == [None, "bytes=100000-", "bytes=150000-"]
    assert file_server.asked[1]["If-Range"] == '"1"'


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.content = CONTENT
    file_server.replies = [Reply(stop_after=100_000), *[Reply(stop_after=0)] * 5]
    with pytest.raises(DownloadFailed, match="100,000 bytes are kept"):
        download(file_server, tmp_path)
    assert download(file_server, tmp_path).sha256 == SHA256
    assert file_server.asked_ranges[-1] == "bytes=100000-"


def test_a_server_without_ranges_is_asked_again_from_the_start(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.content = CONTENT
    file_server.ranges = False
    file_server.replies = [Reply(stop_after=100_000)]
    assert download(file_server, tmp_path).sha256 == SHA256


def test_without_an_etag_the_size_tells_that_the_file_is_the_same(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.content = CONTENT
    file_server.etag = None
    file_server.replies = [Reply(stop_after=100_000)]
    assert download(file_server, tmp_path).sha256 == SHA256
    assert file_server.asked_ranges == [None, "bytes=100000-"]


def test_without_etag_and_size_nothing_is_resumed(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT
    file_server.etag = None
    file_server.replies = [Reply(sized=False, stop_after=100_000)]
    # HTTP/1.0 without a length: the cut looks like the end, and only the hash tells.
    with pytest.raises(DownloadMismatch, match="100,000 bytes"):
        download(file_server, tmp_path, expected=Expected(SHA256, len(CONTENT), "the registry"))
    assert download(file_server, tmp_path).sha256 == SHA256
    assert file_server.asked_ranges == [None, None]


@pytest.mark.parametrize("etag", ['"2"', None])
def test_a_file_that_changed_meanwhile_is_fetched_anew(
    file_server: FileServer, tmp_path: Path, etag: str | None
) -> None:
    file_server.content = b"x" * 200_000
    file_server.replies = [Reply(stop_after=100_000), *[Reply(status=503)] * 5]
    with pytest.raises(DownloadFailed):
        download(file_server, tmp_path)
    file_server.content, file_server.etag = CONTENT, etag
    assert download(file_server, tmp_path).sha256 == SHA256


def test_a_file_that_became_shorter_is_fetched_anew(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.content = CONTENT
    file_server.replies = [Reply(stop_after=100_000), *[Reply(status=503)] * 5]
    with pytest.raises(DownloadFailed):
        download(file_server, tmp_path)
    file_server.content = CONTENT[:50_000]
    assert download(file_server, tmp_path).path.read_bytes() == CONTENT[:50_000]


def test_a_whole_file_is_not_asked_for_again(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT
    download(file_server, tmp_path)
    assert download(file_server, tmp_path).sha256 == SHA256
    assert len(file_server.asked) == 1


def test_a_discarded_file_leaves_nothing(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT
    download(file_server, tmp_path).discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_tried_again(
    file_server: FileServer, tmp_path: Path, status: int
) -> None:
    file_server.content = CONTENT
    file_server.replies = [Reply(status=status)]
    assert download(file_server, tmp_path).sha256 == SHA256


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_lasting_fault_is_not_tried_again(
    file_server: FileServer, tmp_path: Path, status: int
) -> None:
    file_server.replies = [Reply(status=status)]
    with pytest.raises(DownloadFailed, match=f"HTTP {status}"):
        download(file_server, tmp_path)
    assert len(file_server.asked) == 1


def test_pauses_grow_and_honour_the_server(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT
    file_server.replies = [
        Reply(status=503),
        Reply(status=503),
        Reply(status=503, headers={"Retry-After": "7"}),
        Reply(status=503, headers={"Retry-After": "100000"}),
    ]
    pauses: list[float] = []
    download(file_server, tmp_path, sleep=pauses.append)
    assert pauses == [1.0, 2.0, 7.0, 30.0]


def test_a_server_that_is_not_there_is_given_up(tmp_path: Path) -> None:
    with serving() as gone:
        pass
    with pytest.raises(DownloadFailed, match="5 tries"):
        download(gone, tmp_path)


def test_a_silent_server_is_given_up(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT
    file_server.replies = [Reply(wait_after=0)] * 5
    with httpx.Client(timeout=0.05) as client, pytest.raises(DownloadFailed, match="5 tries"):
        Downloader(client, sleep=lambda pause_s: None).download(
            file_server.url, tmp_path, expected=Expected(), progress=lambda done, total: None
        )


@pytest.mark.parametrize("url", ["ftp://example.org/x.zip", "x.zip", "http://[::1/x.zip"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(DownloadFailed):
        Downloader().download(url, tmp_path, expected=Expected(), progress=lambda done, total: None)


def test_a_redirect_is_followed(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT
    file_server.replies = [Reply(status=302, headers={"Location": "/elsewhere.zip"})]
    assert download(file_server, tmp_path).sha256 == SHA256


def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "https":
            return httpx.Response(302, headers={"Location": "http://example.org/x.zip"})
        return httpx.Response(200, content=CONTENT)

    transport = httpx.MockTransport(answer)
    with (
        httpx.Client(transport=transport, follow_redirects=True) as client,
        pytest.raises(DownloadFailed, match="unencrypted"),
    ):
        Downloader(client).download(
            "https://example.org/x.zip",
            tmp_path,
            expected=Expected(),
            progress=lambda done, total: None,
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        (Expected(sha256="0" * 64, origin="the registry"), f"{SHA256}; the registry says 000"),
        (Expected(size_bytes=5, origin="the command"), "300,000 bytes; the command says 5"),
    ],
)
def test_a_file_that_is_not_the_expected_one_is_deleted(
    file_server: FileServer, tmp_path: Path, expected: Expected, complaint: str
) -> None:
    file_server.content = CONTENT
    with pytest.raises(DownloadMismatch, match=complaint):
        download(file_server, tmp_path, expected=expected)
    assert list(tmp_path.iterdir()) == []


def test_the_size_is_checked_before_anything_is_loaded(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.content = CONTENT
    file_server.replies = [Reply(wait_after=0)]
    with pytest.raises(DownloadMismatch):
        download(file_server, tmp_path, expected=Expected(size_bytes=5, origin="the registry"))


def test_a_file_beyond_the_limit_is_refused(
    file_server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tarjama_server.model_store.fetch._LARGEST_BYTES", 1000)
    file_server.content = CONTENT
    file_server.replies = [Reply(), Reply(sized=False)]
    for _ in range(2):  # with a stated size, and without
        with pytest.raises(DownloadFailed, match="1,000"):
            download(file_server, tmp_path)
        assert list(tmp_path.iterdir()) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cuts=st.lists(st.integers(1, 60_000), max_size=4), ranges=st.booleans(), tag=st.booleans())
def test_wherever_it_breaks_the_file_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], ranges: bool, tag: bool
) -> None:
    with serving() as server:
        server.content, server.ranges = CONTENT, ranges
        server.etag = '"1"' if tag else None
        server.replies = [Reply(stop_after=cut) for cut in cuts]
        assert download(server, tmp_path_factory.mktemp("download")).sha256 == SHA256


def test_a_slow_file_arrives_whole(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT
    file_server.replies = [Reply(wait_after=100_000)]
    arrived = itertools.count()

    def go_on(done: int, total: int | None) -> None:
        if done >= 100_000 and next(arrived) == 0:
            file_server.go_on.set()

    assert download(file_server, tmp_path, progress=go_on).sha256 == SHA256
