"""Runs that were offered to this worker, until it takes them over (R10)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from jittask.runtime.fleet.message import Offer


class Inbox:
    """A short queue between the broker's thread and the worker's; safe to use from both.

    What has no room here stays with the broker, so that another worker may have it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offers: deque[Offer] = deque()
        self._room = 0
        self._wake: Callable[[], None] = _nobody

    def connect(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` with each offer from now on."""
        self._wake = wake

    def has_room(self) -> bool:
        """Whether ``put`` may be called."""
        with self._lock:
            return len(self._offers) < self._room

    def put(self, offer: Offer) -> None:
        """Add an offer; the broker may forget it."""
        with self._lock:
            self._offers.append(offer)
        self._wake()

    def take(self, limit: int) -> list[Offer]:
        """Return the first offers, and take them out."""
        with self._lock:
            return [self._offers.popleft() for _ in range(min(limit, len(self._offers)))]

    def make_room(self, room: int) -> None:
        """Let so many offers wait here; none at all while this worker can begin nothing."""
        with self._lock:
            self._room = room


def _nobody() -> None:
    """Wake nobody: the worker does not listen yet."""
