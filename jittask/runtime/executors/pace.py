"""How much work may wait for a worker, estimated from the bodies before: 50 ms of it (R6)."""

from __future__ import annotations

AHEAD_SECONDS = 0.05
_MOST_AHEAD = 64
_MEMORY = 0.7  # how much of the pace before counts in the new one


class Pace:
    """How long bodies take, the last ones above all."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    @property
    def ahead(self) -> int:
        """How many runs may wait for one worker; none before a first body has ended."""
        if self._seconds is None:
            return 0
        return min(_MOST_AHEAD, int(AHEAD_SECONDS / max(self._seconds, 1e-4)))

    def took(self, seconds: float) -> None:
        """Note how long a body took."""
        before = seconds if self._seconds is None else self._seconds
        self._seconds = _MEMORY * before + (1 - _MEMORY) * seconds
