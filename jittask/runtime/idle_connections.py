"""Closes connections to business databases that this process does not use (rule F8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from jittask.data.engines import ENGINES, EngineRegistry

_EVERY = timedelta(minutes=1)


class IdleConnections:
    """Every minute closes what has been idle since the minute before."""

    def __init__(self, engines: EngineRegistry = ENGINES) -> None:
        self._engines = engines
        self._next: datetime | None = None

    def step(self, now: datetime) -> None:
        """Close what is idle, where a minute has passed."""
        if self._next is not None and now < self._next:
            return
        self._engines.close_unused()
        self._next = now + _EVERY
