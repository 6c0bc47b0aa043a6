"""A name server for one name, whose addresses change."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Sequence
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset


class Nameserver:
    """Answers on a free UDP port of this machine while its context lasts."""

    def __init__(self, name: str, hosts: Sequence[str]) -> None:
        self._name = name
        self._hosts = tuple(hosts)
        nameserver = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                query, socket = self.request
                socket.sendto(nameserver._answer(query), self.client_address)

        self._server = socketserver.UDPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def target(self, port: int) -> str:
        """What gRPC resolves the name by, and this server alone."""
        own_port = self._server.socket.getsockname()[1]
        return f"dns://127.0.0.1:{own_port}/{self._name}:{port}"

    def change(self, hosts: Sequence[str]) -> None:
        """Let the name have other addresses from now on."""
        self._hosts = tuple(hosts)

    def _answer(self, query: bytes) -> bytes:
        message = dns.message.from_wire(query)
        response = dns.message.make_response(message)
        response.flags |= dns.flags.AA
        question = message.question[0]
        if question.name.to_text(omit_final_dot=True) != self._name:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.A:
            # No time to live: whoever asks again hears of changes.
            response.answer.append(
                dns.rrset.from_text(question.name, 0, dns.rdataclass.IN, "A", *self._hosts)
            )
        return response.to_wire()
