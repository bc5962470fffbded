"""The Celery worker: it listens for offers, and gives them to the inbox of its worker (R10).

A message is acknowledged as soon as the worker has room for its run, and before
the run is taken over. What has no room stays unacknowledged: when the connection
ends, the broker gives it to another worker.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection
from typing import Any

from celery import bootsteps
from celery.worker import state as celery_state

from jittask.clock import Clock
from jittask.drivers import first_line
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.celery.app import TASK, make_app
from jittask.runtime.fleet.inbox import Inbox
from jittask.runtime.fleet.message import UnknownMessage, decode

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 1.0
_END_SECONDS = 3.0
_HELD_LOOK_SECONDS = 0.02
"""How often messages that found no room are looked at."""


class Listener:
    """A Celery worker in a thread of its own; it connects again by itself."""

    def __init__(
        self,
        broker: str,
        queues: Collection[str],
        inbox: Inbox,
        held_back: int,
        clock: Clock,
        emit: Callable[[Event], None],
    ) -> None:
        """``held_back``: how many messages may wait here without an acknowledgement."""
        self._clock = clock
        self._emit = emit
        self._connection = _Connection(clock, emit)
        self._app = make_app(broker, queues, held_back=held_back, sends=False)
        self._queues = list(queues)
        self._closing = threading.Event()
        self._register(inbox)
        self._thread = threading.Thread(target=self._run, name="jittask-listener", daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        logging.getLogger("celery").addHandler(self._connection)
        logging.getLogger("celery").propagate = False
        self._thread.start()

    def close(self) -> None:
        """Listen no more; what was not acknowledged goes back to the broker."""
        self._closing.set()
        celery_state.should_stop = 0
        self._thread.join(_END_SECONDS)
        logging.getLogger("celery").removeHandler(self._connection)

    def _register(self, inbox: Inbox) -> None:
        """Let every message of ours come to ``_Receiver`` instead of a pool."""
        receiver = _Receiver(inbox, self._clock, self._emit)
        connection = self._connection

        class Connected(bootsteps.StartStopStep):  # type: ignore[misc]
            requires = ("celery.worker.consumer.tasks:Tasks",)

            def start(self, _: object) -> None:
                connection.is_there()

            def stop(self, _: object) -> None:
                receiver.forget()

        self._app.steps["consumer"].add(Connected)
        task = self._app.task(name=TASK, shared=False)(_never_called)

        def strategy(_: object, consumer: Any, **__: object) -> Callable[..., None]:
            receiver.begin(consumer)
            return receiver.receive

        task.start_strategy = strategy

    def _run(self) -> None:
        while not self._closing.is_set():
            celery_state.should_stop = None
            worker = self._app.WorkController(
                pool="solo", queues=self._queues, without_gossip=True, without_mingle=True,
                without_heartbeat=True,
            )  # fmt: skip
            worker.start()
            if not self._closing.is_set():
                self._connection.is_gone("the Celery worker has ended")
                self._clock.wait(self._closing, _RETRY_SECONDS)


class _Receiver:
    """Gives messages to the inbox; called in Celery's thread alone."""

    def __init__(self, inbox: Inbox, clock: Clock, emit: Callable[[Event], None]) -> None:
        self._inbox = inbox
        self._clock = clock
        self._emit = emit
        self._held: deque[tuple[object, Callable[..., None]]] = deque()
        self._consumer: Any = None
        self._refused: set[str] = set()

    def begin(self, consumer: Any) -> None:
        """Receive from this consumer from now on; a new connection has a new one."""
        self._consumer = consumer
        self._held.clear()

    def forget(self) -> None:
        """Forget what was not acknowledged: its connection is gone, and the broker has it."""
        self._held.clear()

    def receive(
        self, message: Any, _body: object, ack: Callable[..., None], *_: object, **__: object
    ) -> None:
        """Take a message, or hold it back while there is no room."""
        match message.payload:
            case [[content, *_], *_]:
                pass
            case _:
                content = None
        if self._held or not self._inbox.has_room():
            if not self._held:
                self._consumer.timer.call_after(_HELD_LOOK_SECONDS, self._look_again)
            self._held.append((content, ack))
            return
        self._accept(content, ack)

    def _look_again(self) -> None:
        while self._held and self._inbox.has_room():
            self._accept(*self._held.popleft())
        if self._held:
            self._consumer.timer.call_after(_HELD_LOOK_SECONDS, self._look_again)

    def _accept(self, content: object, ack: Callable[..., None]) -> None:
        try:
            self._inbox.put(decode(content))
        except UnknownMessage as error:
            if str(error) not in self._refused:
                self._refused.add(str(error))
                text = f"refused {error}; another worker has to take such runs"
                self._emit(Trouble(self._clock.now(), "message-refused", text))
        ack(_log, self._consumer.connection_errors)


class _Connection(logging.Handler):
    """Reports that the broker is away, and that it is back, once each; by what Celery logs."""

    def __init__(self, clock: Clock, emit: Callable[[Event], None]) -> None:
        super().__init__(logging.ERROR)
        self._clock = clock
        self._report = emit
        self._is_away = False

    def emit(self, record: logging.LogRecord) -> None:
        """Take what Celery logs as an error."""
        self.is_gone(record.getMessage())

    def is_gone(self, why: str) -> None:
        if not self._is_away:
            self._is_away = True
            text = f"the broker does not answer: {first_line(RuntimeError(why))}"
            self._report(Trouble(self._clock.now(), "broker-unavailable", text))

    def is_there(self) -> None:
        if self._is_away:
            self._is_away = False
            self._report(Trouble(self._clock.now(), "broker-answers", "the broker answers again"))


def _never_called(*_: object) -> None:
    raise AssertionError("the receiver takes every message before a pool could")
