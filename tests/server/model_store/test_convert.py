import hashlib
import sys
from pathlib import Path

import ctranslate2
import pytest
import sentencepiece

from tarjama_server.model_store import Decoding, Manifest, ModelStore
from tarjama_server.model_store.errors import (
    ConversionFailed,
    ModelAlreadyInstalled,
    ModelNameInvalid,
    ModelProtected,
    ModelStoreError,
    NormalizationUnknown,
    ReleaseInvalid,
    StoreBusy,
    TargetPrefixRequired,
)
from tarjama_server.model_store.install import convert_model
from tarjama_server.model_store.manifest import MAX_POSITIONS
from tests.server.model_store.opus_release import (
    TRANSFORMER_ALIGN_README,
    opus_script,
    with_decoder,
    write_folder,
    zip_bytes,
)


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".lock")


def test_a_converted_folder_is_a_model_that_translates(
    store: ModelStore, tiny_release: Path
) -> None:
    model = convert_model(store, tiny_release, "tiny", license_name="CC0-1.0")
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model.path / "source.spm"))
    translator = ctranslate2.Translator(str(model.path), device="cpu", intra_threads=1)
    results = translator.translate_batch(
        [pieces.encode("سلام", out_type=str)], max_decoding_length=5, return_attention=True
    )
    assert results[0].hypotheses
    assert store.find("tiny") == model
    assert entries(store.user_dir) == ["tiny"]


def test_a_converted_model_reads_as_many_tokens_as_a_limit_may_allow(
    store: ModelStore, tiny_release: Path
) -> None:
    model = convert_model(store, tiny_release, "tiny", license_name="CC0-1.0")
    translator = ctranslate2.Translator(str(model.path), device="cpu", intra_threads=1)
    # CTranslate2 appends the `</s>` that limits count.
    longest = ["▁س"] * (MAX_POSITIONS - 1)
    assert translator.translate_batch([longest], max_decoding_length=1, max_input_length=0)
    with pytest.raises(RuntimeError, match=f"positions >= {MAX_POSITIONS}"):
        translator.translate_batch([[*longest, "▁س"]], max_decoding_length=1, max_input_length=0)


def test_the_manifest_says_what_the_release_and_the_command_say(
    store: ModelStore, tiny_release: Path
) -> None:
    manifest = convert_model(store, tiny_release, "tiny", license_name="CC0-1.0").manifest
    assert (manifest.name, manifest.version, manifest.license) == ("tiny", "release", "CC0-1.0")
    assert (manifest.source_languages, manifest.target_languages) == (("ar",), ("en",))
    assert manifest.decoding == Decoding(beam_size=3, length_penalty=0.5)
    assert (manifest.normalization, manifest.alignment) == ("sentencepiece", "none")
    assert (manifest.quantization, manifest.calibration) == ("int8", None)
    assert (manifest.source_url, manifest.source_sha256) == (None, None)
    assert set(manifest.tools) == {"python", "ctranslate2", "tarjama"}


def test_the_manifest_has_the_hash_of_each_file_that_translation_needs(
    store: ModelStore, tiny_release: Path
) -> None:
    model = convert_model(store, tiny_release, "tiny")
    assert set(model.manifest.files) == {
        "config.json",
        "model.bin",
        "source.spm",
        "source_vocabulary.json",
        "target.spm",
        "target_vocabulary.json",
    }
    for name, digest in model.manifest.files.items():
        assert hashlib.sha256((model.path / name).read_bytes()).hexdigest() == digest


def test_licence_and_readme_come_along(store: ModelStore, tiny_release: Path) -> None:
    model = convert_model(store, tiny_release, "tiny")
    assert (model.path / "LICENSE.txt").read_text() == "Free to test with.\n"
    assert (model.path / "README.md").read_text().startswith("# tiny")


def test_a_zip_converts_to_the_same_model_as_its_folder(
    store: ModelStore, tiny_release: Path, tiny_zip: bytes, tmp_path: Path
) -> None:
    archive = tmp_path / "opus-2020.zip"
    archive.write_bytes(tiny_zip)
    of_zip = convert_model(store, archive, "of-zip").manifest
    of_folder = convert_model(store, tiny_release, "of-folder").manifest
    assert of_zip.checksum == of_folder.checksum
    assert of_zip.source_sha256 == hashlib.sha256(tiny_zip).hexdigest()
    assert of_zip.version == "opus-2020"


def test_a_release_in_a_folder_inside_the_zip_is_found(
    store: ModelStore, tiny_files: dict[str, bytes], tmp_path: Path
) -> None:
    archive = tmp_path / "nested.zip"
    archive.write_bytes(zip_bytes({f"nested/{name}": data for name, data in tiny_files.items()}))
    assert convert_model(store, archive, "nested").manifest.name == "nested"


@pytest.mark.parametrize("quantization", ["int8", "float32"])
def test_the_weights_load_as_stored(
    store: ModelStore,
    tiny_release: Path,
    quantization: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    model = convert_model(store, tiny_release, "tiny", quantization=quantization)  # type: ignore[arg-type]
    translator = ctranslate2.Translator(str(model.path), device="cpu")
    assert translator.compute_type.startswith(quantization)
    assert "warning" not in capfd.readouterr().err


def test_a_silent_decoder_yml_means_opus_defaults(
    store: ModelStore, tiny_files: dict[str, bytes], tmp_path: Path
) -> None:
    files = with_decoder(tiny_files, beam_size=None, normalize=None)
    model = convert_model(store, write_folder(files, tmp_path / "release"), "tiny")
    assert model.manifest.decoding == Decoding(beam_size=6, length_penalty=1.0)


def test_the_real_opus_script_is_recognised_in_a_release(
    store: ModelStore, tiny_files: dict[str, bytes], tmp_path: Path
) -> None:
    files = {**tiny_files, "preprocess.sh": opus_script().encode()}
    model = convert_model(store, write_folder(files, tmp_path / "release"), "tiny")
    assert model.manifest.normalization == "opus-spm"


@pytest.mark.parametrize(
    ("changes", "told", "expected"),
    [
        ({}, None, "none"),
        ({"README.md": TRANSFORMER_ALIGN_README.encode()}, None, "trained"),
        ({"README.md": b"* model: transformer\n"}, None, "none"),
        ({"README.md": TRANSFORMER_ALIGN_README.encode()}, "none", "none"),
        ({}, "trained", "trained"),
    ],
)
def test_alignment_is_trained_only_if_the_release_or_the_caller_says_so(
    store: ModelStore,
    tiny_files: dict[str, bytes],
    tmp_path: Path,
    changes: dict[str, bytes],
    told: str | None,
    expected: str,
) -> None:
    release = write_folder({**tiny_files, **changes}, tmp_path / "release")
    model = convert_model(store, release, "tiny", alignment=told)  # type: ignore[arg-type]
    assert model.manifest.alignment == expected


def test_a_weights_file_named_transformer_align_counts_too(
    store: ModelStore, tiny_files: dict[str, bytes], tmp_path: Path
) -> None:
    name = "opus.spm32k-spm32k.transformer-align.model1.npz.best-perplexity.npz"
    files = with_decoder(tiny_files, models=[name])
    files[name] = files.pop("tiny.npz")
    model = convert_model(store, write_folder(files, tmp_path / "release"), "tiny")
    assert model.manifest.alignment == "trained"


@pytest.mark.parametrize(
    ("changes", "error", "complaint"),
    [
        ({"decoder.yml": None}, ReleaseInvalid, "no decoder.yml"),
        ({"decoder.yml": b"a: [b"}, ReleaseInvalid, "decoder.yml is no YAML"),
        ({"decoder.yml": b"\xff\xfe"}, ReleaseInvalid, "cannot read decoder.yml"),
        ({"decoder.yml": b"[]"}, ReleaseInvalid, "decoder.yml cannot be used"),
        ({"preprocess.sh": None}, ReleaseInvalid, "lacks the file 'preprocess.sh'"),
        ({"source.spm": None}, ReleaseInvalid, "lacks the file 'source.spm'"),
        ({"target.spm": None}, ReleaseInvalid, "lacks the file 'target.spm'"),
        ({"tiny.npz": None}, ReleaseInvalid, "lacks the file 'tiny.npz'"),
        ({"tiny.npz": b"not weights"}, ConversionFailed, "cannot convert"),
        ({"source.spm": b"not a model"}, ConversionFailed, "does not work"),
        ({"preprocess.sh": b"tr a b"}, NormalizationUnknown, "preprocess.sh .* tr a b"),
        (
            {"preprocess.sh": b'spm_encode --model $3 | sed "s/^/>>$2<< /"'},
            TargetPrefixRequired,
            "preprocess.sh",
        ),
        (
            {"README.md": b"a sentence initial language token is required: `>>id<<`"},
            TargetPrefixRequired,
            "README",
        ),
    ],
)
def test_a_release_that_cannot_be_served_is_refused_and_nothing_is_left(
    store: ModelStore,
    tiny_files: dict[str, bytes],
    tmp_path: Path,
    changes: dict[str, bytes | None],
    error: type[ModelStoreError],
    complaint: str,
) -> None:
    files = {k: v for k, v in {**tiny_files, **changes}.items() if v is not None}
    with pytest.raises(error, match=complaint) as raised:
        convert_model(store, write_folder(files, tmp_path / "release"), "tiny")
    assert "\n" not in str(raised.value)
    assert entries(store.user_dir) == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"models": ["tiny.npz", "tiny.npz"]}, "names 2 models"),
        ({"models": []}, "names 0 models"),
        ({"models": ["../secret.npz"]}, "outside the release"),
        ({"models": [str(Path(sys.executable))]}, "outside the release"),
        ({"vocabs": ["tiny.source.vocab.yml"]}, "names 1 vocabularies"),
        ({"word_penalty": 0.5}, "word-penalty of 0.5"),
        ({"beam_size": 0}, "beam-size"),
        ({"normalize": "much"}, "normalize"),
    ],
)
def test_a_decoder_yml_that_cannot_be_honoured_is_refused(
    store: ModelStore,
    tiny_files: dict[str, bytes],
    tmp_path: Path,
    changes: dict[str, object],
    complaint: str,
) -> None:
    (tmp_path / "secret.npz").write_bytes(b"x")
    files = with_decoder(tiny_files, **changes)
    with pytest.raises(ReleaseInvalid, match=complaint):
        convert_model(store, write_folder(files, tmp_path / "release"), "tiny")


@pytest.mark.parametrize("name", ["", ".x", "-x", "A", "a/b", "../a", "a b", "é", "a" * 65])
def test_a_name_that_could_be_no_folder_is_refused(
    store: ModelStore, tiny_release: Path, name: str
) -> None:
    with pytest.raises(ModelNameInvalid, match="is no model name"):
        convert_model(store, tiny_release, name)


def test_the_bundled_name_is_taken(store: ModelStore, tiny_release: Path) -> None:
    with pytest.raises(ModelProtected, match="choose another name"):
        convert_model(store, tiny_release, "ar-en-small")


def test_a_model_is_never_overwritten(store: ModelStore, tiny_release: Path) -> None:
    before = convert_model(store, tiny_release, "tiny")
    with pytest.raises(ModelAlreadyInstalled, match="models remove tiny"):
        convert_model(store, tiny_release, "tiny")
    assert Manifest.read(before.path / "manifest.json") == before.manifest


def test_another_archive_under_a_known_name_with_a_known_hash_is_refused(
    tmp_path: Path, tiny_zip: bytes
) -> None:
    bundled = tmp_path / "bundled"
    bundled.mkdir()
    (bundled / "registry.toml").write_text(
        '[models.known]\nkind = "bundled"\nsummary = "s"\nversion = "v"\nlicense = "l"\n'
        f'sha256 = "{"0" * 64}"\nsource_languages = ["ar"]\ntarget_languages = ["en"]\n'
        'alignment = "trained"\ndecoding = { beam_size = 6, length_penalty = 1.0 }\n'
        "limits = { max_source_tokens = 9, preferred_source_tokens = 9, max_target_tokens = 9 }\n"
    )
    archive = tmp_path / "x.zip"
    archive.write_bytes(tiny_zip)
    with pytest.raises(ReleaseInvalid, match="convert it under another name"):
        convert_model(ModelStore(tmp_path / "models", bundled_dir=bundled), archive, "known")


def test_two_changes_at_once_are_refused(store: ModelStore, tiny_release: Path) -> None:
    with store.exclusive(), pytest.raises(StoreBusy, match="another tarjama-server is changing"):
        convert_model(ModelStore(store.user_dir), tiny_release, "tiny")
    convert_model(store, tiny_release, "tiny")


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path, tiny_release: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelStoreError, match="--models-dir"):
        convert_model(ModelStore(tmp_path / "file" / "models"), tiny_release, "tiny")
