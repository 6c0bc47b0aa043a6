"""Rows are translated as the service translates texts, each sentence once."""

from pathlib import Path
from typing import Any

import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.app import load_model
from tarjama_server.bulk.formats import Format
from tarjama_server.glossary.terms import Term
from tarjama_server.pipeline.model import Flag
from tarjama_server.segmenter.layout import LineHandling
from tests.conftest import SEEDS, Connect
from tests.server.bulk.conftest import MakeFile
from tests.server.bulk.corpus import ARABIC, Corpus, with_engine
from tests.server.process.server_process import ServerProcess
from tests.server.scripted_engine import ScriptedEngine

SAMPLE = Path(__file__).parents[2] / "quality" / "data" / "tatoeba_sample.ar"

TEXTS = (
    *SAMPLE.read_text(encoding="utf-8").splitlines()[:40],
    *SAMPLE.read_text(encoding="utf-8").splitlines()[:5],
    "قال الوزير <b>إن المدارس</b> ستفتح في ٢٠٢٤. ثم سكت 😀 ولم يجب.",
    "BBC",
    "  ",
    *(next(iter(sorted(SEEDS.glob("*.ar.txt")))).read_text(encoding="utf-8").splitlines()[:6]),
)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, pb.TranslationOptions()),
        (
            {
                "beam_size": 1,
                "is_tagged": True,
                "terms": (Term.verbatim("BBC"), Term("الوزير", "the chief")),
                "line_handling": LineHandling.LINES,
            },
            pb.TranslationOptions(
                beam_size=1,
                text_format=pb.TEXT_FORMAT_TAGGED,
                do_not_translate=["BBC"],
                glossary=[pb.GlossaryTerm(source="الوزير", target="the chief")],
                line_handling=pb.LINE_HANDLING_LINES,
            ),
        ),
    ],
)
def test_a_row_is_translated_as_the_service_translates_its_text(
    corpus: Corpus,
    write: MakeFile,
    server: ServerProcess,
    connect: Connect,
    options: dict[str, Any],
    told: pb.TranslationOptions,
) -> None:
    write("a.txt", "\n".join(TEXTS) + "\n")
    corpus.load = load_model
    corpus.run(
        output_format=Format.JSON_LINES, shard_rows=20, has_flags=True, has_scores=True, **options
    )
    stub = pb_grpc.TranslationServiceStub(connect(server.address))
    answer = stub.TranslateText(pb.TranslateTextRequest(texts=TEXTS, options=told))

    rows = corpus.objects()
    assert len(rows) == len(TEXTS)
    for row, translated in zip(rows, answer.translations, strict=True):
        scores = [each.score for each in translated.segments if each.HasField("score")]
        flags = sorted({flag for each in translated.segments for flag in each.flags})
        assert row["text_en"] == translated.translation
        assert row["text_en_flags"] == [Flag(flag).name for flag in flags]
        assert row["text_en_score"] == (pytest.approx(min(scores)) if scores else None)


def test_a_sentence_that_comes_again_is_translated_once(corpus: Corpus, write: MakeFile) -> None:
    engine = ScriptedEngine()
    corpus.load = with_engine(engine)
    write("a.txt", f"{ARABIC[0]}\n{ARABIC[1]} {ARABIC[0]}\n" * 50)
    report = corpus.run(shard_rows=30)
    texts = [tokens for tokens in engine.sentences if len(tokens) < 30]

    # The warm-up has sentences of its own, the first one the same as here.
    assert len(set(texts)) == 2
    assert len(texts) <= 3
    assert (report.counts.segments, report.counts.repeated) == (150, 148)


def test_sentences_of_like_length_share_batches_of_the_size_in_the_settings(
    corpus: Corpus, write: MakeFile
) -> None:
    engine = ScriptedEngine()
    corpus.load = with_engine(engine)
    words = ARABIC[1].removesuffix(".").split()
    write("a.txt", "".join(f"{' '.join(words * (1 + n % 3))} {n}\n" for n in range(300)))
    corpus.run(shard_rows=300)
    batches = [batch for batch in engine.batches if len(batch.sentences) > 1]
    positions = sum(sum(batch.lengths) for batch in batches)
    padded = sum(len(batch.lengths) * max(batch.lengths) for batch in batches)

    assert max(len(batch.lengths) * max(batch.lengths) for batch in batches) <= 256
    assert positions / padded > 0.95
    assert positions / len(batches) > 200


def test_words_and_time_are_counted(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", "واحد اثنان ثلاثة\nأربعة\n")
    report = corpus.run()

    assert report.counts.words == 4
    assert report.core_hours > 0
    assert report.words_per_core_hour == pytest.approx(4 / report.core_hours)
    assert report.words_per_gpu_hour is None
