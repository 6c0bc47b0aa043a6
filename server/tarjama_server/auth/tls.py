"""The server's certificates, which may be renewed while it runs."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

import grpc

from tarjama_server.auth.file_stamp import file_stamp
from tarjama_server.observability import logger


class CertificatesUnusable(Exception):
    """A file is missing or no PEM, or the key is not the certificate's."""


@dataclass(frozen=True, slots=True)
class TLSFiles:
    """Where the certificates are, in PEM.

    Attributes:
        cert: the server's certificate, and those between it and its authority.
        key: the key of `cert`, not encrypted.
        client_ca: authorities of clients; with it, clients must show a certificate of theirs.
    """

    cert: Path
    key: Path
    client_ca: Path | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """All that are given."""
        return tuple(path for path in (self.cert, self.key, self.client_ca) if path is not None)


def server_credentials(files: TLSFiles) -> grpc.ServerCredentials:
    """Credentials for one address; gRPC keeps certificates for each.

    The files are looked at whenever a client connects. If new ones cannot be used, those that
    were read before stay, and the log says so.

    Raises:
        CertificatesUnusable: they cannot be used now.
    """
    certificates = _Certificates(files)
    return grpc.dynamic_ssl_server_credentials(
        certificates.read(),
        # types-grpcio does not know that None is for no change.
        certificates.read_if_changed,  # type: ignore[arg-type]
        require_client_authentication=files.client_ca is not None,
    )


class _Certificates:
    """Reads certificates anew when their files have changed. Thread-safe: gRPC's threads ask."""

    def __init__(self, files: TLSFiles) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._stamp = file_stamp(files.paths)

    def read(self) -> grpc.ServerCertificateConfiguration:
        """Read and check the files.

        Raises:
            CertificatesUnusable: gRPC would find out only when a client connects.
        """
        files = self._files
        try:
            key, chain = files.key.read_bytes(), files.cert.read_bytes()
            client_ca = None if files.client_ca is None else files.client_ca.read_bytes()
        except OSError as error:
            raise CertificatesUnusable(
                f"cannot read {error.filename}: {error.strerror or error}"
            ) from error
        _check(files, client_ca)
        return grpc.ssl_server_certificate_configuration([(key, chain)], client_ca)

    def read_if_changed(self) -> grpc.ServerCertificateConfiguration | None:
        """The certificates if they are new and can be used; None to go on with the old."""
        with self._lock:
            stamp = file_stamp(self._files.paths)
            if stamp == self._stamp:
                return None
            try:
                configuration = self.read()
            except CertificatesUnusable as error:
                configuration = None
                logger().error("the new certificates are broken: the old ones stay", why=str(error))
            if file_stamp(self._files.paths) != stamp:
                return None  # Still being written: the next connection looks again.
            self._stamp = stamp
            if configuration is not None:
                logger().info("certificates read again")
            return configuration


def _check(files: TLSFiles, client_ca: bytes | None) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(files.cert, files.key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise CertificatesUnusable(
            f"{files.cert} and {files.key} are no certificate and its unencrypted key in PEM: "
            f"{_reason(error)}"
        ) from error
    if client_ca is None:
        return
    try:
        context.load_verify_locations(cadata=client_ca.decode("ascii"))
    except (OSError, ValueError) as error:
        raise CertificatesUnusable(
            f"{files.client_ca} holds no certificates in PEM: {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    return (isinstance(error, ssl.SSLError) and error.reason) or str(error)
