"""What the engine makes of devices. Where there is a GPU it is hidden: its absence is tested."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ctranslate2
import pytest

from tarjama_server.engine import (
    CTranslate2Engine,
    Decoding,
    EngineError,
    resolve_device,
    supported_compute_types,
)
from tarjama_server.model_store import ModelStore

GREEDY = Decoding(beam_size=1)


@pytest.fixture
def model_dir(tmp_path: Path) -> Path:
    return ModelStore(tmp_path).find("ar-en-small").path


@pytest.fixture
def gpu_count(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> int:
    count: int = request.param
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: count)
    return count


def gpus(count: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("gpu_count", [count], indirect=True)


@dataclass
class _Translator:
    """Takes what `ctranslate2.Translator` takes, and loads nothing."""

    path: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def device(self) -> str:
        return str(self.settings["device"])

    @property
    def compute_type(self) -> str:
        return str(self.settings["compute_type"])

    @property
    def num_translators(self) -> int:
        return len(self.settings["device_index"]) * int(self.settings["inter_threads"])


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[_Translator]:
    """The translators that engines were built on."""
    made: list[_Translator] = []

    def build(path: str, **settings: object) -> _Translator:
        made.append(_Translator(path, settings))
        return made[-1]

    monkeypatch.setattr(ctranslate2, "Translator", build)
    return made


@gpus(0)
@pytest.mark.usefixtures("gpu_count")
def test_auto_without_a_gpu_is_the_cpu_and_translates(model_dir: Path) -> None:
    engine = CTranslate2Engine(model_dir, device="auto", compute_type="auto", worker_count=2)
    assert engine.device == "cpu"
    assert engine.compute_type in supported_compute_types("cpu")
    assert engine.worker_count == 2
    assert engine.translate([["▁كتاب"]], GREEDY)[0][0].tokens


@gpus(0)
@pytest.mark.usefixtures("gpu_count")
def test_the_compute_type_behind_default_is_told(model_dir: Path) -> None:
    # The bundled model's weights are int8, and the layers between compute in float32.
    assert CTranslate2Engine(model_dir).compute_type == "int8_float32"


@gpus(0)
@pytest.mark.usefixtures("gpu_count")
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"device": "cuda"}, "finds no GPU"),
        ({"device_indexes": (1,)}, "indexes 1 name GPUs"),
        ({"device": "auto", "device_indexes": (0, 1)}, "indexes 0, 1 name GPUs"),
        ({"compute_type": "float16"}, "float16"),
        ({"compute_type": "no-such"}, "no-such"),
    ],
)
def test_what_the_machine_cannot_do_is_an_error_that_says_so(
    settings: dict[str, Any], said: str, model_dir: Path
) -> None:
    with pytest.raises(EngineError, match=said):
        CTranslate2Engine(model_dir, **settings)


@gpus(2)
@pytest.mark.usefixtures("gpu_count")
def test_a_gpu_that_is_not_there_is_an_error_that_says_how_many_are(model_dir: Path) -> None:
    with pytest.raises(EngineError, match="no GPU 2: CTranslate2 finds 2"):
        CTranslate2Engine(model_dir, device="cuda", device_indexes=(0, 2))


@gpus(2)
@pytest.mark.usefixtures("gpu_count")
def test_settings_reach_ctranslate2(built: list[_Translator], model_dir: Path) -> None:
    engine = CTranslate2Engine(
        model_dir,
        device="cuda",
        device_indexes=(0, 1),
        compute_type="int8_float16",
        worker_count=3,
        threads_per_worker=4,
    )
    (translator,) = built
    assert translator.path == str(model_dir)
    assert translator.settings == {
        "device": "cuda",
        "device_index": [0, 1],
        "compute_type": "int8_float16",
        "inter_threads": 3,
        "intra_threads": 4,
    }
    assert (engine.device, engine.compute_type) == ("cuda", "int8_float16")
    assert engine.worker_count == 6


@gpus(1)
@pytest.mark.usefixtures("gpu_count")
def test_auto_with_a_gpu_is_the_gpu(built: list[_Translator], model_dir: Path) -> None:
    CTranslate2Engine(model_dir, device="auto")
    assert [translator.device for translator in built] == ["cuda"]


@pytest.mark.parametrize(
    ("gpu_count", "device", "expected"),
    [(0, "auto", "cpu"), (1, "auto", "cuda"), (1, "cpu", "cpu"), (0, "cuda", "cuda")],
    indirect=["gpu_count"],
)
@pytest.mark.usefixtures("gpu_count")
def test_only_auto_depends_on_the_machine(device: str, expected: str) -> None:
    assert resolve_device(device) == expected
