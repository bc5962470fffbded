"""The metrics that one runtime counts, from its events."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

from jittask.metrics import catalog
from jittask.metrics.catalog import Metric
from jittask.model import RunStatus, Trigger
from jittask.runtime.events import Event, Finished, Notified, Ready, Reloaded, Started, Trouble

DURATIONS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 43_200)
LATENESSES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)
RELOADS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""The bounds of the histograms' buckets, in seconds."""

SCHEDULED, DATE_FIELD = "scheduled", "date-field"
_ENDED = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED)
_LEASE_LOST = "lease-lost"
_NOTIFY_FAILED = "notify-failed"
_SENT, _FAILED = "sent", "failed"

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each counter, which nothing here needs


class CountedMetrics:
    """A listener of events; called by one thread, and read by others."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._runs = _counter(catalog.RUNS, registry)
        self._retries = _counter(catalog.RETRIES, registry)
        self._duration = _histogram(catalog.DURATION, registry, DURATIONS)
        self._lateness = _histogram(catalog.LATENESS, registry, LATENESSES)
        self._reloads = _counter(catalog.RELOADS, registry)
        self._reload_seconds = _histogram(catalog.RELOAD_SECONDS, registry, RELOADS)
        self._troubles = _counter(catalog.TROUBLES, registry)
        self._notifications = _counter(catalog.NOTIFICATIONS, registry)
        self._workers = Gauge(catalog.WORKERS.name, catalog.WORKERS.help, registry=registry)
        self._busy = Gauge(catalog.BUSY.name, catalog.BUSY.help, registry=registry)
        self._size = 0
        self._begun: set[int] = set()
        """Runs that were handed to a worker here, and whose end has not been reported."""
        for result in (_SENT, _FAILED):
            self._notifications.labels(result)
        for kind in (SCHEDULED, DATE_FIELD):  # so that a rate sees the first one
            self._retries.labels(kind)
            self._duration.labels(kind)
            self._lateness.labels(kind)
            for status in _ENDED:
                self._runs.labels(status.value, kind)

    def count(self, event: Event) -> None:
        """Count an event."""
        match event:
            case Started():
                self._started(event)
            case Finished():
                self._finished(event)
            case Reloaded():
                self._reloads.inc()
                self._reload_seconds.observe(event.seconds)
            case Trouble():
                self._troubles.labels(event.code).inc()
                if event.code == _NOTIFY_FAILED:
                    self._notifications.labels(_FAILED).inc()
                if event.code == _LEASE_LOST:  # others have taken its runs over
                    self._begun.clear()
            case Notified():
                self._notifications.labels(_SENT).inc()
            case Ready():
                self._size = event.workers
                self._begun.clear()
                self._workers.set(event.workers)
            case _:
                return
        self._busy.set(min(len(self._begun), self._size))

    def _started(self, event: Started) -> None:
        self._begun.add(event.run)
        if event.attempt == 1 and event.trigger is Trigger.SCHEDULE:
            late = (event.at - event.effective).total_seconds() - event.delay_seconds
            self._lateness.labels(_kind(event.row)).observe(max(0.0, late))

    def _finished(self, event: Finished) -> None:
        self._begun.discard(event.run)
        kind = _kind(event.row)
        if event.status in _ENDED:
            self._runs.labels(event.status.value, kind).inc()
        else:
            self._retries.labels(kind).inc()
        if event.seconds is not None:
            self._duration.labels(kind).observe(event.seconds)


def _kind(row: str) -> str:
    return DATE_FIELD if row else SCHEDULED


def _counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    return Counter(metric.name, metric.help, metric.labels, registry=registry)


def _histogram(metric: Metric, registry: CollectorRegistry, bounds: tuple[float, ...]) -> Histogram:
    return Histogram(metric.name, metric.help, metric.labels, buckets=bounds, registry=registry)
