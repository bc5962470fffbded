"""Sends offers of runs to the broker, and their files to the store before (rules H4, R10).

What is wrong with one version or one queue is reported of its own offers, and the
others are sent (R12). Where the broker or the run store is away, all wait.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from jittask.clock import Clock
from jittask.drivers import first_line
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.celery.app import TASK, make_app
from jittask.runtime.executors.celery.broker_errors import BrokerErrors, Origin
from jittask.runtime.executors.workplace import BundleSource
from jittask.runtime.fleet.message import Offer, encode
from jittask.runtime.fleet.packed_bundles import pack
from jittask.store import Store, StoreUnavailable

_log = logging.getLogger(__name__)
_PAUSES = (0.2, 0.5, 1.0, 2.0)  # seconds after the first, the second, … failure
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Sending:
    """An offer, and the queue that it goes to."""

    offer: Offer
    queue: str


class Sender:
    """A thread that sends; what cannot be sent now waits, and is tried again."""

    def __init__(
        self,
        broker: str,
        queues: Collection[str],
        store: Store,
        bundles: BundleSource,
        clock: Clock,
        emit: Callable[[Event], None],
        refused: Callable[[Offer, str], None],
    ) -> None:
        """``refused`` takes an offer that cannot be sent, for a reason of its own, and why."""
        self._broker = broker
        self._queues = queues
        self._store = store
        self._bundles = bundles
        self._clock = clock
        self._emit = emit
        self._refused = refused
        self._waiting: deque[Sending] = deque()
        self._expected: frozenset[str] = frozenset()
        self._news = threading.Event()
        self._closing = threading.Event()
        self._errors: BrokerErrors | None = None
        self._connected: ExitStack | None = None
        self._failures = 0
        self.problem: str | None = None
        """Why the broker takes no message, as of the last try."""
        self._thread = threading.Thread(target=self._run, name="jittask-sender", daemon=True)
        self._thread.start()

    def send(self, sendings: Collection[Sending]) -> None:
        """Send these soon."""
        self._waiting.extend(sendings)
        self._news.set()

    def expect(self, versions: frozenset[str]) -> None:
        """Keep these versions for workers soon, so that they have them before a run of them."""
        self._expected = versions
        self._news.set()

    def close(self) -> None:
        """End, whether or not all is sent."""
        self._closing.set()
        self._news.set()
        self._thread.join(_PAUSES[-1])

    def _run(self) -> None:
        while not self._closing.is_set():
            if not self._waiting and not self._expected and self.problem is None:
                self._news.wait()
            self._news.clear()
            if self._closing.is_set():
                break
            try:
                self._step()
            except StoreUnavailable:
                self._clock.wait(self._closing, _PAUSES[1])  # the claim loop reports it
            except Exception as error:
                self._failed(error)
        self._disconnect()

    def _step(self) -> None:
        """Send some of what waits; then keep what is expected, and look after the broker."""
        sendings = [self._waiting[n] for n in range(min(_AT_ONCE, len(self._waiting)))]
        lacking = self._keep({sending.offer.version for sending in sendings})
        for sending in sendings:
            why = lacking.get(sending.offer.version) or self._publish(sending)
            if why is not None:
                self._refused(sending.offer, why)
            self._waiting.popleft()
        if not self._waiting and self._expected:
            versions, self._expected = self._expected, frozenset()
            self._keep(versions)
        if not self._waiting and self.problem is not None:
            self._connect()  # no offer would show that the broker is back
            self._answers()

    def _keep(self, versions: Collection[str]) -> dict[str, str]:
        """Keep versions in the store; return why, of those that cannot be kept."""
        missing = sorted(self._store.missing_bundles(versions))
        found = {version: self._keep_one(version) for version in missing}
        return {version: why for version, why in found.items() if why is not None}

    def _keep_one(self, version: str) -> str | None:
        """Keep a version in the store; return why it cannot be kept.

        Raises StoreUnavailable where the store answers nothing else either.
        """
        try:
            packed = pack(self._bundles.path(version))
        except OSError as error:
            return f"its files cannot be read: {error}"
        except Exception as error:
            return f"its files cannot be packed: {first_line(error)}"
        try:
            self._put(version, packed)
        except Exception as error:
            self._store.missing_bundles([version])
            return f"the run store refuses its files ({len(packed):,} bytes): {first_line(error)}"
        return None

    def _put(self, version: str, packed: bytes) -> None:
        """Put files into the store; once more where its connection was cut meanwhile."""
        try:
            self._store.put_bundle(version, packed, self._clock.now())
        except StoreUnavailable:  # the first failure says nothing of the files
            if self._store.missing_bundles([version]):
                self._store.put_bundle(version, packed, self._clock.now())

    def _publish(self, sending: Sending) -> str | None:
        """Send an offer; return why it cannot be sent. Raises what concerns every offer."""
        self._connect()
        try:
            self._app.send_task(
                TASK, args=(encode(sending.offer),), queue=sending.queue, producer=self._producer,
                retry=False,
            )  # fmt: skip
        except Exception as error:
            origin = Origin.BROKER if self._errors is None else self._errors.origin_of(error)
            if origin is Origin.BROKER:
                raise
            self._disconnect()  # a broker that has refused may have closed the channel
            if origin is Origin.QUEUE:
                self._answers()
            return f"its message cannot be sent to queue {sending.queue!r}: {first_line(error)}"
        self._answers()
        return None

    def _connect(self) -> None:
        """Connect, unless that is so already."""
        if self._connected is not None:
            return
        with ExitStack() as opened:
            self._errors = BrokerErrors(self._broker)
            self._app: Any = make_app(self._broker, self._queues, sends=True)
            connection = opened.enter_context(self._app.connection_for_write())
            connection.connect()
            self._producer = opened.enter_context(self._app.amqp.Producer(connection))
            self._connected = opened.pop_all()

    def _disconnect(self) -> None:
        connected, self._connected = self._connected, None
        if connected is not None:
            try:
                connected.close()
            except Exception as error:  # what was wrong with it is known already
                _log.debug("a connection to the broker could not be closed: %s", error)

    def _failed(self, error: Exception) -> None:
        """Note a broker that does not answer, or cannot be used; wait before the next try."""
        self._disconnect()
        is_away = self._errors is not None and self._errors.origin_of(error) is Origin.BROKER
        verb = "does not answer" if is_away else "cannot be used"
        text = f"the broker {verb}: {first_line(error)}"
        if self.problem is None:
            self._emit(Trouble(self._clock.now(), "broker-unavailable", text))
        self.problem = text
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        self._clock.wait(self._closing, pause)

    def _answers(self) -> None:
        """Note that the broker answers, be it with a refusal; report it where that is new."""
        self._failures = 0
        if self.problem is None:
            return
        self.problem = None
        text = "the broker takes messages again"
        self._emit(Trouble(self._clock.now(), "broker-answers", text))
