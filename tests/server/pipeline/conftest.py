import pytest

from tarjama_server.model_store.store import ModelStore
from tests.server.pipeline.english import Writer


@pytest.fixture(scope="session")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """Writes English as the bundled model would."""
    return Writer(ModelStore(tmp_path_factory.mktemp("models")).find("ar-en-small").path)
