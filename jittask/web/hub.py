"""Says to every open stream what has changed, and waits for none of them (rule C3).

A change is a topic and a number, and what a client does not know yet is a
comparison of numbers: so a client costs the same however slow it is, and one that
comes back with the last number it has seen misses nothing.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from jittask.clock import Clock
from jittask.operations.inspect.changes import Topic

LOOK_SECONDS = 0.5
"""How soon a change that another process made in the run store is seen (R5)."""
MOST_STREAMS = 1500


@dataclass(frozen=True, slots=True)
class News:
    """What a client does not know yet."""

    number: int
    """Of the newest change."""
    topics: tuple[Topic, ...]


class Hub:
    """The changes of one tree. ``announce`` is called from any thread, the rest from the loop."""

    def __init__(self, look: Callable[[], Mapping[Topic, Hashable]], clock: Clock) -> None:
        """``look`` returns the marks of the run store; it is called in a thread of its own."""
        self.epoch = secrets.token_hex(4)
        """Names this run of the server: numbers of another mean nothing."""
        self._look = look
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._number = 0
        self._changed_at: dict[Topic, int] = {}
        self._news = asyncio.Event()
        self._streams = 0
        self._wanted = threading.Event()
        self._closed = threading.Event()
        self._marks: Mapping[Topic, Hashable] = {}
        self._thread = threading.Thread(target=self._watch_store, name="jittask-store", daemon=True)

    def start(self) -> None:
        """Begin, in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def close(self) -> None:
        """End every stream; may be called from any thread."""
        self._closed.set()
        self._wanted.set()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    @property
    def closed(self) -> bool:
        """Whether nothing will be announced any more."""
        return self._closed.is_set()

    @property
    def number(self) -> int:
        """The number of the newest change."""
        return self._number

    @property
    def streams(self) -> int:
        """How many clients listen."""
        return self._streams

    @property
    def is_full(self) -> bool:
        """Whether as many clients listen as may."""
        return self._streams >= MOST_STREAMS

    def announce(self, *topics: Topic) -> None:
        """Say that something has changed; from any thread. Nothing is waited for."""
        if self._loop is None:
            self._note(topics)
        else:
            self._loop.call_soon_threadsafe(self._note, topics)

    def enter(self) -> None:
        """Count a stream."""
        self._streams += 1
        self._wanted.set()

    def leave(self) -> None:
        """Count a stream no more; without any, the store is not asked."""
        self._streams -= 1
        if not self._streams and not self.closed:
            self._wanted.clear()

    def since(self, number: int) -> News:
        """Return what has changed after a number."""
        topics = (topic for topic in Topic if self._changed_at.get(topic, 0) > number)
        return News(self._number, tuple(topics))

    async def wait(self, seconds: float) -> None:
        """Return at the next change, at the end, or after so many seconds."""
        if self.closed:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    def _note(self, topics: tuple[Topic, ...]) -> None:
        self._number += 1
        for topic in topics:
            self._changed_at[topic] = self._number
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _watch_store(self) -> None:
        while not self.closed:
            if not self._wanted.is_set():
                self._wanted.wait()
                continue
            self.look_at_store()
            self._clock.wait(self._closed, LOOK_SECONDS)

    def look_at_store(self) -> None:
        """Compare the run store's marks with those of the last look, and announce what differs."""
        marks = self._look()
        topics = [topic for topic, mark in marks.items() if self._marks.get(topic) != mark]
        first, self._marks = not self._marks, marks
        if topics and not first and not self.closed:
            self.announce(*topics)
