"""What the claim loop asks of the store: what is due, claims, outcomes, kills."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from jittask.store import (
    claims,
    control,
    due_runs,
    executing_runs,
    finishing,
    readied_runs,
    run_logs,
)
from jittask.store.boot import boot_id
from jittask.store.claim_types import (
    Choose,
    ChooseUnlessPaused,
    Claimed,
    ComingRun,
    DueRun,
    Ending,
    Executing,
    Orphan,
    Taken,
)
from jittask.store.facade.part import StorePart
from jittask.store.run_logs import AttemptPiece


class ClaimingMethods(StorePart):
    """Claims under a fencing token, and the outcomes of what was claimed."""

    def next_due(
        self, held: Collection[str] = (), crowded: Collection[str] = ()
    ) -> datetime | None:
        """Return when the next pending run may be claimed, but for those that ``take`` omits."""
        with self._database.reading() as connection:
            return due_runs.next_due(connection, held, crowded)

    def soon(self, until: datetime, limit: int, known: Collection[str] = ()) -> list[str]:
        """Return the tasks of the first ``limit`` runs that may be claimed until then, in order.

        Runs of the tasks in ``known`` are left out.
        """
        with self._database.reading() as connection:
            found = due_runs.due(connection, until, limit, crowded=known)
            return list(dict.fromkeys(run.task for run in found))

    def take(
        self,
        choose: Choose,
        runtime: str,
        now: datetime,
        limit: int,
        offset: int = 0,
        *,
        host: str | None = None,
        held: Collection[str] = (),
        crowded: Collection[str] = (),
        rated: Collection[str] = (),
    ) -> tuple[int, Taken]:
        """Let ``choose`` decide on a page of the due runs, and write the decision.

        ``runtime`` is the id of the runtime that executes them, ``host`` where
        the bodies will run; None means the host that the runtime announced.
        Runs of the tasks in ``held`` wait, but for those that handle a failure; all runs of
        those in ``crowded`` wait, whose workers take no more.
        ``rated``: the groups with a rate; when their runs have begun is given to ``choose``.
        Returns how many due runs the page had, too: after a full page there are others.
        """
        with self._database.writing() as connection:
            return claims.take(
                connection, choose, now, runtime=runtime, host=host, limit=limit, offset=offset,
                held=held, crowded=crowded, rated=rated,
            )  # fmt: skip

    @property
    def readies(self) -> bool:
        """Whether runs can be readied here (see ``readied_runs``)."""
        return self._database.is_local and boot_id() is not None

    def coming(
        self, now: datetime, until: datetime, limit: int, held: Collection[str] = ()
    ) -> list[ComingRun]:
        """Return the first runs that may be claimed after now and until then.

        Those of tasks in ``held`` are left out, but for the runs that handle a failure.
        """
        with self._database.reading() as connection:
            return due_runs.coming(connection, now, until, limit, held)

    def ready(self, new: Collection[int], old: Collection[int]) -> None:
        """Ready pending runs, and take others back; only where the store ``readies``."""
        boot = boot_id()
        assert boot is not None
        with self._database.writing() as connection:
            readied_runs.ready(connection, new, old, boot)

    def take_readied(
        self, readied: Sequence[DueRun], choose: ChooseUnlessPaused, runtime: str, now: datetime
    ) -> list[Claimed]:
        """Claim those that ``choose`` claims, without waiting for the disk.

        Only what ``ready`` has returned; what it skips is left to ``take``.
        """
        boot = boot_id()
        assert boot is not None
        with self._database.writing(synced=False) as connection:
            return claims.take_readied(connection, readied, choose, now, runtime=runtime, boot=boot)

    def finish(
        self, endings: Sequence[Ending], now: datetime, log: Sequence[AttemptPiece] = ()
    ) -> list[Ending]:
        """Write logs and outcomes together; return the outcomes that counted.

        Any process may call it that has the token of the claim. Of a run whose
        token is stale, or that has ended, nothing is written.
        """
        with self._database.writing() as connection:
            run_logs.append_log(connection, log)
            return finishing.finish(connection, endings, now)

    def kills(self, running: Sequence[int]) -> dict[int, str | None]:
        """Return which of these runs are to be killed, and the note of the person who asked."""
        with self._database.reading() as connection:
            return control.kills(connection, running)

    def executed_by(self, runtime: str) -> list[Orphan]:
        """Return the runs that are recorded as executing on a runtime."""
        with self._database.reading() as connection:
            return executing_runs.executed_by(connection, runtime)

    def executing(self) -> list[Executing]:
        """Return task and row of what executes anywhere, without the runs that handle a failure."""
        with self._database.reading() as connection:
            return due_runs.executing(connection)

    def orphans(self) -> list[Orphan]:
        """Return the runs that are recorded as executing on a runtime that has ended."""
        with self._database.reading() as connection:
            return executing_runs.orphans(connection)
