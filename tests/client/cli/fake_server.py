"""Stands in for `tarjama-server serve`, as a program: misbehaves as its first argument says."""

import json
import os
import sys
import threading
from pathlib import Path

from tests.client.cli.scripted_server import Script, serving


def main(behaviour: str, record: str, arguments: list[str]) -> int:
    """Runs until standard input closes, and records how it was called."""
    token = os.environ.get("TARJAMA_SERVER_TOKEN")
    called = {"arguments": arguments, "token": token, "pid": os.getpid()}
    Path(record).write_text(json.dumps(called))
    if behaviour == "fails":
        print("first line of the log\nthe model is broken", file=sys.stderr)
        return 1
    if behaviour == "hangs":
        sys.stdin.read()
        return 0
    if behaviour == "babbles":
        print("hello", flush=True)
        sys.stdin.read()
        return 0
    with serving(Script(token=token), arguments[arguments.index("--listen") + 1]) as script:
        script.set_serving(behaviour != "is never serving")
        print(f"ready {script.address}", flush=True)
        if behaviour == "dies at work":
            script.held.wait()
            print("out of memory", file=sys.stderr, flush=True)
            os._exit(9)
        if behaviour == "ignores the end":
            threading.Event().wait()
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
