"""Characters a minute that a caller may have translated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tarjama_server.admission.refusals import QuotaExceeded, QuotaTooSmall

_MINUTE_S = 60.0


class CharacterBudget:
    """A token bucket that holds a minute's characters, in code points, and begins full.

    A caller that pauses may have a whole minute's at once; over longer times it has no more than
    its quota. Streams spend what they have already read, which may be more than there is: the debt
    is made up for before anything else of the caller's is let in.
    """

    def __init__(
        self, characters_per_minute: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin full."""
        self.characters_per_minute = characters_per_minute
        self._clock = clock
        self._left = float(characters_per_minute)
        self._at = clock()

    @property
    def is_full(self) -> bool:
        """Whether it holds all that it can: nothing is forgotten with it."""
        return self._refill() == self.characters_per_minute

    def spend_whole(self, characters: int) -> None:
        """Take `characters`, or none if there are not so many.

        Raises:
            QuotaTooSmall: there never are.
            QuotaExceeded: there are not now.
        """
        if characters > self.characters_per_minute:
            raise QuotaTooSmall(characters, self.characters_per_minute)
        wait_s = self._wait_s(characters)
        if wait_s > 0:
            raise QuotaExceeded(
                f"the call has {characters} characters, and of this token's quota of "
                f"{self.characters_per_minute} a minute {max(int(self._left), 0)} are left",
                wait_s,
            )
        self.spend(characters)

    def spend(self, characters: int) -> None:
        """Take `characters` that were read already, going into debt if need be."""
        self._left = self._refill() - characters

    async def wait_for_room(self) -> None:
        """Wait until the debt is paid and one more character may be read."""
        while (wait_s := self._wait_s(1)) > 0:
            await asyncio.sleep(wait_s)

    def _refill(self) -> float:
        now = self._clock()
        gained = (now - self._at) * self.characters_per_minute / _MINUTE_S
        self._left = min(self._left + gained, self.characters_per_minute)
        self._at = now
        return self._left

    def _wait_s(self, characters: int) -> float:
        """Seconds until there are `characters`; not above 0 if there are."""
        return (characters - self._refill()) * _MINUTE_S / self.characters_per_minute
