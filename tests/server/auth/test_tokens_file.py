"""The file of hashed tokens, and how a server follows it."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from tarjama_server.auth.known_tokens import KnownTokens
from tarjama_server.auth.tokens_file import (
    TokensFile,
    TokensFileError,
    TokensFileMissing,
    token_sha256,
)


@pytest.fixture
def file(tmp_path: Path) -> TokensFile:
    return TokensFile(tmp_path / "tokens.json")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Follower:
    """A server's view of the file, and the clock that it goes by."""

    def __init__(self, file: TokensFile) -> None:
        self.clock = Clock()
        self.tokens = KnownTokens(file, clock=self.clock)

    def knows(self, token: str) -> bool:
        return self.tokens.find(token_sha256(token)) is not None

    def knows_a_second_later(self, token: str) -> bool:
        self.clock.now += 1
        return self.knows(token)


def test_tokens_are_long_random_and_sendable(file: TokensFile) -> None:
    tokens = {file.add(f"name-{number}") for number in range(20)}
    assert len(tokens) == 20
    for token in tokens:
        assert token.startswith("tarjama_")
        # 256 bits take 43 characters of 6 bits.
        assert len(token.removeprefix("tarjama_")) == 43
        assert token.isascii() and token.replace("-", "").replace("_", "").isalnum()


def test_the_file_holds_hashes_and_no_token(file: TokensFile) -> None:
    token = file.add("newsroom")
    text = file.path.read_text()
    assert token not in text
    assert token_sha256(token) in text


@pytest.mark.skipif(os.name == "nt", reason="modes are Unix's")
def test_only_its_owner_may_read_the_file(file: TokensFile) -> None:
    file.add("newsroom")
    file.path.chmod(0o644)
    file.add("archive")
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_root_changes_stays_its_owners(file: TokensFile) -> None:
    file.add("newsroom")
    os.chown(file.path, 65534, 65533)
    file.add("archive")
    status = file.path.stat()
    assert (status.st_uid, status.st_gid) == (65534, 65533)


def test_a_link_to_the_file_stays_one(file: TokensFile, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    file.path.symlink_to(tmp_path / "real" / "tokens.json")
    file.add("newsroom")
    assert file.path.is_symlink()
    assert [record.name for record in TokensFile(tmp_path / "real" / "tokens.json").read()] == [
        "newsroom"
    ]


@pytest.mark.parametrize("name", ["", "a b", "Newsroom", "-x", "a" * 65, "a\n", "صحيفة", "a/b"])
def test_a_name_that_would_not_do_in_a_log_is_refused(name: str, file: TokensFile) -> None:
    with pytest.raises(TokensFileError, match="1 to 64"):
        file.add(name)
    assert not file.path.exists()


def test_a_name_is_not_given_twice(file: TokensFile) -> None:
    file.add("newsroom")
    before = file.path.read_bytes()
    with pytest.raises(TokensFileError, match="tokens revoke newsroom"):
        file.add("newsroom")
    assert file.path.read_bytes() == before


def test_what_is_not_there_is_not_revoked(file: TokensFile) -> None:
    with pytest.raises(TokensFileMissing, match="tokens add"):
        file.revoke("newsroom")
    file.add("archive")
    with pytest.raises(TokensFileError, match="newsroom"):
        file.revoke("newsroom")


def test_commands_at_once_lose_nothing(file: TokensFile) -> None:
    threads = [threading.Thread(target=file.add, args=(f"name-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(file.read()) == 8


def test_a_failed_write_leaves_the_file_as_it_was(
    file: TokensFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.add("newsroom")
    before = file.path.read_bytes()

    def no_room(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(TokensFileError, match="No space left"):
        file.add("archive")
    assert file.path.read_bytes() == before
    assert not list(file.path.parent.glob(".tokens-*"))


def entry(**changes: object) -> dict[str, object]:
    created = "2026-11-22T10:00:00Z"
    return {"name": "newsroom", "sha256": "0" * 64, "created": created} | changes


def test_a_file_from_before_there_were_quotas_is_read(file: TokensFile) -> None:
    file.path.write_text(json.dumps({"tokens": [entry()]}))
    (record,) = file.read()
    assert (record.max_calls, record.characters_per_minute) == (None, None)
    file.add("archive")
    assert "max_calls" not in file.path.read_text()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[]", "the whole"),
        ("{}", "tokens"),
        (json.dumps({"tokens": [entry(sha256="secret")]}), r"tokens\.0\.sha256"),
        (json.dumps({"tokens": [entry(created="yesterday")]}), r"tokens\.0\.created"),
        (json.dumps({"tokens": [entry(created="2026-11-22T10:00:00")]}), r"tokens\.0\.created"),
        (json.dumps({"tokens": [entry(expiry="2026-11-22")]}), r"tokens\.0\.expiry"),
        (json.dumps({"tokens": [entry(max_priority="high")]}), r"tokens\.0\.max_priority"),
        (json.dumps({"tokens": [entry(max_calls=0)]}), r"tokens\.0\.max_calls"),
        (json.dumps({"tokens": [entry(characters_per_minute="x")]}), "characters_per_minute"),
        (json.dumps({"tokens": [entry(), entry(sha256="1" * 64)]}), "the same name"),
        (json.dumps({"tokens": [entry(), entry(name="other")]}), "the same sha256"),
    ],
)
def test_a_file_that_is_wrong_is_refused_and_its_fault_named(
    content: str, named: str, file: TokensFile
) -> None:
    file.path.write_text(content)
    with pytest.raises(TokensFileError, match=named) as refused:
        file.read()
    assert str(file.path) in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_server_follows_the_file(file: TokensFile) -> None:
    first = file.add("first")
    follower = Follower(file)
    second = file.add("second")
    assert follower.knows(first)
    assert follower.knows_a_second_later(second)
    file.revoke("first")
    assert not follower.knows_a_second_later(first)
    assert follower.knows(second)


def test_a_file_that_breaks_leaves_the_tokens_as_they_were(file: TokensFile) -> None:
    token = file.add("newsroom")
    follower = Follower(file)
    good = file.path.read_bytes()
    file.path.write_bytes(good[:-20])
    assert follower.knows_a_second_later(token)
    file.path.write_bytes(good.replace(b"newsroom", b"newspaper"))
    assert follower.knows_a_second_later(token)
    file.path.write_text('{"tokens": []}')
    assert not follower.knows_a_second_later(token)


def test_a_file_that_is_removed_lets_nobody_in_until_it_is_back(file: TokensFile) -> None:
    token = file.add("newsroom")
    follower = Follower(file)
    elsewhere = file.path.rename(file.path.with_suffix(".away"))
    assert not follower.knows_a_second_later(token)
    elsewhere.rename(file.path)
    assert follower.knows_a_second_later(token)


def test_a_server_does_not_begin_without_its_file(file: TokensFile) -> None:
    with pytest.raises(TokensFileMissing, match="tokens add NAME --tokens-file"):
        KnownTokens(file)
