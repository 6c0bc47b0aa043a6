"""Sets the figures in Markdown tables, and in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from tests.bench.findings import (
    DOCUMENTS,
    SENTENCES_64,
    Ceiling,
    Findings,
    Peer,
    Scenario,
    Setting,
    Spread,
)
from tests.bench.targets import check_targets

# Of the samples of memory, a table shows every tenth.
_MEMORY_STEP = 10


def to_json(findings: Findings) -> str:
    """Give the figures and the targets in JSON, unrounded."""
    everything = asdict(findings) | {
        "targets": [asdict(target) for target in check_targets(findings)],
        "cost": [
            {"name": name, "words_per_s": words_per_s, "core_hours_per_million_words": hours}
            for name, words_per_s, hours in _costs(findings)
        ],
    }
    return json.dumps(everything, ensure_ascii=False, indent=2) + "\n"


def to_markdown(findings: Findings) -> str:
    """Give the figures in Markdown."""
    parts = ["# Speed", *_introduction(findings.setting)]
    for title, *blocks in (
        ("Targets", _targets(findings)),
        ("Beside the engine alone", *_scenarios(findings)),
        ("A lone call", *_lone(findings)),
        ("Short calls beside a bulk document", *_short_calls(findings)),
        ("One streamed document", *_stream(findings)),
        ("By number of callers", _curve(findings)),
        ("Beside other systems, 8 callers", *_peers(findings)),
        ("Cost", *_cost(findings)),
    ):
        parts += [f"## {title}", *blocks]
    return "\n\n".join(parts) + "\n"


def _introduction(setting: Setting) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in setting.versions.items())
    return [
        f"{setting.sentence_source}: {setting.sentence_count:,} sentences, "
        f"{setting.word_count:,} words, {setting.token_count:,} source tokens. They are the pieces "
        "that the server's segmenter makes of the lines, so that the engine alone and the server "
        f"translate the same; {setting.dropped_count} that the server takes apart again are left "
        "out. The engine alone is CTranslate2 called directly, all sentences known beforehand, "
        "sorted and batched by it at its best batch size, SentencePiece before and behind. "
        "The same weights, decoding and threads; no cache.",
        f"Model {setting.model} ({setting.model_checksum[:12]}), beam {setting.beam_size}; "
        f"{setting.workers} workers of {setting.threads_per_worker} threads on "
        f"{setting.processor}, which the load generator shares. {setting.round_count} rounds: "
        "medians, with the least and the greatest in parentheses; every ratio is of runs next to "
        f"each other. Load average before: {setting.load_average:.2f}. {versions}.",
    ]


def _targets(findings: Findings) -> str:
    return _table(
        ["", "reached", "target", ""],
        [
            [target.name, target.reached, target.wanted, "met" if target.is_met else "**missed**"]
            for target in check_targets(findings)
        ],
    )


def _scenarios(findings: Findings) -> Iterator[str]:
    ceiling = findings.ceiling
    sizes = ", ".join(f"{each.max_batch_tokens}: {each.rate:.1f}" for each in ceiling.batch_sizes)
    yield (
        f"Batch sizes tried for the engine alone, in tokens, and sentences a second: {sizes}. "
        f"Documents have {findings.setting.document_lines} lines and bulk priority. CPU is that of "
        "the server over that of the engine alone, a sentence. The generator's share is that of "
        "the cores' time."
    )
    yield _table(
        [
            *("", "sentences/s", "share of the ceiling", "CPU over the ceiling's"),
            *("generator", "p50", "p95"),
        ],
        [
            [
                "the engine alone",
                _spread(ceiling.rate, 1),
                "1",
                f"1 ({ceiling.cpu_per_sentence_s.median * 1e3:.2f} ms)",
                *("-", "-", "-"),
            ],
            *(_scenario_row(scenario) for scenario in findings.scenarios),
        ],
    )
    agreement = findings.agreement
    yield (
        f"Answers: {agreement.equal_count:,} as the engine alone gives them, "
        f"{agreement.repaired_count} repaired and flagged, {agreement.other_count} otherwise."
    )


def _scenario_row(scenario: Scenario) -> list[str]:
    return [
        scenario.name,
        _spread(scenario.rate, 1),
        _spread(scenario.share, 3),
        _spread(scenario.cpu_share, 3),
        f"{scenario.generator_share.median:.1%}",
        _milliseconds(scenario.p50_s),
        _milliseconds(scenario.p95_s),
    ]


def _lone(findings: Findings) -> Iterator[str]:
    lone = findings.lone
    yield f"{lone.sentence_count} sentences one at a time; median of each round."
    yield _table(
        ["the engine alone", "through the server", "added"],
        [[_milliseconds(each, 2) for each in (lone.direct_s, lone.server_s, lone.added_s)]],
    )


def _short_calls(findings: Findings) -> Iterator[str]:
    short = findings.short_calls
    yield (
        f"The {short.call_count} shortest sentences, one at a time, at interactive priority. "
        f"A batch of the server took {short.batch_s * 1e3:.1f} ms meanwhile, and the document "
        f"advanced by {short.bulk_bytes_per_s / 1e3:.1f} kB/s."
    )
    yield _table(
        ["", "p50", "p95"],
        [
            ["idle", f"{short.idle_p50_s * 1e3:.1f} ms", f"{short.idle_p95_s * 1e3:.1f} ms"],
            [
                "beside a bulk document",
                f"{short.beside_p50_s * 1e3:.1f} ms",
                f"{short.beside_p95_s * 1e3:.1f} ms",
            ],
        ],
    )


def _stream(findings: Findings) -> Iterator[str]:
    stream = findings.stream
    yield (
        f"{stream.document_bytes:,} bytes, the sentences over and again: {stream.rate:.1f} "
        f"sentences/s, {stream.share:.3f} of the ceiling, {stream.cpu_share:.3f} times its CPU. "
        "From the second fifth of the document to the last the server's memory grows by "
        f"{stream.growth:+.1%} (medians)."
    )
    yield _table(
        ["answered", "server MiB"],
        [[f"{share:.0%}", f"{mib:.0f}"] for share, mib in stream.memory[::_MEMORY_STEP]],
    )


def _curve(findings: Findings) -> str:
    return _table(
        ["callers", "sentences/s", "p50", "p95"],
        [
            [
                str(point.caller_count),
                f"{point.rate:.1f}",
                f"{point.p50_s * 1e3:.1f} ms",
                f"{point.p95_s * 1e3:.1f} ms",
            ]
            for point in findings.curve
        ],
    )


def _peers(findings: Findings) -> Iterator[str]:
    peers = findings.peers
    if peers is None:
        yield "Not measured: see `--peers`."
        return
    if peers.equivalence is not None:
        found = peers.equivalence
        yield (
            f"transformers computes the same: with float32 weights, {found.equal_count} of "
            f"{found.sentence_count} greedy outputs are CTranslate2's, and the mean "
            "log-probability of a translation differs by "
            f"{found.greatest_score_difference:.1e} at most. Version 5 has no translation "
            "pipeline any more; what it did is done here: tokenizer, `generate`, decoding."
        )
    yield from peers.notes
    if peers.measured:
        yield _table(
            [
                *("", "run as", "sentences", "its sentences/s", "ours", "ours over its"),
                *("the engine alone over its", "its CPU", "outputs equal to the engine's"),
            ],
            [_peer_row(peer, findings.ceiling) for peer in peers.measured],
        )


def _peer_row(peer: Peer, ceiling: Ceiling) -> list[str]:
    return [
        peer.name,
        peer.how,
        str(peer.sentence_count),
        _spread(peer.rate, 1),
        _spread(peer.server_rate, 1),
        _spread(peer.ratio, 1),
        f"{ceiling.rate.median / peer.rate.median:.1f}",
        f"{peer.cpu_per_sentence_s.median * 1e3:.2f} ms",
        f"{peer.equal_share:.0%}",
    ]


def _cost(findings: Findings) -> Iterator[str]:
    price = findings.setting.core_hour_usd
    yield (
        f"Per million Arabic words, at an assumed {price:g} USD for a core-hour, all "
        f"{findings.setting.cores} cores counted though the load generator takes some."
    )
    yield _table(
        ["", "words/s", "core-hours", "USD"],
        [
            [name, f"{words_per_s:,.0f}", f"{hours:.2f}", f"{hours * price:.4f}"]
            for name, words_per_s, hours in _costs(findings)
        ],
    )


def _costs(findings: Findings) -> Iterator[tuple[str, float, float]]:
    """Yield names, words a second, and core-hours for a million words."""
    setting = findings.setting
    rates = {
        "the engine alone": findings.ceiling.rate.median,
        SENTENCES_64: findings.scenario(SENTENCES_64).rate.median,
        DOCUMENTS: findings.scenario(DOCUMENTS).rate.median,
        "one streamed document": findings.stream.rate,
    }
    if findings.peers is not None:
        measured = findings.peers.measured
        rates |= {f"{peer.name}: {peer.how}": peer.rate.median for peer in measured}
    for name, rate in rates.items():
        words_per_s = rate * setting.word_count / setting.sentence_count
        yield name, words_per_s, setting.cores * 1e6 / words_per_s / 3600


def _spread(spread: Spread, digits: int) -> str:
    low, high = f"{spread.low:.{digits}f}", f"{spread.high:.{digits}f}"
    return f"{spread.median:.{digits}f} ({low} to {high})"


def _milliseconds(spread: Spread, digits: int = 1) -> str:
    scaled = Spread(spread.median * 1e3, spread.low * 1e3, spread.high * 1e3)
    return f"{_spread(scaled, digits)} ms"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
