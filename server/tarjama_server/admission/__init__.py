"""Refuses calls at once that cannot be served in good time, and bounds what each caller takes."""

from tarjama_server.admission.admission import Admission, AdmittedCall, ExpectedCall
from tarjama_server.admission.backlog import Unanswered, expected_positions
from tarjama_server.admission.quota import CharacterBudget
from tarjama_server.admission.refusals import (
    DeadlineUnmeetable,
    QueueFull,
    QuotaExceeded,
    QuotaTooSmall,
    Refused,
)

__all__ = [
    "Admission",
    "AdmittedCall",
    "CharacterBudget",
    "DeadlineUnmeetable",
    "ExpectedCall",
    "QueueFull",
    "QuotaExceeded",
    "QuotaTooSmall",
    "Refused",
    "Unanswered",
    "expected_positions",
]
