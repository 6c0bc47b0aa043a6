"""Installs models: from a release on this machine, or from one fetched first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from tarjama_server.model_store.convert import ModelFacts, Quantization, convert_release
from tarjama_server.model_store.errors import (
    ArchiveUnsafe,
    ModelNotInstalled,
    ModelProtected,
    ModelStoreError,
    ReleaseInvalid,
)
from tarjama_server.model_store.fetch import Downloader, Expected, Progress
from tarjama_server.model_store.manifest import AlignmentSupport
from tarjama_server.model_store.receipts import Receipt, Receipts
from tarjama_server.model_store.registry import KnownModel
from tarjama_server.model_store.release import Release
from tarjama_server.model_store.store import InstalledModel, ModelStore, file_sha256
from tarjama_server.model_store.unpack import unpack

_RECEIPTS_NAME = ".fetched.json"


def fetch_model(
    store: ModelStore,
    name: str,
    *,
    downloader: Downloader,
    progress: Progress,
    url: str | None = None,
    sha256: str | None = None,
    quantization: Quantization = "int8",
) -> InstalledModel:
    """Download a release, convert it and install it.

    Args:
        store: where to.
        name: of a known model, or any free name together with `url`.
        downloader: does the downloading.
        progress: called as the download goes on.
        url: where to fetch from instead of the registry's address, such as a mirror.
        sha256: what the archive must have; goes before what the registry or an earlier fetch says.
        quantization: CTranslate2's type of the weights.

    Raises:
        ModelStoreError: in one of its kinds. Nothing is then installed; a download that only broke
            off is kept for the next call.
    """
    known = store.known().get(name)
    address = url or (known.url if known else None)
    with _changing(store, name):
        if address is None:
            raise _not_fetchable(store, name, known)
        release_name = f"{name} {known.version}" if known else address
        receipts = Receipts(store.user_dir / _RECEIPTS_NAME)
        expected = _expected(sha256, known, receipts.find(release_name))
        download = downloader.download(
            address, store.downloads_dir, expected=expected, progress=progress
        )
        facts = _facts(
            known,
            PurePosixPath(urlsplit(address).path).stem or name,
            source_url=address,
            source_sha256=download.sha256,
        )
        try:
            model = _install(store, download.path, name, facts, quantization)
        except (ReleaseInvalid, ArchiveUnsafe):
            download.discard()  # fetching the same again would not make it better
            raise
        receipts.record(release_name, Receipt(download.sha256, download.size_bytes))
        download.discard()
        return model


def convert_model(
    store: ModelStore,
    origin: Path,
    name: str,
    *,
    license_name: str | None = None,
    alignment: AlignmentSupport | None = None,
    quantization: Quantization = "int8",
) -> InstalledModel:
    """Convert a release on this machine and install it.

    Args:
        store: where to.
        origin: the release, as a zip or as a folder.
        name: a free name; with a known model's name, the registry's facts are taken.
        license_name: SPDX identifier of the weights' licence, if the registry does not say.
        alignment: whether the model was trained to align; None to go by the registry, or else by
            the release.
        quantization: CTranslate2's type of the weights.

    Raises:
        ModelStoreError: in one of its kinds. Nothing is then installed.
    """
    known = store.known().get(name)
    with _changing(store, name):
        sha256 = None if origin.is_dir() else file_sha256(origin)
        if known and known.sha256 and sha256 not in (None, known.sha256):
            raise ReleaseInvalid(
                f"{origin.name} has the SHA-256 {sha256}, but the release {name} has "
                f"{known.sha256}; convert it under another name"
            )
        facts = _facts(
            known,
            origin.stem if origin.suffix == ".zip" else origin.name,
            source_url=None,
            source_sha256=sha256,
            license_name=license_name,
            alignment=alignment,
        )
        return _install(store, origin, name, facts, quantization)


@contextmanager
def _changing(store: ModelStore, name: str) -> Iterator[None]:
    """Hold the store while a model is installed, and say what the system says when it refuses."""
    store.check_free(name)
    try:
        with store.exclusive():
            store.check_free(name)  # another process may have been faster
            yield
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        raise ModelStoreError(f"cannot install {name}: {error.strerror or error}{place}") from error


def _not_fetchable(store: ModelStore, name: str, known: KnownModel | None) -> ModelStoreError:
    if known is not None:
        return ModelProtected(f"{name} comes with the software; install the software again")
    fetchable = [other for other, model in store.known().items() if model.url]
    return ModelNotInstalled(
        f"no known model is named {name!r}; known: {', '.join(fetchable)}. "
        "For another one give its address with --url"
    )


def _expected(sha256: str | None, known: KnownModel | None, receipt: Receipt | None) -> Expected:
    """Say what the archive must be: by the caller, else the registry, else an earlier fetch."""
    if sha256 is not None:
        return Expected(sha256, None, "the command")
    if known is not None and (known.sha256 or known.size_bytes):
        return Expected(known.sha256, known.size_bytes, "the registry")
    if receipt is not None:
        return Expected(
            receipt.sha256,
            receipt.size_bytes,
            "the first fetch (to accept the new file, give its hash with --sha256)",
        )
    return Expected()


def _facts(
    known: KnownModel | None,
    version: str,
    *,
    source_url: str | None,
    source_sha256: str | None,
    license_name: str | None = None,
    alignment: AlignmentSupport | None = None,
) -> ModelFacts:
    """Gather what the release does not say: the caller's word goes before the registry's."""
    if known is None:
        return ModelFacts(
            version=version,
            license=license_name or "unknown",
            alignment=alignment,
            source_url=source_url,
            source_sha256=source_sha256,
        )
    return ModelFacts(
        version=known.version,
        license=license_name or known.license,
        source_languages=known.source_languages,
        target_languages=known.target_languages,
        alignment=alignment or known.alignment,
        decoding=known.decoding,
        limits=known.limits,
        hygiene=known.hygiene,
        source_url=source_url,
        source_sha256=source_sha256,
    )


def _install(
    store: ModelStore, origin: Path, name: str, facts: ModelFacts, quantization: Quantization
) -> InstalledModel:
    """Unpack if need be, convert, and let the model appear."""
    with store.staging() as staging:
        release_folder = origin
        if not origin.is_dir():
            release_folder = staging / "release"
            release_folder.mkdir()
            unpack(origin, release_folder)
        release = Release.read(release_folder)
        model_folder = staging / "model"
        convert_release(release, model_folder, name=name, facts=facts, quantization=quantization)
        return store.publish(model_folder, name)
