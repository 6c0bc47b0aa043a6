"""Step 6: packs the averaged network as OPUS-MT publishes its models.

`tarjama-server models convert` takes it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import sentencepiece
import yaml
from models.training.command import run_step
from models.training.marian import write_marian
from models.training.trainer import load_average
from models.training.transformer import Transformer

_SIDES: Final = ("source", "target")
_BEAM_SIZE: Final = 4
_PREPROCESS: Final = """#!/bin/bash
# One sentence a line; source.spm normalizes.
spm_encode --model $(dirname $0)/source.spm
"""
_POSTPROCESS: Final = """#!/bin/bash
sed 's/ //g;s/▁/ /g' | sed 's/^ *//'
"""
_README: Final = """# {name}

- source language: Arabic
- target language: English, without a language prefix
- model: {kind}, post-norm, {encoder_layers} encoder and {decoder_layers} decoder layers,
  {width} wide, {heads} heads, feed-forward {inner_width}; {weights:.1f} M weights
- pre-processing: SentencePiece alone; normalization is inside source.spm
"""
# Of every file in the zip, so that the same files make the same zip.
_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


def write_release(
    network: Transformer,
    vocabulary: Path,
    folder: Path,
    *,
    name: str,
    aligned: bool,
    license_file: Path | None = None,
) -> None:
    """Write a release.

    Args:
        network: the one to publish.
        vocabulary: folder of `source.spm` and `target.spm`.
        folder: made by this call, which fails if it is there.
        name: of the release and its weights.
        aligned: whether the alignment head was trained; the README then says `transformer-align`.
        license_file: put in as `LICENSE`.
    """
    folder.mkdir(parents=True)
    write_marian(network, folder / f"{name}.npz")
    vocabulary_names = []
    for side in _SIDES:
        shutil.copyfile(vocabulary / f"{side}.spm", folder / f"{side}.spm")
        vocabulary_names.append(f"{name}.{side}.vocab.yml")
        _write_vocabulary(folder / f"{side}.spm", folder / vocabulary_names[-1])
    _write_decoder_config(name, vocabulary_names, folder / "decoder.yml")
    (folder / "preprocess.sh").write_text(_PREPROCESS, encoding="utf-8")
    (folder / "postprocess.sh").write_text(_POSTPROCESS, encoding="utf-8")
    (folder / "README.md").write_text(_describe(network, name, aligned=aligned), encoding="utf-8")
    if license_file is not None:
        shutil.copyfile(license_file, folder / "LICENSE")


def _describe(network: Transformer, name: str, *, aligned: bool) -> str:
    sizes = ("encoder_layers", "decoder_layers", "width", "heads", "inner_width")
    return _README.format(
        name=name,
        kind="transformer-align" if aligned else "transformer",
        weights=sum(each.numel() for each in network.parameters()) / 1e6,
        **{size: getattr(network.shape, size) for size in sizes},
    )


def write_zip(folder: Path, path: Path) -> None:
    """Pack the files of a release, without a folder around them, as OPUS-MT does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


def _write_vocabulary(spm: Path, path: Path) -> None:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(spm))
    # A string of JSON is one of YAML; PyYAML itself would take seconds and quote by its own taste.
    lines = (
        f"{json.dumps(processor.id_to_piece(number), ensure_ascii=False)}: {number}\n"
        for number in range(processor.get_piece_size())
    )
    path.write_text("".join(lines), encoding="utf-8")


def _write_decoder_config(name: str, vocabulary_names: Sequence[str], path: Path) -> None:
    config = {
        "relative-paths": True,
        "models": [f"{name}.npz"],
        "vocabs": list(vocabulary_names),
        "beam-size": _BEAM_SIZE,
        "normalize": 1,
        "word-penalty": 0,
        "mini-batch": 1,
        "maxi-batch": 1,
        "maxi-batch-sort": "src",
    }
    path.write_text(yaml.safe_dump(config), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a release and its zip from the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.training.release", description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--vocabulary", type=Path, required=True, help="folder of the .spm files")
    parser.add_argument("--name", required=True)
    parser.add_argument("--aligned", action="store_true", help="the alignment head was trained")
    parser.add_argument("--license-file", type=Path)
    parser.add_argument(
        "--out", type=Path, required=True, help="new folder; the zip goes beside it"
    )
    options = parser.parse_args(arguments)
    write_release(
        load_average(options.checkpoint),
        options.vocabulary,
        options.out,
        name=options.name,
        aligned=options.aligned,
        license_file=options.license_file,
    )
    archive = options.out.with_name(options.out.name + ".zip")
    write_zip(options.out, archive)
    print(archive)


if __name__ == "__main__":
    sys.exit(run_step(main))
