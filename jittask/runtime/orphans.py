"""The leader's duty that ends what dead runtimes left executing (rule R4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

from jittask.model import Policy
from jittask.runtime.events import Event
from jittask.runtime.executors.protocol import Done, Interrupted, Outcome, RunKey, Unbegun
from jittask.runtime.failure import policy_of
from jittask.runtime.outcomes import Written, decide
from jittask.runtime.tally import finished_event
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.store import Store
from jittask.store.claim_types import Ending, Orphan


def end_orphaned_runs(
    store: Store,
    policies: Mapping[str, Policy],
    now: datetime,
    emit: Callable[[Event], None],
    boundary: TaskBoundary,
    awaited: Collection[RunKey] = (),
) -> None:
    """End the runs of runtimes that have ended; the last body of each is known to be over.

    Each ended when its runtime was last seen: not now, which may be much later.
    A run whose end cannot be decided blocks its task, and is tried again. Of what is
    ``awaited`` here the executor reports the end, so that there is no event now (R10).
    """
    orphans = {orphan.id: orphan for orphan in store.orphans()}
    endings: list[Ending] = []
    for orphan in orphans.values():
        if boundary.may_try(orphan.task, Fault.ORPHAN, now):
            with boundary.of(orphan.task, Fault.ORPHAN, now):
                endings.append(_ending(store, orphan, policies.get(orphan.task, Policy()), now))
    runs = {run for run, _ in awaited}
    for end in store.finish(endings, now):
        if end.run in runs:
            continue
        orphan = orphans[end.run]
        emit(finished_event(Written(now, end, orphan.task, orphan.row_key, None)))


def _ending(store: Store, orphan: Orphan, policy: Policy, now: datetime) -> Ending:
    if policy.on_failure is not None:
        run = store.run(orphan.id)
        policy = policy_of(run.trigger, policy) if run else policy
    outcome: Outcome = Unbegun()
    if orphan.has_begun:
        outcome = Interrupted(orphan.detail or "the program was killed while it ran")
    end = Done(orphan.id, orphan.token, orphan.attempt, outcome)
    ending = decide(end, orphan.task, orphan.row_key, policy, now, jitter=0)
    return replace(ending, ended=orphan.last_seen)
