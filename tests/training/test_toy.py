import hashlib
from pathlib import Path

import pytest
import torch
from models.training import evaluate, toy
from models.training.agree import TOLERANCE, compare
from models.training.converted import convert
from models.training.corpus import read_parallel
from models.training.errors import RecipeError
from models.training.release import write_zip

from tarjama_server.app import load_model
from tarjama_server.config import load_settings
from tarjama_server.engine import CTranslate2Engine, Decoding
from tarjama_server.model_store.install import convert_model
from tarjama_server.model_store.store import ModelStore

pytestmark = pytest.mark.training

MINUTES = ("--total-minutes", "0.1")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the whole recipe makes of the toy corpus, trained in two parts."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("toy")
    toy.main([str(folder), *MINUTES, "--minutes", "0.02"])
    assert not (folder / "toy.zip").exists()
    toy.main([str(folder), *MINUTES])
    return folder


def test_the_release_installs_and_translates(made: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    model = convert_model(store, made / "toy.zip", "toy", license_name="CC0-1.0")
    assert model.manifest.alignment == "trained"
    assert model.manifest.normalization == "sentencepiece"
    assert model.manifest.decoding.beam_size == 4
    store.verify("toy")
    tokenizer = load_model(model, load_settings(None, {"workers": 1})).tokenizer
    tokens = tokenizer.encode("رَأَى الولدُ البيتَ.").tokens
    engine = CTranslate2Engine(model.path)
    ((best,),) = engine.translate([tokens], Decoding(beam_size=4, hypothesis_count=1))
    engine.close()
    assert "the" in tokenizer.decode(best.tokens).lower()


def test_the_model_has_learnt_something(made: Path) -> None:
    pairs = list(read_parallel(made / "held-out" / "toy"))
    with convert(made / "toy", "int8") as converted:
        scores = evaluate.score(converted, pairs)
    assert scores.chrf2 > 20


def test_ctranslate2_and_pytorch_agree_on_the_release(made: Path) -> None:
    pairs = list(read_parallel(made / "held-out" / "toy"))
    agreement = compare(made / "toy", pairs, quantization="float32")
    assert agreement.pieces > 500
    assert agreement.largest < TOLERANCE


def test_the_same_release_makes_the_same_zip(made: Path, tmp_path: Path) -> None:
    write_zip(made / "toy", tmp_path / "again.zip")
    first, again = (
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (made / "toy.zip", tmp_path / "again.zip")
    )
    assert first == again


def test_done_steps_are_not_done_again(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = (made / "toy.zip", made / "run" / "last.pt", made / "corpus" / "pairs.ar.bz2")
    before = [path.stat().st_mtime_ns for path in results]
    toy.main([str(made), *MINUTES])
    assert [path.stat().st_mtime_ns for path in results] == before
    captured = capsys.readouterr()
    assert "models.training.clean is not run again" in captured.err
    assert "| toy | int8 |" in captured.out


def test_an_aligner_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"the aligner failed.*no-such-aligner"):
        toy.main([str(tmp_path), "--aligner", "no-such-aligner"])
