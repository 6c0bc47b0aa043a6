"""What a server counts of each caller."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

# Labels live as long as the server, and tokens may be made and revoked all the while.
_MOST_NAMES = 1000
_OTHERS = "(other)"


class CallerMetrics:
    """The counts of callers. A token's name is a label of its own.

    Certificates and addresses are as many as callers like, so all of a kind are counted together,
    as `(certificate)` and `(address)`; so are, as `(other)`, tokens after the first so many. No
    token in a file can have such a name.
    """

    def __init__(self, registry: CollectorRegistry, *, most_names: int = _MOST_NAMES) -> None:
        """Count in `registry`; tell up to `most_names` tokens apart."""
        self._most_names = most_names
        self._names: set[str] = set()
        self._calls = Counter(
            "tarjama_caller_calls",
            "Calls ended, by token or kind of caller and by canonical code.",
            ["caller", "code"],
            registry=registry,
        )
        self._characters = Counter(
            "tarjama_caller_characters",
            "Characters taken in for translation, by token or kind of caller.",
            ["caller"],
            registry=registry,
        )

    def call_ended(self, kind: str, name: str, code: str) -> None:
        """A call of the caller ended with `code`, refused or not."""
        self._calls.labels(self._label(kind, name), code).inc()

    def characters_taken(self, kind: str, name: str, count: int) -> None:
        """So many code points of the caller's are to be translated."""
        self._characters.labels(self._label(kind, name)).inc(count)

    def _label(self, kind: str, name: str) -> str:
        if kind != "token":
            return f"({kind})"
        if name not in self._names:
            if len(self._names) >= self._most_names:
                return _OTHERS
            self._names.add(name)
        return name


def unread_caller_metrics() -> CallerMetrics:
    """Counts that no one reads, for a call outside a server."""
    return CallerMetrics(CollectorRegistry())
