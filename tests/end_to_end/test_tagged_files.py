"""Formatting in files that other programs made comes through the real model whole."""

from pathlib import Path

from tarjama import Client, SegmentFlag, TextFormat, TranslationOptions
from tarjama.formats.registry import format_for
from tarjama.formats.tags import tag_problem
from tests.server.process.server_process import ServerProcess

SAMPLES = Path(__file__).parents[1] / "client" / "formats" / "samples"
EXTENSIONS = (".html", ".docx", ".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff")
LEAST_COUNT = 50


def tagged_texts() -> list[str]:
    """The texts with inline tags in the samples of HTML, Word and XLIFF, each once."""
    texts: dict[str, None] = {}
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix in EXTENSIONS:
            found = format_for(path)
            assert found is not None
            units = found.read(path).units
            texts |= dict.fromkeys(
                unit.text for unit in units if unit.is_translatable and "<" in unit.text
            )
    return list(texts)


def test_no_tag_of_a_file_is_lost_doubled_or_crossed(server: ServerProcess) -> None:
    texts = tagged_texts()
    assert len(texts) >= LEAST_COUNT
    options = TranslationOptions(text_format=TextFormat.TAGGED)
    with Client(server.address) as client:
        translations = client.translate_many(texts, options=options)
    problems = {
        text: problem
        for text, translation in zip(texts, translations, strict=True)
        if (problem := tag_problem(text, translation.text))
    }
    assert problems == {}
    moved = sum(
        any(SegmentFlag.TAG_MOVED in segment.flags for segment in each.segments)
        for each in translations
    )
    print(f"{len(texts)} texts, {moved} with a pair at an edge")
