"""Looks at the memory of bodies that have a limit, ``policy.memoryMb`` (rule R6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jittask.clock import Clock
from jittask.runtime.executors.descendants import resident_bytes
from jittask.runtime.executors.pool_worker import PoolWorker
from jittask.runtime.executors.protocol import Failed

_SECONDS = 0.25
_MB = 2**20


class MemoryLimit:
    """Measures every quarter of a second; what a body holds in between is not seen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_look = float("-inf")

    def next_look(self, workers: Iterable[PoolWorker]) -> float:
        """Return when ``look`` is to be called; by ``Clock.monotonic``."""
        return self._last_look + _SECONDS if any(map(_limit, workers)) else float("inf")

    def look(self, workers: Iterable[PoolWorker]) -> Iterator[tuple[PoolWorker, Failed]]:
        """Yield each worker whose body holds more than it may, and what its run ends with."""
        limits = {
            worker.process: (worker, limit)
            for worker in workers
            if worker.process is not None and (limit := _limit(worker))
        }
        now = self._clock.monotonic()
        if not limits or now < self._last_look + _SECONDS:
            return
        self._last_look = now
        for process, held in resident_bytes(limits).items():
            worker, limit = limits[process]
            if held > limit * _MB:
                how = (
                    f"killed: it held {held // _MB:,} MB of memory, "
                    f"more than its {limit:,} MB (policy.memoryMb)"
                )
                yield worker, Failed(how, how, worker.seconds)


def has_room(worker: PoolWorker, limit: int | None) -> bool:
    """Whether the process holds no more than half of a run's limit, before the run begins."""
    if limit is None or worker.process is None:
        return True
    import psutil

    try:
        held = psutil.Process(worker.process).memory_info().rss
    except psutil.Error:  # it has just ended
        return False
    return bool(held <= limit * _MB / 2)


def _limit(worker: PoolWorker) -> int | None:
    if worker.running is None or worker.killed_for is not None:
        return None
    return worker.running.memory_mb
