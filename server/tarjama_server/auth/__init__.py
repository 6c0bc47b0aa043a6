"""Who may call, and how a caller is told from another."""

from tarjama_server.auth.callers import (
    Authenticator,
    Caller,
    CredentialsExpired,
    CredentialsInvalid,
    CredentialsMissing,
    Peer,
    Quota,
)
from tarjama_server.auth.tokens_file import MaxPriority

__all__ = [
    "Authenticator",
    "Caller",
    "CredentialsExpired",
    "CredentialsInvalid",
    "CredentialsMissing",
    "MaxPriority",
    "Peer",
    "Quota",
]
