"""Has the versions of what is due soon here, and their code loaded (rules R6, R10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from jittask.clock import Clock
from jittask.model import CelerySettings
from jittask.runtime.executors.protocol import Executor, Expected
from jittask.runtime.fleet.fetched_bundles import FetchedBundles, MissingBundle
from jittask.runtime.fleet.packed_bundles import BadBundle
from jittask.store import Store

_AHEAD = timedelta(seconds=60)
_EVERY = 5.0  # seconds
_PRUNE_EVERY = timedelta(hours=1)
_MAX_RUNS = 64
_MOST_SECONDS = 0.5  # for fetching versions: the worker does nothing else meanwhile


class WorkerPrefetch:
    """Looks a minute ahead every few seconds, as a runtime does for its own processes."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        bundles: FetchedBundles,
        clock: Clock,
        settings: CelerySettings,
        queues: Collection[str],
    ) -> None:
        self._store = store
        self._executor = executor
        self._bundles = bundles
        self._clock = clock
        self._settings = settings
        self._queues = queues
        self._next = clock.monotonic()
        self._next_prune: datetime | None = None

    def step(self, now: datetime) -> None:
        """Name to the executor what may come here soon, where it is time.

        Raises StoreUnavailable.
        """
        moment = self._clock.monotonic()
        if moment < self._next:
            return
        self._next = moment + _EVERY
        coming = self._store.coming_versions(now + _AHEAD, _MAX_RUNS)
        expected: list[Expected] = []
        for task, version in coming:
            if self._clock.monotonic() >= moment + _MOST_SECONDS:
                break  # the rest has its turn in five seconds
            if self._fits(task, version):
                expected.append(Expected(task, version))
        self._executor.expect(expected)
        if self._next_prune is None or now >= self._next_prune:
            self._next_prune = now + _PRUNE_EVERY
            self._bundles.forget_unused({version for _, version in coming}, now)

    def _fits(self, name: str, version: str) -> bool:
        """Fetch a version, and say whether its runs may come to this worker."""
        try:
            task = self._bundles.tasks(version).get(name)
        except (MissingBundle, BadBundle, OSError):
            return False  # a run of it will say so
        if task is None:
            return False
        return self._settings.queue_of(task.tags, task.policy.queue) in self._queues
