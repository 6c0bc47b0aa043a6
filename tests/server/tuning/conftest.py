from pathlib import Path

import pytest

from tarjama_server.engine import Decoding
from tarjama_server.model_store import InstalledModel, ModelStore
from tarjama_server.tuning import Configuration, Plan, Trial, read_sample


@pytest.fixture
def installed(tmp_path: Path) -> InstalledModel:
    """The bundled model, not loaded."""
    return ModelStore(tmp_path / "models").find("ar-en-small")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """Few and short sentences."""
    path = tmp_path / "text.txt"
    path.write_text("ذهب الولد إلى المدرسة. عاد مساء.\n\nقرأت كتابا.\n", encoding="utf-8")
    return path


@pytest.fixture
def plan(installed: InstalledModel, text: Path) -> Plan:
    """As short as can be."""
    return Plan(
        round_count=2,
        limit_s=60,
        trial=Trial(
            model_dir=installed.path,
            device="cpu",
            device_indexes=(0,),
            configuration=Configuration(1, 1, 256),
            decoding=Decoding(beam_size=1, max_target_tokens=20),
            sample=read_sample(installed, text),
            duration_s=0.05,
        ),
    )
