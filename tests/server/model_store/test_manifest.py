import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tarjama_server.model_store import Calibration, Decoding, Manifest, TokenLimits
from tarjama_server.model_store.errors import ManifestInvalid
from tarjama_server.text.hygiene import Hygiene

MANIFEST = Manifest(
    name="tiny",
    version="opus-2019-12-18",
    license="CC-BY-4.0",
    source_url="https://example.org/x.zip",
    source_sha256="0" * 64,
    source_languages=("ar",),
    target_languages=("en",),
    alignment="trained",
    normalization="opus-spm",
    quantization="int8",
    decoding=Decoding(beam_size=6, length_penalty=1.0),
    limits=TokenLimits(max_source_tokens=256, preferred_source_tokens=60, max_target_tokens=512),
    calibration=None,
    files={"model.bin": "1" * 64, "source.spm": "2" * 64},
    tools={"ctranslate2": "4.8.5"},
)
CALIBRATION = Calibration(
    length_ratio_low=0.4, length_ratio_high=2.5, score_percentiles={10: -1.5, 50: -0.4}
)


def changed(**changes: object) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(MANIFEST)))
    return written | changes


def calibration(**changes: object) -> dict[str, Any]:
    return dataclasses.asdict(CALIBRATION) | changes


@pytest.mark.parametrize("calibration", [None, CALIBRATION])
def test_a_manifest_reads_back_as_written(tmp_path: Path, calibration: Calibration | None) -> None:
    manifest = dataclasses.replace(MANIFEST, calibration=calibration)
    manifest.write(tmp_path / "manifest.json")
    read = Manifest.read(tmp_path / "manifest.json")
    assert (read, read.checksum) == (manifest, manifest.checksum)


def test_switches_of_hygiene_survive_and_are_all_on_where_the_manifest_is_silent(
    tmp_path: Path,
) -> None:
    path = tmp_path / "manifest.json"
    manifest = dataclasses.replace(MANIFEST, hygiene=Hygiene(diacritics=False))
    manifest.write(path)
    assert Manifest.read(path).hygiene == Hygiene(diacritics=False)
    older = changed()
    del older["hygiene"]
    path.write_text(json.dumps(older))
    assert Manifest.read(path).hygiene == Hygiene()


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"files": {"source.spm": "2" * 64, "model.bin": "1" * 64}}, True),
        ({"name": "other", "version": "other", "license": "other", "tools": {}}, True),
        ({"source_url": None, "source_sha256": None, "source_languages": ("ar-EG",)}, True),
        ({"files": {"model.bin": "1" * 64, "source.spm": "3" * 64}}, False),
        ({"files": {"model.bin": "1" * 64, "target.spm": "2" * 64}}, False),
        ({"calibration": CALIBRATION}, False),
        ({"hygiene": Hygiene(diacritics=False)}, False),
        ({"normalization": "sentencepiece"}, False),
        ({"decoding": Decoding(beam_size=5, length_penalty=1.0)}, False),
        ({"limits": TokenLimits(256, 60, 511)}, False),
        ({"alignment": "none"}, False),
    ],
)
def test_the_checksum_depends_on_what_changes_translations_or_flags(
    changes: dict[str, Any], same: bool
) -> None:
    assert (dataclasses.replace(MANIFEST, **changes).checksum == MANIFEST.checksum) is same


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "Invalid JSON"),
        (b"[]", "object"),
        (json.dumps(changed(alignment="yes")).encode(), "alignment"),
        (json.dumps(changed(normalization="other")).encode(), "normalization"),
        (json.dumps(changed(source_languages=["not a tag"])).encode(), "source_languages"),
        (json.dumps(changed(source_sha256="short")).encode(), "source_sha256"),
        (json.dumps(changed(files={"../x": "1" * 64})).encode(), "files"),
        (json.dumps(changed(decoding={"beam_size": 0, "length_penalty": 1})).encode(), "beam_size"),
        (
            json.dumps(
                changed(
                    limits={
                        "max_source_tokens": 9,
                        "preferred_source_tokens": 10,
                        "max_target_tokens": 9,
                    }
                )
            ).encode(),
            "preferred_source_tokens is 10, above max_source_tokens, 9",
        ),
        (
            json.dumps(
                changed(
                    limits={
                        "max_source_tokens": 9,
                        "preferred_source_tokens": 9,
                        "max_target_tokens": 1025,
                    }
                )
            ).encode(),
            "limits.max_target_tokens.*1024",
        ),
        (
            json.dumps(changed(calibration=calibration(length_ratio_low=2.5))).encode(),
            "length_ratio_low is 2.5, not below length_ratio_high, 2.5",
        ),
        (
            json.dumps(changed(calibration=calibration(length_ratio_low=0))).encode(),
            "calibration.length_ratio_low",
        ),
        (
            json.dumps(changed(calibration=calibration(score_percentiles={5: -1}))).encode(),
            "score_percentiles lacks 10",
        ),
        (json.dumps(changed(hygiene={"diacritics": "maybe"})).encode(), "hygiene.diacritics"),
        (b'{"name": "x"}', "version"),
    ],
)
def test_a_manifest_that_misstates_something_says_where(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(content)
    with pytest.raises(ManifestInvalid, match=complaint) as raised:
        Manifest.read(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestInvalid, match=r"cannot read .*manifest\.json: No such file"):
        Manifest.read(tmp_path / "manifest.json")
