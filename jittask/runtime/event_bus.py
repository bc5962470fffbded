"""Hands a runtime's events on, one at a time, and remembers the latest for who waits for one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from jittask.runtime.events import Event

_REMEMBERED = 1000


class EventBus:
    """Safe to call from every thread of the runtime."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        self._on_event = on_event
        self._condition = threading.Condition()
        self._told: deque[Event] = deque(maxlen=_REMEMBERED)

    def emit(self, event: Event) -> None:
        """Tell an event."""
        with self._condition:
            self._told.append(event)
            if self._on_event is not None:
                self._on_event(event)
            self._condition.notify_all()

    def wait_for(self, wanted: Callable[[Event], bool], seconds: float) -> Event:
        """Return the first event, remembered or to come, that ``wanted`` says yes to.

        Raises TimeoutError where none came.
        """
        found: list[Event] = []

        def seen() -> bool:
            found[:] = [event for event in self._told if wanted(event)][:1]
            return bool(found)

        with self._condition:
            if not self._condition.wait_for(seen, seconds):
                raise TimeoutError(f"no such event within {seconds:g} s")
        return found[0]
