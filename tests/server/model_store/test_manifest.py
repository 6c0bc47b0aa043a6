import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tarjama_server.model_store import Calibration, Decoding, Manifest, TokenLimits
from tarjama_server.model_store.errors import ManifestInvalid

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
    length_ratio_low=0.4, length_ratio_high=2.5, score_percentiles={5: -1.5, 50: -0.4}
)


def changed(**changes: object) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(MANIFEST)))
    return written | changes


@pytest.mark.parametrize("calibration", [None, CALIBRATION])
def test_a_manifest_reads_back_as_written(tmp_path: Path, calibration: Calibration | None) -> None:
    manifest = dataclasses.replace(MANIFEST, calibration=calibration)
    manifest.write(tmp_path / "manifest.json")
    assert Manifest.read(tmp_path / "manifest.json") == manifest


def test_the_checksum_is_that_of_sorted_sha256sum_lines() -> None:
    # printf '%s  model.bin\n%s  source.spm\n' 111... 222... | sha256sum
    assert MANIFEST.checksum == ("b2122546f806cfc08305ef00cde90a55dfc1fac0de758747abce734e35e66331")


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"files": {"source.spm": "2" * 64, "model.bin": "1" * 64}}, True),
        ({"name": "other", "version": "other", "calibration": CALIBRATION}, True),
        ({"files": {"model.bin": "1" * 64, "source.spm": "3" * 64}}, False),
        ({"files": {"model.bin": "1" * 64, "target.spm": "2" * 64}}, False),
    ],
)
def test_the_checksum_depends_on_the_files_alone(changes: dict[str, Any], same: bool) -> None:
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
