"""Tells of a run store that does not answer: once when it begins, once when it is over (R4)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jittask.clock import Clock
from jittask.runtime.events import Event, Trouble
from jittask.store import StoreUnavailable


class Outage:
    """What the duties of one runtime have met; safe to call from several threads."""

    def __init__(self, clock: Clock, emit: Callable[[Event], None]) -> None:
        self._clock = clock
        self._emit = emit
        self._lock = threading.Lock()
        self._since: float | None = None

    def met(self, error: StoreUnavailable) -> None:
        """Take note that the store does not answer; what waits to be written is kept."""
        with self._lock:
            first = self._since is None
            if first:
                self._since = self._clock.monotonic()
        if first:
            self._tell("store-unavailable", f"{error}; {error.hint}")

    def over(self) -> None:
        """Take note that the store answers."""
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            seconds = self._clock.monotonic() - since
            self._tell("store-answers", f"the run store answers again, after {seconds:.0f} s")

    @contextmanager
    def tolerated(self) -> Iterator[None]:
        """Let a duty fail on the store: it is told, and the duty has its turn again."""
        try:
            yield
        except StoreUnavailable as error:
            self.met(error)

    def gave_up(self, error: StoreUnavailable, outcomes: int) -> None:
        """Tell that the runtime ends without having written all outcomes."""
        runs = "1 run" if outcomes == 1 else f"{outcomes} runs"
        self._tell(
            "outcomes-lost",
            f"{error}: how {runs} ended could not be written; "
            "the next start records them as interrupted",
        )

    def _tell(self, code: str, text: str) -> None:
        self._emit(Trouble(self._clock.now(), code, text))
