"""A run that was ended goes on where it was; what was begun with something else does not."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tarjama_server.bulk.errors import FolderInUse, InputFault, JobChanged, WorkerFault
from tarjama_server.bulk.formats import Format
from tarjama_server.bulk.plan import Shard
from tarjama_server.bulk.report import ShardRecord
from tarjama_server.bulk.run import Execute
from tarjama_server.bulk.worker import ShardWorker, WorkerTask
from tarjama_server.config import Settings
from tarjama_server.engine import Decoding, EngineError, Hypothesis
from tarjama_server.glossary.terms import Term
from tarjama_server.model_store.store import InstalledModel
from tarjama_server.pipeline.model import ServedModel
from tests.server.bulk.conftest import MakeFile
from tests.server.bulk.corpus import ARABIC, Corpus, Killed, here, killed_after, with_engine
from tests.server.scripted_engine import ScriptedEngine

TEN = "".join(f"{ARABIC[number % 5]} {number}\n" for number in range(10))


@pytest.fixture
def undisturbed(tmp_path: Path, corpus: Corpus, write: MakeFile) -> dict[str, bytes]:
    """What a run gives that nothing happens to."""
    write("a.txt", TEN)
    write("b.txt", "سطر واحد\n")
    other = replace(corpus, out_name="undisturbed")
    other.run()
    return other.parts()


def test_finished_shards_are_not_done_again(corpus: Corpus, undisturbed: dict[str, bytes]) -> None:
    given: list[list[int]] = []

    def noted(execute: Execute) -> Execute:
        def noting(task: WorkerTask, shards: Sequence[Shard]) -> Iterator[ShardRecord]:
            given.append([shard.number for shard in shards])
            return execute(task, shards)

        return noting

    for count in (2, 0):
        with pytest.raises(Killed):
            corpus.run(noted(killed_after(count)))
    corpus.run(noted(here))
    corpus.run(noted(here))

    # Each was killed after its last shard was finished and before that was told.
    assert given == [[0, 1, 2, 3, 4, 5], [3, 4, 5], [4, 5]]
    assert corpus.parts() == undisturbed


def test_a_run_goes_on_with_the_counts_of_those_before(
    corpus: Corpus, undisturbed: dict[str, bytes]
) -> None:
    with pytest.raises(Killed):
        corpus.run(killed_after(2))
    told: list[tuple[int, int]] = []
    report = corpus.run(begun=lambda rows, done: told.append((rows, done)))

    # The third was finished, too: the run was ended before it was told.
    assert told == [(11, 6)]
    assert (report.counts.rows, report.shards, report.shards_done_before) == (11, 6, 3)
    assert json.loads((corpus.out / "_tarjama" / "report.json").read_text()) == report.as_json()


def _remove_record(out: Path) -> None:
    (out / "_tarjama" / "done" / "00001.json").unlink()


def _remove_part(out: Path) -> None:
    (out / "part-00001.txt").unlink()


def _cut_part(out: Path) -> None:
    (out / "part-00001.txt").write_bytes(b"ab")


def _leave_unfinished(out: Path) -> None:
    _remove_record(out)
    (out / "_tarjama" / "unfinished" / "part-00001.txt.1234").write_bytes(b"half")


@pytest.mark.parametrize("damage", [_remove_record, _remove_part, _cut_part, _leave_unfinished])
def test_what_is_not_whole_is_done_again_and_nothing_else(
    corpus: Corpus, undisturbed: dict[str, bytes], damage: Callable[[Path], None]
) -> None:
    corpus.run()
    damage(corpus.out)
    others = {path: path.stat().st_ino for path in corpus.out.glob("part-*[!1].txt")}
    report = corpus.run()

    assert report.shards_done_before == 5
    assert corpus.parts() == undisturbed
    assert {path: path.stat().st_ino for path in others} == others
    assert list((corpus.out / "_tarjama" / "unfinished").glob("part-*")) == []


def test_a_second_worker_that_is_given_a_finished_shard_leaves_it_alone(
    corpus: Corpus, undisturbed: dict[str, bytes]
) -> None:
    def twice(task: WorkerTask, shards: Sequence[Shard]) -> Iterator[ShardRecord]:
        first = list(here(task, shards))
        before = {path: path.stat().st_ino for path in corpus.out.glob("part-*")}
        assert list(here(task, shards)) == first
        assert {path: path.stat().st_ino for path in before} == before
        yield from first

    corpus.run(twice)
    assert corpus.parts() == undisturbed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam_size": 1}, "another option beam_size"),
        ({"shard_rows": 3}, "another option shard_rows"),
        ({"terms": (Term("سر", "secret"),)}, "another option terms"),
        ({"output_format": Format.JSON_LINES}, "another option output_format"),
    ],
)
def test_another_option_is_refused_by_name(
    corpus: Corpus, undisturbed: dict[str, bytes], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(Killed):
        corpus.run(killed_after(2))
    before = corpus.parts()
    with pytest.raises(JobChanged, match=message) as caught:
        corpus.run(**options)

    assert corpus.parts() == before
    assert "سر" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", TEN.replace("1", "2"), r"the input file a\.txt has changed"),
        ("c.txt", "x\n", r"the input file c\.txt is new"),
        ("b.txt", None, r"the input file b\.txt is gone"),
    ],
)
def test_another_input_is_refused_by_name(
    corpus: Corpus,
    undisturbed: dict[str, bytes],
    write: MakeFile,
    name: str,
    content: str | None,
    message: str,
) -> None:
    corpus.run()
    write(name, content or "")
    if content is None:
        (corpus.folder / "in" / name).unlink()
    with pytest.raises(JobChanged, match=message):
        corpus.run()


def test_a_folder_that_another_run_holds_is_refused(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", TEN)
    corpus.run()
    with (
        FileLock(corpus.out / "_tarjama" / "lock"),
        pytest.raises(FolderInUse, match="another run works on"),
    ):
        corpus.run()


def test_a_folder_with_something_else_is_refused(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", TEN)
    corpus.out.mkdir()
    (corpus.out / "thesis.txt").write_text("mine")
    with pytest.raises(FolderInUse, match="holds something already"):
        corpus.run()

    assert [path.name for path in corpus.out.iterdir()] == ["thesis.txt"]


def test_an_output_inside_the_input_is_refused(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", TEN)
    corpus.out_name = "in/out"
    with pytest.raises(InputFault, match="lies in the input"):
        corpus.run()


def test_a_worker_with_another_model_takes_no_part(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", TEN)

    def elsewhere(task: WorkerTask, shards: Sequence[Shard]) -> Iterator[ShardRecord]:
        return here(replace(task, checksum="0" * 64), shards)

    with pytest.raises(WorkerFault, match="give all machines the same models"):
        corpus.run(elsewhere)
    assert corpus.parts() == {}


class FailingEngine(ScriptedEngine):
    """Fails from the second batch on."""

    def translate(
        self, batch: Sequence[Sequence[str]], decoding: Decoding
    ) -> list[list[Hypothesis]]:
        if any(len(tokens) < 5 for tokens in batch):
            raise EngineError("out of memory")
        return super().translate(batch, decoding)


def test_a_failure_of_the_engine_ends_the_run_and_keeps_what_is_done(
    corpus: Corpus, write: MakeFile, undisturbed: dict[str, bytes]
) -> None:
    corpus.load = with_engine(FailingEngine())
    with pytest.raises(WorkerFault, match="shard 0: out of memory"):
        corpus.run()
    corpus.load = with_engine(ScriptedEngine())
    corpus.run()

    assert corpus.parts() == undisturbed


def test_a_shard_that_ends_its_workers_is_given_up(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", TEN)

    def dying(task: WorkerTask, shards: Sequence[Shard]) -> Iterator[ShardRecord]:
        for _ in range(5):
            worker = ShardWorker(replace(task, load=_die))
            with pytest.raises(Killed):
                worker.process(shards[0])
        yield ShardWorker(task).process(shards[0])

    with pytest.raises(WorkerFault, match="5 workers ended while they had it"):
        corpus.run(dying)
    assert corpus.run().counts.rows == 10


def _die(installed: InstalledModel, settings: Settings) -> ServedModel:
    raise Killed
