"""Shows where the server's Python time goes at saturation.

    python -m tests.bench.profile [--data DIR] [--documents] [--seconds 20] [--native]

Runs py-spy on a server with 64 callers of a sentence each, or 8 of a document: twice, once for
samples in which a thread holds the interpreter's lock, once for those in which it is at work in any
way. On a machine that does other things, too, a thread may hold the lock while it waits for a core,
and all figures grow. py-spy must be allowed to trace processes of its own user (the capability
SYS_PTRACE, in a container).
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.config import load_settings
from tarjama_server.model_store.store import ModelStore
from tests.bench.bench import BUNDLED_MODEL
from tests.bench.load import Call, LoadError, open_caller, unary_request
from tests.bench.profile_parts import ENGINE, WAITING, count_leaves, count_parts
from tests.bench.sentences import SentencesError, load_sentences
from tests.faults.observed import ObservedServer, observed_server

_DOCUMENT_LINES: Final = 50
_SAMPLES_PER_S: Final = 200
_LEAVES_SHOWN: Final = 25
_WARM_UP_S: Final = 2.0


class ProfileError(Exception):
    """py-spy cannot be run. The message says why."""


@dataclass(frozen=True, slots=True)
class Work:
    """What callers ask for.

    Attributes:
        caller_count: each with one call at a time.
        sentences_each: of a call.
        requests: taken over and again.
    """

    caller_count: int
    sentences_each: int
    requests: Sequence[bytes]

    def __str__(self) -> str:
        each = "a sentence" if self.sentences_each == 1 else f"{self.sentences_each} sentences"
        return f"{self.caller_count} callers of {each} each"


def choose_work(texts: Sequence[str], *, in_documents: bool) -> Work:
    """Make sentences into calls of one each, or of documents at bulk priority."""
    if not in_documents:
        return Work(64, 1, [unary_request([text]) for text in texts])
    size = min(_DOCUMENT_LINES, len(texts))
    starts = range(0, len(texts) - size + 1, size)
    documents = ["\n".join(texts[start : start + size]) for start in starts]
    return Work(8, size, [unary_request([each], priority=pb.PRIORITY_BULK) for each in documents])


@dataclass(frozen=True, slots=True)
class Recording:
    """What py-spy saw.

    Attributes:
        stacks: in its raw format.
        duration_s: of the recording.
        sentence_count: translated meanwhile, by the server's own count.
        cpu_s: CPU-seconds of the server meanwhile.
    """

    stacks: str
    duration_s: float
    sentence_count: int
    cpu_s: float

    def milliseconds(self, sample_count: int) -> float:
        """What so many samples are, a sentence."""
        return sample_count / _SAMPLES_PER_S * 1e3 / max(self.sentence_count, 1)


async def record(
    server: ObservedServer, work: Work, *, seconds: int, flags: Sequence[str]
) -> Recording:
    """Profile the server while callers keep it busy.

    Raises:
        ProfileError: py-spy is not installed, or must not trace.
        LoadError: a call failed.
    """
    following = itertools.cycle(work.requests)

    async def keep_calling(call: Call) -> None:
        while True:
            await call(next(following))

    async with AsyncExitStack() as stack:
        calls = [
            await stack.enter_async_context(open_caller(server.address))
            for _ in range(work.caller_count)
        ]
        callers = asyncio.gather(*map(keep_calling, calls))
        recorder: asyncio.Task[str] | None = None
        try:
            await asyncio.wait({callers}, timeout=_WARM_UP_S)
            count, cpu_s = _sentence_count(server), server.cpu_s
            recorder = asyncio.create_task(_record(server, seconds, flags))
            ends: set[asyncio.Future[Any]] = {callers, recorder}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if callers.done():
                callers.result()
            return Recording(
                recorder.result(), seconds, _sentence_count(server) - count, server.cpu_s - cpu_s
            )
        finally:
            callers.cancel()
            await asyncio.gather(callers, *([recorder] if recorder else []), return_exceptions=True)


def _sentence_count(server: ObservedServer) -> int:
    return int(server.samples().total("batch_sentences_sum"))


async def _record(server: ObservedServer, seconds: int, flags: Sequence[str]) -> str:
    """Run py-spy; give its stacks."""
    program = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or "py-spy"
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "stacks.txt")
        command = (
            *(program, "record", "--pid", str(server.process.process.pid), "--format", "raw"),
            *("--rate", str(_SAMPLES_PER_S), "--duration", str(seconds), "--output", str(output)),
            *flags,
        )
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
            )
        except OSError as error:
            raise ProfileError(f"cannot run py-spy: {error}; install the group `bench`") from error
        said, _ = await process.communicate()
        if process.returncode:
            raise ProfileError(f"py-spy failed:\n{said.decode(errors='replace').strip()}")
        return output.read_text(encoding="utf-8")


def to_markdown(work: Work, held: Recording, active: Recording, workers: int) -> str:
    """Set both recordings in tables."""
    parts = count_parts(held.stacks), count_parts(active.stacks)
    held_share = parts[0].total() / _SAMPLES_PER_S / held.duration_s
    rows = [
        [
            name,
            f"{parts[0][name] / max(parts[0].total(), 1):.1%}",
            f"{held.milliseconds(parts[0][name]):.3f}",
            f"{active.milliseconds(parts[1][name]):.3f}",
        ]
        for name, _ in (parts[0] + parts[1]).most_common()
    ]
    worked = parts[1].total() - parts[1][WAITING]
    outside = worked - parts[1][ENGINE]
    return "\n\n".join(
        (
            "# Profile",
            f"{work}, {workers} workers, {held.duration_s:.0f} s at "
            f"{_SAMPLES_PER_S} samples a second, {held.sentence_count / held.duration_s:.1f} "
            f"sentences/s. The interpreter's lock is held {held_share:.1%} of the time. Threads "
            f"are at work outside the engine for {active.milliseconds(outside):.3f} ms a "
            f"sentence, {outside / max(worked, 1):.1%} of all work sampled; by the "
            "operating system's count the server takes "
            f"{active.cpu_s / max(active.sentence_count, 1) * 1e3:.3f} ms of CPU a sentence.",
            _table(("part", "of the lock's time", "ms with the lock", "ms at work"), rows),
            "## Functions with the lock",
            _leaf_table(held, count_leaves(held.stacks)),
        )
    )


def _leaf_table(recording: Recording, leaves: Counter[str]) -> str:
    return _table(
        ("function", "of the lock's time", "ms a sentence"),
        [
            [
                f"`{name}`",
                f"{count / leaves.total():.1%}",
                f"{recording.milliseconds(count):.3f}",
            ]
            for name, count in leaves.most_common(_LEAVES_SHOWN)
        ],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of flores200_dev.ar and flores200_devtest.ar.  [default: the sample in the "
    "repository]",
)
@click.option("--documents", is_flag=True, help="8 callers of 50-line documents.")
@click.option("--seconds", type=click.IntRange(1), default=20, show_default=True)
@click.option("--workers", type=click.IntRange(1), help="Batches in flight.  [default: the cores]")
@click.option("--native", is_flag=True, help="Sample extensions as well; slows the server.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write the raw stacks to, for flame graphs.",
)
def main(
    *,
    data: Path | None,
    documents: bool,
    seconds: int,
    workers: int | None,
    native: bool,
    out: Path | None,
) -> None:
    """Show where the server's Python time goes at saturation."""
    flags = ["--native"] if native else []
    arguments = ["--workers", str(workers)] if workers else []
    try:
        with tempfile.TemporaryDirectory() as name:
            model = ModelStore(Path(name, "models")).find(BUNDLED_MODEL)
            sentences = load_sentences(data, model).sentences
            work = choose_work([each.text for each in sentences], in_documents=documents)
            with observed_server(Path(name, "server"), *arguments) as server:
                held, active = (
                    asyncio.run(record(server, work, seconds=seconds, flags=each))
                    for each in ([*flags, "--gil"], flags)
                )
    except (SentencesError, LoadError, ProfileError) as error:
        raise click.ClickException(str(error)) from error
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "lock.txt").write_text(held.stacks, encoding="utf-8")
        (out / "work.txt").write_text(active.stacks, encoding="utf-8")
    click.echo(to_markdown(work, held, active, workers or load_settings(None, {}).workers))


if __name__ == "__main__":
    main()
