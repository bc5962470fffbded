"""The metrics whose numbers are in the run store, read when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from jittask import __version__
from jittask.metrics import catalog
from jittask.metrics.catalog import Metric
from jittask.operations.errors import OperationError
from jittask.operations.inspect.element_state import (
    BLOCKED,
    BROKEN,
    DISABLED,
    PAUSED,
    READY,
    RUNNING,
)
from jittask.operations.inspect.health import ProblemCode
from jittask.operations.inspect.vitals import Vitals, VitalsReader

_STATES = (RUNNING, READY, BLOCKED, BROKEN, PAUSED, DISABLED)

Sample = tuple[tuple[str, ...], float]
"""The values of the labels, and the number."""


class StoredMetrics(Collector):
    """Gives what the store says; of a store that does not answer, only that."""

    def __init__(self, reader: VitalsReader) -> None:
        self._reader = reader

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the families of a reading."""
        yield _family(catalog.BUILD, [((__version__,), 1)])
        try:
            vitals = self._reader.read()
        except OperationError:
            yield _family(catalog.STORE_UP, _single(0))
            yield _family(catalog.WELL, _single(0))
            return
        for metric, samples in _health(vitals):
            yield _family(metric, samples)
        if vitals.store_answers:
            for metric, samples in (*_queue(vitals), *_times(vitals)):
                yield _family(metric, samples)


def _health(vitals: Vitals) -> Iterator[tuple[Metric, list[Sample]]]:
    problems = Counter(problem.code for problem in vitals.status.problems)
    yield catalog.WELL, _single(vitals.status.is_well)
    yield catalog.PROBLEMS, [((code.value,), problems[code]) for code in ProblemCode]
    yield catalog.STORE_UP, _single(vitals.store_answers)
    yield catalog.STORE_READ, _single(vitals.seconds)


def _queue(vitals: Vitals) -> Iterator[tuple[Metric, list[Sample]]]:
    status = vitals.status
    states = Counter(element.state for element in status.elements)
    yield catalog.RUNTIMES, _single(sum(runtime.alive for runtime in status.runtimes))
    yield catalog.PENDING, _single(status.pending)
    yield catalog.DUE, _single(vitals.due)
    yield catalog.OVERDUE, _single(status.overdue)
    yield catalog.EXECUTING, _single(status.executing)
    yield catalog.ELEMENTS, [((state,), states[state]) for state in _STATES]
    yield catalog.BLOCKED, _single(states[BLOCKED])
    yield catalog.PAUSED, _single(len(status.pauses))
    yield catalog.FAILING, _single(vitals.failing)
    problems = status.problems
    undelivered = [each for each in problems if each.code is ProblemCode.NOTIFY_FAILED]
    yield catalog.UNDELIVERED, _single(len(undelivered))


def _times(vitals: Vitals) -> Iterator[tuple[Metric, list[Sample]]]:
    """Yield instants; one that is not known has no sample."""
    runtimes = [runtime for runtime in vitals.status.runtimes if runtime.alive]
    yield catalog.LAST_SCAN, _latest(runtime.last_scan for runtime in runtimes)
    yield catalog.LAST_RELOAD, _latest(runtime.last_reload for runtime in runtimes)
    reloads = [runtime.last_reload_ok for runtime in runtimes if runtime.last_reload is not None]
    yield catalog.RELOAD_OK, _single(all(reloads)) if reloads else []
    yield catalog.TASK_COMPLETED, _by_task((ends.task, ends.completed) for ends in vitals.ends)
    yield catalog.TASK_FAILED, _by_task((ends.task, ends.failed) for ends in vitals.ends)


def _single(value: float) -> list[Sample]:
    return [((), value)]


def _latest(instants: Iterable[datetime | None]) -> list[Sample]:
    known = [instant for instant in instants if instant is not None]
    return _single(max(known).timestamp()) if known else []


def _by_task(instants: Iterable[tuple[str, datetime | None]]) -> list[Sample]:
    return [((task,), at.timestamp()) for task, at in instants if at is not None]


def _family(metric: Metric, samples: Iterable[Sample]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family
