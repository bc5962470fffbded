"""Gives the messages that Celery receives to the inbox of a worker (rule R10).

A message is acknowledged as soon as the worker has room for its run, and before
the run is taken over. What has no room stays unacknowledged: when the connection
ends, the broker gives it to another worker.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from jittask.clock import Clock
from jittask.runtime.events import Event, Trouble
from jittask.runtime.fleet.inbox import Inbox
from jittask.runtime.fleet.message import UnknownMessage, decode

_log = logging.getLogger(__name__)
_HELD_LOOK_SECONDS = 0.02
"""How often messages that found no room are looked at."""


class Receiver:
    """Takes messages of one connection after the other; called in Celery's thread alone."""

    def __init__(
        self,
        inbox: Inbox,
        clock: Clock,
        emit: Callable[[Event], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """``failed`` takes what went wrong where Celery would only log it."""
        self._inbox = inbox
        self._clock = clock
        self._emit = emit
        self._failed = failed
        self._held: deque[Any] = deque()
        self._consumer: Any = None
        self._refused: set[str] = set()

    def begin(self, consumer: Any) -> None:
        """Receive from this consumer from now on; a new connection has a new one."""
        self._consumer = consumer
        self._held.clear()

    def forget(self) -> None:
        """Forget what was not acknowledged: its connection is gone, and the broker has it."""
        self._held.clear()

    def receive(self, message: Any, *_: object, **__: object) -> None:
        """Take a message, or hold it back while there is no room."""
        if not self._held and self._inbox.has_room():
            self._accept(message)
            return
        if not self._held:
            self._look_again_soon()
        self._held.append(message)

    def _look_again_soon(self) -> None:
        self._consumer.timer.call_after(_HELD_LOOK_SECONDS, self._look_again)

    def _look_again(self) -> None:
        try:
            while self._held and self._inbox.has_room():
                self._accept(self._held.popleft())
        except Exception as error:  # what a timer raises is only logged, and would stay held back
            self._failed(error)
            return
        if self._held:
            self._look_again_soon()

    def _accept(self, message: Any) -> None:
        """Give a message to the inbox, and acknowledge it.

        At once: Celery's own way waits for the next event of the connection, and the
        broker, that has sent as much as it may, would send nothing until then.
        """
        try:
            self._inbox.put(decode(_content(message)))
        except UnknownMessage as error:
            if str(error) not in self._refused:
                self._refused.add(str(error))
                text = f"refused {error}; another worker has to take such runs"
                self._emit(Trouble(self._clock.now(), "message-refused", text))
        message.ack_log_error(_log, self._consumer.connection_errors)


def _content(message: Any) -> object:
    """Return what was sent. Raises UnknownMessage: whatever it is, it concerns no other message."""
    try:
        payload = message.payload
    except Exception as error:
        name = type(error).__name__
        raise UnknownMessage(f"a message whose content cannot be read ({name})") from error
    match payload:
        case [[content, *_], *_]:
            return content
        case _:
            return None
