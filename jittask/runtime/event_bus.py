"""Gives a runtime's events to its subscribers, and remembers the latest for ``wait_for``."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from jittask.clock import Clock, SystemClock
from jittask.environment import filled_in
from jittask.masking import Mask
from jittask.runtime.errors import WrongState
from jittask.runtime.event_queue import DEFAULT_CAPACITY, EventStream
from jittask.runtime.events import Event, Trouble
from jittask.runtime.subscription import Listener, Subscription

_REMEMBERED = 1000
_STALL_SECONDS = 5.0  # without one event delivered, at the end of a runtime
_LAST_SECONDS = 60.0  # for all events that wait at the end of a runtime
_log = logging.getLogger(__name__)


class EventBus:
    """Safe to call from every thread; never waits for a subscriber but in ``finish``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._remembered: deque[Event] = deque(maxlen=_REMEMBERED)
        self._subscriptions: list[Subscription] = []
        self._streams: list[EventStream] = []
        self._over = False

    def subscribe(self, listener: Listener, capacity: int) -> Subscription:
        """Call ``listener`` with every event from here on, in a thread for it alone."""
        subscription = Subscription(listener, capacity, self._raised, self._detach)
        with self._lock:
            self._subscriptions.append(subscription)
        return subscription

    def stream(self, capacity: int) -> EventStream:
        """Return an iterator of the events from when its ``with`` block begins."""
        return EventStream(capacity, self._attach_stream, self._detach_stream)

    def begin(self) -> None:
        """Forget the events of the start before, and be ready for those of the next one."""
        with self._lock:
            if self._over:  # what was opened since then has no reader that waits
                for stream in self._streams:
                    stream.reopen()
            self._over = False
            self._remembered.clear()
            for subscription in self._subscriptions:
                subscription.reopen()

    def emit(self, event: Event) -> None:
        """Give an event to everybody; all get the events in the same order."""
        if isinstance(event, Trouble):
            event = replace(event, text=Mask(filled_in())(event.text))
        with self._lock:
            self._remembered.append(event)
            self._streams = [stream for stream in self._streams if stream.offer(event)]
            full = [reader for reader in self._subscriptions if not reader.offer(event)]
            for subscription in full:
                self._drop(subscription, f"{subscription.capacity} events were waiting for it")

    def finish(self) -> None:
        """End with what has been emitted, and wait, for a bounded time, until it is delivered."""
        with self._lock:
            self._over = True
            subscriptions, streams = tuple(self._subscriptions), tuple(self._streams)
            self._streams.clear()
        for subscription in subscriptions:
            subscription.finish()
        for stream in streams:
            stream.finish()
        for subscription in subscriptions:
            if not subscription.wait_until_delivered(_STALL_SECONDS, _LAST_SECONDS):
                with self._lock:
                    self._drop(subscription, "it took too long with the last events")

    @property
    def in_listener(self) -> bool:
        """Whether the calling thread is one that calls a listener."""
        return any(subscription.runs_here for subscription in tuple(self._subscriptions))

    def wait_for(self, predicate: Callable[[Event], bool], seconds: float) -> Event:
        """Return the first event, remembered or to come, for which ``predicate`` is true.

        Raises TimeoutError where none came in time, and WrongState as soon as
        the runtime has ended without one. The predicate may call the runtime.
        """
        stream = self.stream(DEFAULT_CAPACITY)
        with self._lock:
            remembered = tuple(self._remembered)
            self._attach_stream(stream)
        try:
            for event in chain(remembered, _within(stream, seconds)):
                if predicate(event):
                    return event
        finally:
            stream.close()
        raise WrongState(
            "the runtime has ended without such an event",
            hint=f"the last {_REMEMBERED} events of a start are remembered",
        )

    def _raised(self, subscription: Subscription, error: BaseException) -> None:
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        with self._lock:
            self._drop(subscription, f"it raised {words}", error)

    def _drop(
        self, subscription: Subscription, why: str, error: BaseException | None = None
    ) -> None:
        """Take a listener off, and say so to the log and to the others; holds the lock."""
        if subscription not in self._subscriptions:
            return
        self._subscriptions.remove(subscription)
        subscription.drop(why)
        text = f"the event listener {subscription.name} gets no more events: {why}"
        _log.warning("%s", text, exc_info=error)
        self.emit(Trouble(self._clock.now(), "listener-dropped", text))

    def _detach(self, subscription: Subscription) -> None:
        with self._lock:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

    def _attach_stream(self, stream: EventStream) -> None:
        with self._lock:
            self._streams.append(stream)
            if self._over:
                stream.finish()

    def _detach_stream(self, stream: EventStream) -> None:
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)


def _within(stream: EventStream, seconds: float) -> Iterator[Event]:
    """Yield the events that come within ``seconds``, then raise TimeoutError."""
    clock = SystemClock()
    end = clock.monotonic() + seconds
    while True:
        try:
            yield stream.take(max(0.0, end - clock.monotonic()))
        except StopIteration:
            return
        except TimeoutError:
            raise TimeoutError(f"no such event within {seconds:g} s") from None
