"""Loads code before it is due, in worker processes that have nothing to do (rules R6, H4).

One process loads at a time, so that the machine stays free for bodies.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from jittask.runtime.executors.pool import Pool
from jittask.runtime.executors.pool_worker import PoolWorker, go_together
from jittask.runtime.executors.protocol import Expected
from jittask.runtime.executors.workplace import BundleUnavailable


class Preload:
    """What is expected, and which of it some worker may lack."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._expected: Sequence[Expected] = ()
        self._missing: deque[Expected] = deque()
        """What some worker may lack of what is expected."""
        self._refused: set[str] = set()
        """Versions whose loading ended a process: only a run, with its timeout, loads them."""

    def expect(self, coming: Sequence[Expected]) -> None:
        """Have idle workers load these, each as many of them as it can hold."""
        self._expected = coming
        self._missing = deque(coming)

    def refuse(self, expected: Expected) -> None:
        """Load that version for no expectation any more."""
        self._refused.add(expected.version)

    def step(self) -> None:
        """Have one idle worker load something that it lacks, unless another still loads."""
        if any(worker.loading is not None for worker in self._pool):
            return
        while self._missing:
            expected = self._missing.popleft()
            if expected.version in self._refused:
                continue
            try:
                is_loading = self._load(expected)
            except BundleUnavailable:
                continue  # a run of it will say so
            if is_loading:
                self._missing.append(expected)  # for the other workers, after the other versions
                return

    def _load(self, expected: Expected) -> bool:
        """Have an idle worker load it, where one lacks it. Raises BundleUnavailable."""
        modules = self._pool.modules(expected.version)
        worker = self._worker_for(expected.version, modules)
        if worker is None:
            return False
        worker.load(expected)
        worker.hold(expected.version, modules)
        return True

    def _worker_for(self, version: str, modules: Mapping[str, str]) -> PoolWorker | None:
        """Return a worker that could run the version sooner if it had loaded it."""
        pool = self._pool
        if len(pool) < min(pool.size, len(self._expected)):
            return pool.fork()
        idle = [worker for worker in pool if worker.idle]
        for worker in idle:
            if worker.takes(version, modules) and not worker.holds(version):
                return worker
        for worker in [worker for worker in idle if not worker.takes(version, modules)]:
            held = [item.version for item in self._expected if worker.holds(item.version)]
            if all(go_together(pool.modules(other), modules) for other in held):
                pool.retire(worker)  # what keeps the version out has been replaced by others
                return pool.fork()
        return None
