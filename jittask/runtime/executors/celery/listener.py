"""The thread in which a worker listens for offers, and what becomes of its errors (R10, R12).

A broker that is away is waited for. Another error is reported, and listening
begins again; where that happens again and again, ``failure`` says so and the
worker ends. A queue that the broker refuses is left out while there are others.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection

from jittask.clock import Clock
from jittask.drivers import first_line
from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.celery.broker_errors import BrokerErrors, Origin, UnknownBroker
from jittask.runtime.executors.celery.broker_notice import BrokerNotice
from jittask.runtime.executors.celery.celery_log import CeleryLog
from jittask.runtime.executors.celery.celery_worker import CallAfter, CeleryWorker
from jittask.runtime.executors.celery.receiver import Receiver
from jittask.runtime.executors.celery.served_queues import ServedQueues
from jittask.runtime.fleet.inbox import Inbox

_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 1.0, 16.0
_END_SECONDS = 3.0
_LOOK_SECONDS = 10.0
"""How often queues that the broker refuses are looked at."""
_MAX_FAILURES, _WITHIN_SECONDS = 5, 60.0


class Listener:
    """Listens in a thread of its own, until ``close`` or a ``failure``."""

    def __init__(
        self,
        broker: str,
        queues: Collection[str],
        inbox: Inbox,
        held_back: int,
        clock: Clock,
        emit: Callable[[Event], None],
        ended: Callable[[], None],
    ) -> None:
        """``held_back``: how many messages may wait here without an acknowledgement.

        ``ended`` is called when ``failure`` is set. Raises RuntimeFailure where no
        library knows such a broker.
        """
        self._clock = clock
        self._emit = emit
        self._ended = ended
        self.failure: RuntimeFailure | None = None
        """Why it listens no more."""
        self._errors = _errors_of(broker)
        self._notice = BrokerNotice(clock, emit)
        self._log = CeleryLog(clock, emit)
        self._unraised: Exception | None = None
        self._worker = CeleryWorker(
            broker, queues, held_back, Receiver(inbox, clock, emit, self._end_for),
            self._connected, self._disconnected,
        )  # fmt: skip
        self._queues = ServedQueues(
            queues, lambda: self._worker.refusals(self._is_refusal), clock, emit
        )
        self._others_are_served = False
        """Whether Celery's run was ended to begin with other queues."""
        self._failures: deque[float] = deque(maxlen=_MAX_FAILURES)
        """When listening has failed, by ``Clock.monotonic``."""
        self._unreached = 0
        """How often in a row the broker could not be listened to."""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jittask-listener", daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        self._log.open()
        self._thread.start()

    def close(self) -> None:
        """Listen no more; what was not acknowledged goes back to the broker."""
        self._closing.set()
        self._worker.end()
        self._thread.join(_END_SECONDS)
        self._log.close()

    def _run(self) -> None:
        try:
            while True:
                self._unraised, self._others_are_served = None, False
                self._worker.ready()
                if self._closing.is_set():
                    return
                self._listen()
        except BaseException as error:
            self._give_up(error)

    def _listen(self) -> None:
        """Listen until that is over; note why, and wait. Raises what is to end the worker."""
        try:
            self._worker.run(self._queues.names())
            if self._others_are_served:
                return
            raise self._unraised or RuntimeError("the Celery worker has ended by itself")
        except Exception as error:
            if self._closing.is_set():
                return
            pause = self._pause_after(error)
        self._clock.wait(self._closing, pause)

    def _pause_after(self, error: Exception) -> float:
        """Note an error; return for how many seconds to wait. Raises it where it is to end all."""
        if self._is_refusal(error):
            try:
                if self._queues.look():
                    return 0.0
            except Exception as found:
                error = found
        if self._errors.origin_of(error) is not Origin.BROKER:
            self._failed(error)
            return _RETRY_SECONDS
        self._notice.is_gone(error)
        pause = min(_RETRY_SECONDS * 2.0**self._unreached, _LONGEST_RETRY_SECONDS)
        self._unreached += 1
        return pause

    def _is_refusal(self, error: Exception) -> bool:
        return self._errors.origin_of(error) is Origin.QUEUE

    def _connected(self, call_after: CallAfter) -> None:
        self._unreached = 0
        self._notice.is_there()
        if self._queues.some_are_refused:
            call_after(_LOOK_SECONDS, lambda: self._look_again(call_after))

    def _look_again(self, call_after: CallAfter) -> None:
        """Look at queues that were refused; called in Celery's thread."""
        try:
            self._others_are_served = self._queues.look()
        except Exception as error:
            self._end_for(error)
            return
        if self._others_are_served:
            self._worker.end(failed=True)
        else:
            call_after(_LOOK_SECONDS, lambda: self._look_again(call_after))

    def _disconnected(self, error: BaseException) -> None:
        """Note why a connection has ended; Celery makes another one, where the broker is away."""
        if self._errors.origin_of(error) is Origin.BROKER:
            self._notice.is_gone(error)
        elif isinstance(error, Exception):
            self._end_for(error)

    def _end_for(self, error: Exception) -> None:
        """End Celery's run, and have ``_listen`` judge an error that it would not raise."""
        self._unraised = error
        self._worker.end(failed=True)

    def _failed(self, error: Exception) -> None:
        """Report an error that is not the broker's; raise it again where there are too many."""
        moment = self._clock.monotonic()
        self._failures.append(moment)
        too_many = len(self._failures) == _MAX_FAILURES
        if too_many and moment - self._failures[0] <= _WITHIN_SECONDS:
            raise error
        self._report(error)

    def _report(self, error: BaseException) -> None:
        text = f"listening for runs has failed, and begins again: {_words(error)}"
        self._emit(Trouble(self._clock.now(), "listener-failed", text))

    def _give_up(self, error: BaseException) -> None:
        self.failure = RuntimeFailure(
            f"this worker cannot listen for runs any more: {_words(error)}",
            hint="its functions had settings.runtime.drainSeconds to end; start it again",
        )
        self._ended()


def _errors_of(broker: str) -> BrokerErrors:
    try:
        return BrokerErrors(broker)
    except UnknownBroker as error:
        raise RuntimeFailure(
            f"settings.runtime.executor.broker: {error}",
            hint="it begins with redis://, rediss://, amqp:// or amqps://",
        ) from error


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {first_line(error)}"
