from pathlib import Path

import pytest

from tarjama_server.model_store import bundled_models_dir
from tarjama_server.model_store.errors import RegistryInvalid
from tarjama_server.model_store.registry import read_registry
from tarjama_server.text.hygiene import Hygiene

ENTRY = """
[models.some]
kind = "opus-mt-zip"
summary = "s"
version = "v"
license = "CC-BY-4.0"
url = "https://example.org/x.zip"
source_languages = ["ar"]
target_languages = ["en"]
alignment = "none"
decoding = { beam_size = 6, length_penalty = 1.0 }
limits = { max_source_tokens = 9, preferred_source_tokens = 9, max_target_tokens = 9 }
"""


def test_the_shipped_registry_knows_the_bundled_and_the_opus_models() -> None:
    known = read_registry(bundled_models_dir() / "registry.toml")
    assert [(name, model.kind, model.alignment) for name, model in known.items()] == [
        ("ar-en-small", "bundled", "trained"),
        ("opus-mt-ar-en", "opus-mt-zip", "trained"),
        ("opus-mt-tc-big-ar-en", "opus-mt-zip", "none"),
    ]


def test_every_shipped_model_is_arabic_to_english_with_scores_and_a_licence() -> None:
    for model in read_registry(bundled_models_dir() / "registry.toml").values():
        assert (model.source_languages, model.target_languages) == (("ar",), ("en",))
        assert model.scores
        assert model.license.startswith("CC-BY")


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "registry.toml"
    path.write_text(ENTRY)
    model = read_registry(path)["some"]
    assert (model.sha256, model.size_bytes, model.scores) == (None, None, ())


def test_a_known_model_may_turn_kinds_of_cleaning_off(tmp_path: Path) -> None:
    path = tmp_path / "registry.toml"
    path.write_text(f"{ENTRY}[models.some.hygiene]\ndiacritics = false\n")
    assert read_registry(path)["some"].hygiene == Hygiene(diacritics=False)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("models = [", "is no TOML"),
        (ENTRY.replace("opus-mt-zip", "other"), "some.kind"),
        (ENTRY.replace("https:", "file:"), "some.url"),
        (ENTRY.replace("opus-mt-zip", "bundled"), "a bundled one has none"),
        (ENTRY.replace('url = "https://example.org/x.zip"', ""), "a model to fetch has a url"),
        (ENTRY + 'sha256 = "abc"', "some.sha256"),
        (ENTRY.replace('license = "CC-BY-4.0"', ""), "some.license"),
        (ENTRY + "hygiene = { diacritcs = false }", "some.hygiene.diacritcs"),
        (ENTRY + 'licence = "CC-BY-4.0"', "some.licence"),
    ],
)
def test_a_registry_that_misstates_something_says_where(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "registry.toml"
    path.write_text(text)
    with pytest.raises(RegistryInvalid, match=complaint):
        read_registry(path)


def test_a_missing_registry_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryInvalid, match=r"cannot read .*registry\.toml"):
        read_registry(tmp_path / "registry.toml")
