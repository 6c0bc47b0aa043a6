"""What a server says of its models and its health, to both clients."""

import pytest

import tarjama
from tests.client.library.drivers import Driver
from tests.client.library.scripted import ScriptedServer


def test_models_come_from_all_pages(client: Driver) -> None:
    models = client.models()

    assert [model.name for model in models] == ["small", "large"]
    assert client.model() == models[0]
    assert models[0].limits.max_call_texts == 3
    assert models[0].decoding_defaults == tarjama.DecodingDefaults(6, 1.0)
    assert models[0].alignment is tarjama.AlignmentSupport.TRAINED


def test_an_unknown_model_is_an_error(client: Driver) -> None:
    with pytest.raises(tarjama.ModelNotFound, match="'huge'") as caught:
        client.model("huge")
    assert caught.value.reason == "MODEL_NOT_FOUND"


@pytest.mark.parametrize(
    ("serving", "health"),
    [(True, tarjama.Health.SERVING), (False, tarjama.Health.NOT_SERVING)],
)
def test_health_is_what_the_server_says(
    server: ScriptedServer, client: Driver, serving: bool, health: tarjama.Health
) -> None:
    server.serve(serving=serving)

    assert client.health() is health
