"""Authorities and certificates that live as long as a test."""

from pathlib import Path

import trustme

from tarjama_server.auth.tls import TLSFiles


class Authority:
    """An authority, and the files that it writes into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._authority = trustme.CA()
        self.ca = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.ca))

    @property
    def ca_bytes(self) -> bytes:
        return self.ca.read_bytes()

    def issue(self, *names: str, common_name: str | None = None) -> TLSFiles:
        """Write a certificate and its key."""
        certificate = self._authority.issue_cert(*names, common_name=common_name)
        stem = (common_name or names[0]).replace(":", "-")
        files = TLSFiles(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        certificate.private_key_pem.write_to_path(str(files.key))
        files.cert.write_bytes(b"".join(pem.bytes() for pem in certificate.cert_chain_pems))
        return files

    def issue_for_loopback(self) -> TLSFiles:
        return self.issue("127.0.0.1", "localhost", "::1")
