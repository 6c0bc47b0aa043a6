"""`ListModels` and `GetModel`."""

import json
from pathlib import Path

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.model_store.store import bundled_models_dir
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.errors import fails
from tests.server.api.streams import TIMEOUT_S
from tests.server.in_process import serve
from tests.server.scripted_engine import ScriptedEngine

Stub = pb_grpc.TranslationServiceStub
OTHERS = ["model-c", "model-a", "model-b"]


@pytest.mark.parametrize("page_size", [0, 1, 2, 3, 4, 5, 1_000_000])
async def test_pages_of_any_size_hold_each_model_once_the_default_first(
    page_size: int, bundled_model: ServedModel
) -> None:
    async with serve(bundled_model, ScriptedEngine(), other_names=OTHERS) as server:
        found: list[pb.Model] = []
        token = ""
        while True:
            page = await server.stub.ListModels(
                pb.ListModelsRequest(page_size=page_size, page_token=token)
            )
            assert 1 <= len(page.models) <= (page_size or 100)
            found += page.models
            token = page.next_page_token
            if not token:
                break
    assert [model.name for model in found] == ["ar-en-small", *OTHERS]
    assert [model.is_default for model in found] == [True, False, False, False]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.ListModelsRequest(page_size=-1), "page_size"),
        (pb.ListModelsRequest(page_token="no such page"), "page_token"),
    ],
    ids=["size", "token"],
)
def test_pages_that_cannot_be_are_refused(
    request_: pb.ListModelsRequest, field: str, stub: Stub
) -> None:
    with fails() as failure:
        stub.ListModels(request_, timeout=TIMEOUT_S)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "FIELD_INVALID"
    assert failure.field == field


def test_a_model_is_described_as_its_manifest_says(stub: Stub) -> None:
    path = Path(bundled_models_dir()) / "ar-en-small" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    model = stub.GetModel(pb.GetModelRequest(name="ar-en-small"), timeout=TIMEOUT_S).model
    assert model.version == manifest["version"]
    assert model.license == manifest["license"]
    assert list(model.source_languages) == manifest["source_languages"]
    assert list(model.target_languages) == manifest["target_languages"]
    assert model.limits.max_source_tokens == manifest["limits"]["max_source_tokens"]
    assert model.limits.max_target_tokens == manifest["limits"]["max_target_tokens"]
    assert model.decoding_defaults.beam_size == manifest["decoding"]["beam_size"]
    assert model.decoding_defaults.length_penalty == manifest["decoding"]["length_penalty"]
    assert model.calibrated == (manifest["calibration"] is not None)
    assert model.alignment in (pb.ALIGNMENT_SUPPORT_TRAINED, pb.ALIGNMENT_SUPPORT_NONE)
    assert len(model.checksum) == 64
    assert model.is_default


def test_limits_are_stated_for_every_model(stub: Stub) -> None:
    (model,) = stub.ListModels(pb.ListModelsRequest(), timeout=TIMEOUT_S).models
    for limit in pb.ModelLimits.DESCRIPTOR.fields:
        assert getattr(model.limits, limit.name) > 0, limit.name


def test_no_name_means_the_default_model(stub: Stub) -> None:
    by_name = stub.GetModel(pb.GetModelRequest(name="ar-en-small"), timeout=TIMEOUT_S)
    assert stub.GetModel(pb.GetModelRequest(), timeout=TIMEOUT_S) == by_name


def test_a_model_that_is_not_served_is_not_found(stub: Stub) -> None:
    with fails() as failure:
        stub.GetModel(pb.GetModelRequest(name="opus-mt-ar-en"), timeout=TIMEOUT_S)
    assert failure.code is grpc.StatusCode.NOT_FOUND
    assert failure.reason == "MODEL_NOT_FOUND"
    assert failure.resource == "opus-mt-ar-en"
