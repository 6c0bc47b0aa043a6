"""The same text has the same translation and score, whoever else is calling."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.conftest import SEEDS
from tests.server.process.server_process import ServerProcess

CALLERS = 64
TIMEOUT_S = 110

SHORT = Path(__file__).parents[1] / "quality" / "data" / "tatoeba_sample.ar"


def sentences() -> list[str]:
    """Short ones, long ones and some that are cut: every length from 2 words up."""
    short = SHORT.read_text(encoding="utf-8").splitlines()[:130]
    words = (SEEDS / "01-iraq-withdrawal.ar.txt").read_text(encoding="utf-8").split()
    long = [" ".join(words[start : start + 12 + start % 40]) for start in range(0, len(words), 8)]
    return short + long


@pytest.mark.parametrize("beam_size", [0, 1])
def test_a_sentence_is_translated_the_same_alone_and_among_the_sentences_of_others(
    beam_size: int, server: ServerProcess
) -> None:
    texts = sentences()
    with grpc.insecure_channel(server.address) as channel:
        stub = pb_grpc.TranslationServiceStub(channel)

        def translate(text: str) -> pb.TranslatedText:
            request = pb.TranslateTextRequest(
                texts=[text], options=pb.TranslationOptions(beam_size=beam_size)
            )
            return stub.TranslateText(request, timeout=TIMEOUT_S).translations[0]

        alone = [translate(text) for text in texts]
        with ThreadPoolExecutor(CALLERS) as callers:
            together = list(callers.map(translate, texts))
            reversed_ = list(callers.map(translate, reversed(texts)))
    assert together == alone
    assert reversed_[::-1] == alone


def test_a_document_is_translated_the_same_in_one_call_with_others(server: ServerProcess) -> None:
    texts = sentences()
    with grpc.insecure_channel(server.address) as channel:
        stub = pb_grpc.TranslationServiceStub(channel)
        together = stub.TranslateText(pb.TranslateTextRequest(texts=texts), timeout=TIMEOUT_S)
        for text, result in list(zip(texts, together.translations, strict=True))[::10]:
            request = pb.TranslateTextRequest(texts=[text])
            alone = stub.TranslateText(request, timeout=TIMEOUT_S)
            assert alone.translations[0] == result
