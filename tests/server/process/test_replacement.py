"""A real server takes up a real model that is installed while it serves."""

from __future__ import annotations

import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.model_store import Manifest, ModelStore
from tarjama_server.model_store.store import bundled_models_dir
from tests.conftest import Connect, StartServer
from tests.server.api.streams import TIMEOUT_S
from tests.server.observability.test_endpoint import scrape

HELLO = pb.TranslateTextRequest(texts=["ذهب الولد إلى المدرسة. قرأت البنت كتابا."])


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def install(store: ModelStore, length_penalty: float) -> Manifest:
    """Install the bundled model as "mine", with another default, in the place of what was."""
    if "mine" in store.names():
        store.remove("mine")
    with store.exclusive(), store.staging() as staging:
        shutil.copytree(bundled_models_dir() / "ar-en-small", staging / "model")
        path = staging / "model" / "manifest.json"
        manifest = Manifest.read(path)
        decoding = replace(manifest.decoding, length_penalty=length_penalty)
        replace(manifest, name="mine", decoding=decoding).write(path)
        return store.publish(staging / "model", "mine").manifest


def test_models_that_are_installed_take_each_other_s_place(
    store: ModelStore, start_server: StartServer, connect: Connect
) -> None:
    manifest = install(store, 1.0)
    process = start_server(
        *("--models", "mine", "--models-dir", str(store.user_dir), "--log-format", "json"),
        *("--metrics-listen", "127.0.0.1:0"),
    )
    stub = pb_grpc.TranslationServiceStub(connect(process.address))
    for length_penalty in (0.9, 1.0):
        former, manifest = manifest, install(store, length_penalty)
        process.signal(signal.SIGHUP)
        while (answer := stub.TranslateText(HELLO, timeout=TIMEOUT_S)).model != pb.ModelReference(
            name="mine", checksum=manifest.checksum
        ):
            assert answer.model.checksum == former.checksum
    samples = scrape(process)
    assert samples["tarjama_model_reloads_total"]["mine replaced"] == 2
    assert list(samples["tarjama_model_info"]) == [f"{manifest.checksum} mine {manifest.version}"]
    process.signal(signal.SIGTERM)
    assert process.wait() == 0


def test_a_damaged_new_model_leaves_the_old_one_serving(
    store: ModelStore, start_server: StartServer, connect: Connect
) -> None:
    manifest = install(store, 1.0)
    process = start_server(
        *("--models", "mine", "--models-dir", str(store.user_dir), "--log-format", "json"),
        *("--metrics-listen", "127.0.0.1:0"),
    )
    (store.user_dir / "mine" / "model.bin").write_bytes(b"")
    process.signal(signal.SIGHUP)
    while not scrape(process)["tarjama_model_reloads_total"]["mine failed"]:
        pass
    assert "model.bin has changed" in process.stderr
    stub = pb_grpc.TranslationServiceStub(connect(process.address))
    answer = stub.TranslateText(HELLO, timeout=TIMEOUT_S)
    assert answer.model.checksum == manifest.checksum
    assert answer.translations[0].translation
