"""How much the gateway takes."""

from dataclasses import dataclass

__all__ = ["GatewaySettings"]

# What JSON needs for one code point at most: two escapes such as \ud83d\ude00.
_CHARACTER_BYTES = 12
# For all of a body that is neither the texts nor the file: names, quotes, boundaries, the token.
_OVERHEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """The limits of a gateway.

    Attributes:
        origins: Origins whose pages may call, as in CORS; `*` for all. None may without any.
        max_characters: Code points in one request, all its texts together.
        max_texts: Texts in one request.
        max_alternatives: Alternatives that may be asked for. Servers may allow fewer.
        max_file_bytes: Size of a file that may be sent.
        max_files_at_once: Files being translated at one time.
        keep_file_s: Seconds for which a translated file can be fetched.
        max_kept_files: Translated files kept at one time.
        max_kept_bytes: Their size, all together.
        timeout_s: Seconds that one request may take.
    """

    origins: tuple[str, ...] = ()
    max_characters: int = 200_000
    max_texts: int = 1_024
    max_alternatives: int = 7
    max_file_bytes: int = 32 * 1024 * 1024
    max_files_at_once: int = 4
    keep_file_s: float = 1_800.0
    max_kept_files: int = 200
    max_kept_bytes: int = 1024 * 1024 * 1024
    timeout_s: float = 300.0

    @property
    def max_text_body_bytes(self) -> int:
        """The largest body that can hold `max_characters`, however they are escaped."""
        return self.max_characters * _CHARACTER_BYTES + _OVERHEAD_BYTES

    @property
    def max_file_body_bytes(self) -> int:
        """The largest body that can hold a file of `max_file_bytes`."""
        return self.max_file_bytes + _OVERHEAD_BYTES
