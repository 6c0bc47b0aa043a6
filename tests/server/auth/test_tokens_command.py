"""`tarjama-server tokens` as an administrator uses it."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tarjama_server.auth.tokens_file import TokensFile, token_sha256
from tarjama_server.commands.tokens import tokens


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def run(*arguments: str, path: Path) -> Result:
    return CliRunner().invoke(tokens, [*arguments, "--tokens-file", str(path)])


def test_a_token_is_printed_once_and_alone(path: Path) -> None:
    added = run("add", "newsroom", path=path)
    assert added.exit_code == 0
    token = added.stdout.removesuffix("\n")
    (record,) = TokensFile(path).read()
    assert record.sha256 == token_sha256(token)
    assert (record.name, record.max_priority, record.expires) == ("newsroom", "interactive", None)
    assert token not in added.stderr + run("list", path=path).stdout + path.read_text()


def test_tokens_are_listed_and_revoked(path: Path) -> None:
    empty = run("list", path=path)
    assert (empty.exit_code, empty.stdout) == (1, "")
    assert "tokens add" in empty.stderr
    run("add", "newsroom", path=path)
    run("add", "archive", "--max-priority", "bulk", "--valid-days", "30", path=path)
    header, first, second = run("list", path=path).stdout.splitlines()
    assert re.split("  +", header) == [
        *("NAME", "CREATED", "EXPIRES", "MAX PRIORITY", "MAX CALLS", "CHARACTERS/MIN")
    ]
    assert first.split()[0::2] == ["newsroom", "never", "any"]
    assert second.split()[0::3] == ["archive", "bulk"]
    rows = json.loads(run("list", "--json", path=path).stdout)
    assert [row["name"] for row in rows] == ["newsroom", "archive"]
    assert [row["expired"] for row in rows] == [False, False]
    revoked = run("revoke", "newsroom", path=path)
    assert (revoked.exit_code, revoked.stdout) == (0, "")
    assert [record.name for record in TokensFile(path).read()] == ["archive"]


def test_a_token_s_quotas_are_kept_and_listed(path: Path) -> None:
    quotas = ("--max-calls", "4", "--characters-per-minute", "60000")
    run("add", "archive", *quotas, path=path)
    run("add", "newsroom", path=path)
    archive, newsroom = TokensFile(path).read()
    assert (archive.max_calls, archive.characters_per_minute) == (4, 60_000)
    assert (newsroom.max_calls, newsroom.characters_per_minute) == (None, None)
    _, first, second = run("list", path=path).stdout.splitlines()
    assert first.split()[-2:] == ["4", "60000"]
    assert second.split()[-2:] == ["any", "any"]
    rows = json.loads(run("list", "--json", path=path).stdout)
    assert [row["max_calls"] for row in rows] == [4, None]
    assert [row["characters_per_minute"] for row in rows] == [60_000, None]


@pytest.mark.parametrize(
    ("args", "code", "named"),
    [
        (["add", "News Room"], 1, "News Room"),
        (["add", "newsroom", "--max-priority", "top"], 2, "--max-priority"),
        (["add", "newsroom", "--valid-days", "0"], 2, "--valid-days"),
        (["add", "newsroom", "--max-calls", "0"], 2, "--max-calls"),
        (["add", "newsroom", "--characters-per-minute", "-1"], 2, "--characters-per-minute"),
        (["add"], 2, "NAME"),
        (["revoke", "nobody"], 1, "tokens add"),
    ],
)
def test_what_cannot_be_done_is_said(args: list[str], code: int, named: str, path: Path) -> None:
    ended = run(*args, path=path)
    assert (ended.exit_code, ended.stdout) == (code, "")
    assert named in ended.stderr
    assert not path.exists()


def test_the_file_is_named_by_the_servers_own_variable(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TARJAMA_SERVER_TOKENS_FILE", raising=False)
    assert CliRunner().invoke(tokens, ["add", "newsroom"]).exit_code == 2
    monkeypatch.setenv("TARJAMA_SERVER_TOKENS_FILE", str(path))
    assert CliRunner().invoke(tokens, ["add", "newsroom"]).exit_code == 0
    assert path.exists()
