"""What a fleet asks of the store: workers, handovers, versions (rule R10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from jittask.store import fleet, handovers, stored_bundles
from jittask.store.claim_types import Claimed
from jittask.store.facade.part import StorePart
from jittask.store.fleet_types import Fleet, NewWorker
from jittask.store.handovers import Offer, Whereabouts


class FleetMethods(StorePart):
    """Only where several programs share the store."""

    def announce_worker(self, worker: NewWorker, now: datetime) -> None:
        """Record a worker that begins."""
        with self._database.writing() as connection:
            fleet.announce(connection, worker, now)

    def beat_worker(self, worker: str, capacity: int, now: datetime) -> bool:
        """Raise a worker's beat; False where a runtime has declared it dead.

        ``capacity``: how many runs it holds at most now.
        """
        with self._database.writing() as connection:
            return fleet.beat(connection, worker, capacity, now)

    def take_over(self, offers: Sequence[Offer], worker: str) -> list[Claimed]:
        """Let a worker have what planners still hold of these; return what it has now."""
        with self._database.writing() as connection:
            return handovers.take_over(connection, offers, worker)

    def look_at_fleet(
        self, handed: Collection[int], now: datetime
    ) -> tuple[Fleet, dict[int, Whereabouts]]:
        """Return the fleet, and where runs are that were handed over, of one instant."""
        with self._database.reading() as connection:
            return fleet.fleet(connection, now), handovers.whereabouts(connection, handed)

    def coming_versions(self, until: datetime, limit: int) -> list[tuple[str, str]]:
        """Return the tasks of the first ``limit`` runs until then, and what runs of them."""
        with self._database.reading() as connection:
            return fleet.coming_versions(connection, until, limit)

    def missing_bundles(self, versions: Collection[str]) -> frozenset[str]:
        """Return those of the versions that the store does not have."""
        with self._database.reading() as connection:
            return stored_bundles.missing(connection, versions)

    def put_bundle(self, version: str, content: bytes, now: datetime) -> None:
        """Keep a packed version for workers."""
        with self._database.writing() as connection:
            stored_bundles.put(connection, version, content, now)

    def bundle(self, version: str) -> bytes | None:
        """Return a packed version; None where the store does not have it."""
        with self._database.reading() as connection:
            return stored_bundles.get(connection, version)

    def prune_bundles(self, before: datetime) -> int:
        """Delete the packed versions that were added before that and run no more."""
        with self._database.writing() as connection:
            return stored_bundles.prune(connection, before)
