"""A Celery worker that brings messages to a receiver, and says what ends it (rule R10).

It connects again by itself when the broker was away. Every other error leaves ``run``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from celery import bootsteps
from celery.worker import state as celery_state
from celery.worker.consumer import Consumer

from jittask.drivers import first_line
from jittask.runtime.executors.celery.app import TASK, make_app
from jittask.runtime.executors.celery.broker_errors import NotConnected
from jittask.runtime.executors.celery.receiver import Receiver

_RECONNECT = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 3.0}  # seconds
_FAILED = 1
CallAfter = Callable[[float, Callable[[], None]], object]


class CeleryWorker:
    """One at a time in a process, because Celery's own state is global."""

    def __init__(
        self,
        broker: str,
        queues: Collection[str],
        held_back: int,
        receiver: Receiver,
        connected: Callable[[CallAfter], None],
        disconnected: Callable[[BaseException], None],
    ) -> None:
        """``held_back``: how many messages may wait here without an acknowledgement.

        ``connected`` is given what calls a function in Celery's thread while the
        connection lasts, after so many seconds.

        ``disconnected`` takes why the connection has ended, or cannot be made, each time.
        """
        self._queues = list(queues)
        self._app = make_app(broker, queues, held_back=held_back, sends=False)
        self._app.steps["consumer"].add(_step(receiver, connected))
        self._consumer = _consumer(disconnected)
        self._app.task(name=TASK, shared=False)(_never_called).start_strategy = _strategy(receiver)

    def ready(self) -> None:
        """Forget an earlier ``end``."""
        celery_state.should_stop = None

    def end(self, *, failed: bool = False) -> None:
        """Make ``run`` return soon; from any thread."""
        celery_state.should_stop = _FAILED if failed else 0

    def refusals(self, is_refusal: Callable[[Exception], bool]) -> dict[str, Exception]:
        """Return which queues the broker refuses, and how. Raises what is no ``is_refusal``."""
        found: dict[str, Exception] = {}
        with self._app.connection_for_read() as connection:
            for name in self._queues:
                try:
                    with connection.channel() as channel:
                        self._app.amqp.queues[name].bind(channel).declare()
                except Exception as error:
                    if not is_refusal(error):
                        raise
                    found[name] = error
        return found

    def run(self, queues: Collection[str]) -> None:
        """Listen on these queues until ``end``. Raises what ends it sooner."""
        worker = self._app.WorkController(
            pool="solo", queues=list(queues), without_gossip=True, without_mingle=True,
            without_heartbeat=True, consumer_cls=self._consumer,
        )  # fmt: skip
        try:
            worker.blueprint.start(worker)  # as Celery's own start, which logs what ends it
        except SystemExit:
            return
        finally:
            worker.stop()


def _consumer(disconnected: Callable[[BaseException], None]) -> type:
    """Return Celery's consumer, but one that says why it is not connected."""

    class OfferConsumer(Consumer):  # type: ignore[misc]
        def ensure_connected(self, connection: Any) -> Any:
            try:
                found = connection.ensure_connection(
                    lambda error, _: disconnected(error), callback=celery_state.maybe_shutdown,
                    **_RECONNECT,
                )  # fmt: skip
            except Exception as error:  # a login that is refused, for example
                raise NotConnected(first_line(error)) from error
            self.first_connection_attempt = False
            return found

        def on_connection_error_before_connected(self, error: BaseException) -> None:
            disconnected(error)

        def on_connection_error_after_connected(self, error: BaseException) -> None:
            disconnected(error)
            super().on_connection_error_after_connected(error)

    return OfferConsumer


def _step(receiver: Receiver, connected: Callable[[CallAfter], None]) -> type:
    """Return what Celery does when messages begin to come, and when a connection ends."""

    class Connected(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, consumer: Any) -> None:
            connected(consumer.timer.call_after)

        def stop(self, _: object) -> None:
            receiver.forget()

    return Connected


def _strategy(receiver: Receiver) -> Callable[..., Callable[..., None]]:
    """Return what lets every message of ours come to the receiver instead of a pool."""

    def strategy(_: object, consumer: Any, **__: object) -> Callable[..., None]:
        receiver.begin(consumer)
        return receiver.receive

    return strategy


def _never_called(*_: object) -> None:
    raise AssertionError("the receiver takes every message before a pool could")
