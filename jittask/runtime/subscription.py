"""A listener with a queue and a thread, so that it slows neither the runtime nor the others."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jittask.runtime.event_queue import EventQueue
from jittask.runtime.events import Event

Listener = Callable[[Event], None]

_CHECK_SECONDS = 0.5


class Subscription:
    """Calls a listener with one event at a time, in order.

    It is dropped when the listener raises, or has so many events waiting that
    its queue is full. ``dropped`` then says why.
    """

    def __init__(
        self,
        listener: Listener,
        capacity: int,
        on_raised: Callable[[Subscription, BaseException], None],
        detach: Callable[[Subscription], None],
    ) -> None:
        self._listener = listener
        self._capacity = capacity
        self._on_raised = on_raised
        self._detach = detach
        self._queue = EventQueue(capacity)
        self._thread: threading.Thread | None = None
        self._delivered = 0
        self.dropped: str | None = None
        """Why the listener gets no more events; None while it does."""

    @property
    def name(self) -> str:
        """The listener's name, for messages."""
        return getattr(self._listener, "__qualname__", type(self._listener).__qualname__)

    @property
    def capacity(self) -> int:
        """How many events may wait."""
        return self._capacity

    @property
    def runs_here(self) -> bool:
        """Whether the calling thread is the one that calls the listener."""
        return self._thread is threading.current_thread()

    def offer(self, event: Event) -> bool:
        """Add an event; False where the queue is full."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._deliver, name=f"jittask-listener-{self.name}", daemon=True
            )
            self._thread.start()
        return self._queue.put(event)

    def finish(self) -> None:
        """End the thread when the events that wait have been delivered."""
        self._queue.finish()

    def reopen(self) -> None:
        """Be ready for the events of another start."""
        self._queue, self._thread = EventQueue(self._capacity), None

    def wait_until_delivered(self, stall_seconds: float, most_seconds: float) -> bool:
        """Wait, after ``finish``, for the last event to be delivered; say whether it was.

        Gives up when no event is delivered for ``stall_seconds``, and in any
        case after ``most_seconds``.
        """
        thread = self._thread
        if thread is None or self.runs_here:
            return True
        waited = stalled = 0.0
        delivered = self._delivered
        while waited < most_seconds and stalled < stall_seconds:
            thread.join(_CHECK_SECONDS)
            if not thread.is_alive():
                return True
            waited += _CHECK_SECONDS
            stalled = stalled + _CHECK_SECONDS if delivered == self._delivered else 0.0
            delivered = self._delivered
        return False

    def drop(self, why: str) -> None:
        """Deliver nothing more."""
        self.dropped = why
        self._queue.finish()
        self._queue.clear()

    def close(self) -> None:
        """End the subscription; a second call does nothing."""
        self._detach(self)
        self.drop("it was closed")

    def _deliver(self) -> None:
        for event in self._queue.bursts():
            try:
                self._listener(event)
            except BaseException as error:
                self._on_raised(self, error)
                return
            self._delivered += 1
