"""A bounded queue of events between the runtime and one reader of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Self

from jittask.runtime.errors import EventsLost
from jittask.runtime.events import Event, Stopped

DEFAULT_CAPACITY = 50_000
"""Events: several bursts of a large tree, a few megabytes."""

_BURST_SECONDS = 0.005


class EventQueue:
    """Takes events without ever waiting. Any thread may put, one reader takes."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"expected a capacity of at least 1, got {capacity}")
        self.capacity = capacity
        self._events: deque[Event] = deque()
        self._changed = threading.Condition()
        self._finished = False
        self._ending = threading.Event()

    def put(self, event: Event) -> bool:
        """Add an event; False where the queue is full. After ``finish`` it is ignored."""
        with self._changed:
            if self._finished:
                return True
            if len(self._events) >= self.capacity:
                return False
            self._events.append(event)
            if len(self._events) == 1:  # else its reader is not waiting
                self._changed.notify_all()
            return True

    def take(self, seconds: float | None = None) -> Event | None:
        """Wait for the next event; None once the queue is finished and empty.

        Raises TimeoutError where none came within ``seconds``.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._events or self._finished, seconds):
                raise TimeoutError
            return self._events.popleft() if self._events else None

    def bursts(self) -> Iterator[Event]:
        """Yield the events as they come, until the queue is finished and empty.

        A reader that is woken for every event would take turns with the thread
        that puts them, and slow it: this one wakes a bounded number of times a
        second.
        """
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._events or self._finished)
                if not self._events:
                    return
            while self._events:
                try:
                    event = self._events.popleft()
                except IndexError:  # cleared in between
                    break
                yield event
            self._ending.wait(_BURST_SECONDS)

    def finish(self) -> None:
        """Take no more events; those that wait can still be read."""
        self._ending.set()
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def clear(self) -> None:
        """Forget the events that wait."""
        with self._changed:
            self._events.clear()


class EventStream:
    """The events of a runtime as an iterator and a context manager.

    It ends after ``Stopped``, after a start that failed, and when it is closed;
    where the runtime had ended before, at once, unless it is started again.
    What was put in before the end can be read afterwards. Raises EventsLost in
    place of the first event that it had no room for.
    """

    def __init__(
        self,
        capacity: int,
        attach: Callable[[EventStream], None],
        detach: Callable[[EventStream], None],
    ) -> None:
        self._queue = EventQueue(capacity)
        self._attach = attach
        self._detach = detach
        self._lost = False
        self._ended = False

    def offer(self, event: Event) -> bool:
        """Add an event; False where there is no room for it, and nothing more is added."""
        self._lost = not self._queue.put(event)
        if self._lost:
            self._queue.finish()
        return not self._lost

    def finish(self) -> None:
        """End the stream behind the events that wait."""
        self._queue.finish()

    def reopen(self) -> None:
        """Be ready for the events of another start, unless the end has been read."""
        self._queue = EventQueue(self._queue.capacity)

    def close(self) -> None:
        """End the stream; a second call does nothing."""
        self._detach(self)
        self._queue.finish()
        self._queue.clear()
        self._ended = True

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        return self.take()

    def take(self, seconds: float | None = None) -> Event:
        """Return the next event. Raises StopIteration at the end, and TimeoutError."""
        if self._ended:
            raise StopIteration
        event = self._queue.take(seconds)
        if event is None:
            self._ended = True
            if self._lost:
                raise EventsLost(self._queue.capacity)
            raise StopIteration
        self._ended = isinstance(event, Stopped)
        return event

    def __enter__(self) -> Self:
        self._attach(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
