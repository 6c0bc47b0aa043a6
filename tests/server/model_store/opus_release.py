"""Makes a release as OPUS-MT ships it: tiny and untrained, but real to the last byte.

The weights are random, so nobody looks at what they translate; that they convert, load and
translate at all is the point.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import sentencepiece
import yaml
from numpy.typing import NDArray

from tarjama_server.text.normalization import OPUS_PUNCTUATION

_WIDTH = 16
_ARABIC = [
    "قال الوزير إن الحكومة ستعقد اجتماعا في بغداد يوم الثلاثاء",
    "أعلنت الشركة عن أرباح قياسية في الربع الأول من العام",
    "سلام عليكم ورحمة الله وبركاته",
]
_ENGLISH = [
    "The minister said that the government will meet in Baghdad on Tuesday",
    "The company announced record profits in the first quarter of the year",
    "Peace be upon you and the mercy of God",
]

SPM_ONLY_SCRIPT = (
    "#!/bin/bash\n# usage: preprocess.sh < text\nspm_encode --model $(dirname $0)/source.spm\n"
)
TRANSFORMER_ALIGN_README = "# opus-2019-12-18.zip\n\n* dataset: opus\n* model: transformer-align\n"


def opus_script(encoder: str = "${SPMENCODE} --model $2") -> str:
    """Write a script like OPUS-MT's for SentencePiece models."""
    escaped = {'"': '"', "'": "\\'", ". ": ". ", "...": "\\.\\.\\."}
    edits = []
    for source, target in OPUS_PUNCTUATION.items():
        quote = '"' if target == "'" else "'"
        spaces = " *" if target == ". " else ""
        edits.append(f"-e {quote}s/{source}{spaces}/{escaped.get(target, target)}/g{quote}")
    return "\n".join(
        [
            "#!/bin/bash",
            "#",
            "# replace SPMENCODE with your own setup!",
            "",
            'SPMENCODE=`which spm_encode || echo "${PWD}/tools/marian-dev/build/spm_encode"`',
            "",
            "sed " + " \\\n    ".join(edits) + " |    ",
            r"perl -C -pe  's/(?!\n)\p{C}/ /g;' |",
            r"perl -CIOE -pe 's/[\x{2060}\x{200B}\x{feff}]//g' |" + "\\",
            "sed 's/  */ /g;s/^ *//g;s/ *$//g' |",
            encoder,
            "",
        ]
    )


def moses_script(*scripts: str, squeeze: str = "s/  */ /g;s/^ *//g;s/ *$//g") -> str:
    """Write a script like OPUS-MT's first ones, which called Moses."""
    return "\n".join(
        [
            "#!/bin/bash",
            'if [ `hostname -d` == "bullx" ]; then',
            "  APPLHOME=/projappl/project",
            "  MOSESHOME=${APPLHOME}/mosesdecoder",
            'elif [ `hostname -d` == "csc.fi" ]; then',
            "  MOSESHOME=/proj/moses",
            "else",
            "  MOSESHOME=${PWD}/mosesdecoder",
            "fi",
            "TOKENIZER=${MOSESHOME}/scripts/tokenizer",
            *(f"${{TOKENIZER}}/{script} |" for script in scripts),
            f"sed '{squeeze}' |",
            "${SPMENCODE} --model $2",
        ]
    )


def release_files() -> dict[str, bytes]:
    """Make the files of a release that converts."""
    source, target = _sentencepiece_model(_ARABIC), _sentencepiece_model(_ENGLISH)
    decoder = {
        "relative-paths": True,
        "models": ["tiny.npz"],
        "vocabs": ["tiny.source.vocab.yml", "tiny.target.vocab.yml"],
        "beam-size": 3,
        "normalize": 0.5,
        "word-penalty": 0,
        "mini-batch": 1,
    }
    return {
        "LICENSE": b"Free to test with.\n",
        "README.md": b"# tiny\n\nRandom weights.\n",
        "decoder.yml": yaml.safe_dump(decoder).encode(),
        "preprocess.sh": SPM_ONLY_SCRIPT.encode(),
        "postprocess.sh": b"#!/bin/bash\n",
        "source.spm": source,
        "target.spm": target,
        "tiny.npz": _weights(_piece_count(source), _piece_count(target)),
        "tiny.source.vocab.yml": _vocabulary(source),
        "tiny.target.vocab.yml": _vocabulary(target),
    }


def with_decoder(files: Mapping[str, bytes], **changes: object) -> dict[str, bytes]:
    """Change keys of `decoder.yml`, `_` standing for `-`; None takes a key out."""
    decoder = yaml.safe_load(files["decoder.yml"])
    decoder |= {key.replace("_", "-"): value for key, value in changes.items()}
    kept = {key: value for key, value in decoder.items() if value is not None}
    return {**files, "decoder.yml": yaml.safe_dump(kept).encode()}


def write_folder(files: Mapping[str, bytes], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _sentencepiece_model(sentences: list[str]) -> bytes:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=model,
        vocab_size=60,
        hard_vocab_limit=False,
        eos_id=0,
        unk_id=1,
        pad_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    return model.getvalue()


def _piece_count(model: bytes) -> int:
    return int(sentencepiece.SentencePieceProcessor(model_proto=model).get_piece_size())


def _vocabulary(model: bytes) -> bytes:
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    pieces = [processor.id_to_piece(index) for index in range(processor.get_piece_size())]
    lines = [f"{json.dumps(piece, ensure_ascii=False)}: {i}\n" for i, piece in enumerate(pieces)]
    return "".join(lines).encode()


def _weights(source_count: int, target_count: int) -> bytes:
    """Make Marian's arrays for one encoder and one decoder layer."""
    generator = np.random.default_rng(7)
    arrays: dict[str, NDArray[np.float32] | NDArray[np.int8]] = {}

    def add(name: str, *shape: int) -> None:
        arrays[name] = generator.normal(0, 0.1, shape).astype(np.float32)

    def add_attention(scope: str) -> None:
        for letter in "qkvo":
            add(f"{scope}_W{letter}", _WIDTH, _WIDTH)
            add(f"{scope}_b{letter}", 1, _WIDTH)
        add(f"{scope}_Wo_ln_scale", 1, _WIDTH)
        add(f"{scope}_Wo_ln_bias", 1, _WIDTH)

    def add_feed_forward(scope: str) -> None:
        add(f"{scope}_W1", _WIDTH, 2 * _WIDTH)
        add(f"{scope}_b1", 1, 2 * _WIDTH)
        add(f"{scope}_W2", 2 * _WIDTH, _WIDTH)
        add(f"{scope}_b2", 1, _WIDTH)
        add(f"{scope}_ffn_ln_scale", 1, _WIDTH)
        add(f"{scope}_ffn_ln_bias", 1, _WIDTH)

    add("encoder_Wemb", source_count, _WIDTH)
    add("decoder_Wemb", target_count, _WIDTH)
    add("decoder_ff_logit_out_b", 1, target_count)
    add_attention("encoder_l1_self")
    add_feed_forward("encoder_l1_ffn")
    add_attention("decoder_l1_self")
    add_attention("decoder_l1_context")
    add_feed_forward("decoder_l1_ffn")
    config = yaml.safe_dump(_marian_config(source_count, target_count)).encode() + b"\0"
    arrays["special:model.yml"] = np.frombuffer(config, dtype=np.int8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _marian_config(source_count: int, target_count: int) -> dict[str, object]:
    return {
        "type": "transformer",
        "version": "v1.12.0",
        "dim-vocabs": [source_count, target_count],
        "dim-emb": _WIDTH,
        "enc-depth": 1,
        "dec-depth": 1,
        "transformer-heads": 2,
        "transformer-dim-ffn": 2 * _WIDTH,
        "transformer-ffn-activation": "relu",
        "transformer-ffn-depth": 2,
        "transformer-preprocess": "",
        "transformer-postprocess": "dan",
        "transformer-postprocess-emb": "d",
        "transformer-postprocess-top": "",
        "transformer-decoder-autoreg": "self-attention",
        "transformer-no-projection": False,
        "transformer-guided-alignment-layer": "last",
        "transformer-train-position-embeddings": False,
        "tied-embeddings": True,
        "tied-embeddings-all": False,
        "tied-embeddings-src": False,
    }
