"""Reports a run store that does not answer: once when it begins, and once when it ends (R4)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jittask.clock import Clock
from jittask.runtime.events import Event, Trouble
from jittask.store import StoreUnavailable


class Outage:
    """Whether the run store of one runtime answers; safe to call from several threads."""

    def __init__(self, clock: Clock, emit: Callable[[Event], None]) -> None:
        self._clock = clock
        self._emit = emit
        self._lock = threading.Lock()
        self._since: float | None = None

    def met(self, error: StoreUnavailable) -> None:
        """Note that the store does not answer; what is to be written waits."""
        with self._lock:
            first = self._since is None
            if first:
                self._since = self._clock.monotonic()
        if first:
            self._report("store-unavailable", f"{error}; {error.hint}")

    def over(self) -> None:
        """Note that the store answers."""
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            seconds = self._clock.monotonic() - since
            self._report("store-answers", f"the run store answers again, after {seconds:.0f} s")

    @contextmanager
    def tolerated(self) -> Iterator[None]:
        """Report a store that fails inside the block, which the duty then does again."""
        try:
            yield
        except StoreUnavailable as error:
            self.met(error)

    def gave_up(self, error: StoreUnavailable, outcomes: int) -> None:
        """Report that the runtime ends without having written all outcomes."""
        runs = "1 run" if outcomes == 1 else f"{outcomes} runs"
        self._report(
            "outcomes-lost",
            f"{error}: the outcome of {runs} could not be written; "
            "the next start records them as interrupted",
        )

    def _report(self, code: str, text: str) -> None:
        self._emit(Trouble(self._clock.now(), code, text))
