"""An HTTP server of one file: it breaks and stalls on demand, and remembers what was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WAIT_S = 20.0


@dataclass
class Reply:
    """How one request is answered.

    Attributes:
        status: an error to answer with; None for the file.
        headers: added to those of an error.
        stop_after: bytes of the body after which the connection is cut; None for never.
        wait_after: bytes of the body after which the server waits for `go_on`; None for never.
        sized: whether the size is stated.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    stop_after: int | None = None
    wait_after: int | None = None
    sized: bool = True


@dataclass
class FileServer:
    """What is served and what was asked.

    Attributes:
        content: the file.
        etag: its entity tag; None for none.
        ranges: whether requests for a range are understood.
        replies: for the requests in order; when used up, the file as it is.
        asked: the headers of each request.
    """

    content: bytes = b""
    etag: str | None = '"1"'
    ranges: bool = True
    replies: list[Reply] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    go_on: threading.Event = field(default_factory=threading.Event)

    @property
    def asked_ranges(self) -> list[str | None]:
        """The Range header of each request."""
        return [headers.get("Range") for headers in self.asked]


@contextmanager
def serving() -> Iterator[FileServer]:
    served = FileServer()

    class Handler(_Handler):
        file_server = served

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}/release.zip"
    try:
        yield served
    finally:
        served.go_on.set()
        server.shutdown()
        thread.join(WAIT_S)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    file_server: FileServer

    def do_GET(self) -> None:
        served = self.file_server
        served.asked.append(dict(self.headers))
        reply = served.replies.pop(0) if served.replies else Reply()
        if reply.status is not None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = self._start()
        if start > 0 and start >= len(served.content):
            self.send_response(416)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._send_head(start, reply)
        self._send_body(served.content[start:], reply)

    def _start(self) -> int:
        """Where to begin: at 0 unless a range of this very version is asked for."""
        served = self.file_server
        wanted = self.headers.get("Range")
        if not served.ranges or wanted is None:
            return 0
        if self.headers.get("If-Range") not in (None, served.etag):
            return 0
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def _send_head(self, start: int, reply: Reply) -> None:
        size = len(self.file_server.content)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        if self.file_server.etag is not None:
            self.send_header("ETag", self.file_server.etag)
        if reply.sized:
            self.send_header("Content-Length", str(size - start))
        self.end_headers()

    def _send_body(self, body: bytes, reply: Reply) -> None:
        try:
            if reply.stop_after is not None:
                self.wfile.write(body[: reply.stop_after])
            elif reply.wait_after is not None:
                self.wfile.write(body[: reply.wait_after])
                self.wfile.flush()
                self.file_server.go_on.wait(WAIT_S)
                self.wfile.write(body[reply.wait_after :])
            else:
                self.wfile.write(body)
        except ConnectionError:
            pass  # the client was killed, as the test wanted
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""
