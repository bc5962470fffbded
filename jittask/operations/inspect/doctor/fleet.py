"""Examines the fleet: do workers listen on the queues that tasks name (rules R10, V1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jittask.operations.errors import OperationError
from jittask.operations.inspect.doctor.places import Places
from jittask.operations.inspect.doctor.section import Draft, Section
from jittask.runtime.fleet.message import PROTOCOL

if TYPE_CHECKING:
    from jittask.diagnostics import Location
    from jittask.model import CelerySettings
    from jittask.operations.workspace import Workspace
    from jittask.store.fleet_types import WorkerRow

NAME = "workers"


def examine_fleet(workspace: Workspace, celery: CelerySettings, places: Places) -> Section:
    """Return which queues of the tasks have workers, as the run store knows them."""
    draft = Draft(NAME, f"queues {', '.join(celery.queues)}")
    tasks = _tasks_of_queues(workspace, celery)
    try:
        with workspace.stored() as store:
            workers = store.status(workspace.clock.now()).workers
    except OperationError as error:  # the section of the run store says more
        draft.not_examined.append(f"the run store was not read: {error}")
        return draft.finished()
    alive = [worker for worker in workers if not worker.silent]
    for queue, names in tasks.items():
        _examine_queue(draft, queue, names, alive, _place(workspace, places, queue, names))
    return draft.finished()


def silent_fleet(celery: CelerySettings) -> Section:
    """Return the section of a run store that has not answered in time."""
    draft = Draft(NAME, f"queues {', '.join(celery.queues)}")
    draft.not_examined.append("the run store gives no answer")
    return draft.finished()


def _tasks_of_queues(workspace: Workspace, celery: CelerySettings) -> dict[str, list[str]]:
    """Return the enabled tasks of each queue, sorted."""
    found: dict[str, list[str]] = {}
    for name, task in sorted(workspace.app.tasks.items()):
        if task.enabled:
            queue = celery.queue_of(task.tags, task.policy.queue)
            found.setdefault(queue, []).append(name)
    return dict(sorted(found.items()))


def _place(workspace: Workspace, places: Places, queue: str, names: list[str]) -> Location:
    """Return where a queue is named: in a task's policy, or in ``app.json``."""
    for name in names:
        if workspace.app.tasks[name].policy.queue == queue:
            return places.element(name, "policy", "queue")
    return places.manifest("settings", "runtime", "executor")


def _examine_queue(
    draft: Draft, queue: str, names: list[str], alive: Iterable[WorkerRow], place: Location
) -> None:
    listening = [worker for worker in alive if queue in worker.queues]
    able = [worker for worker in listening if worker.protocol == PROTOCOL]
    if able:
        slots = sum(worker.slots for worker in able)
        hosts = ", ".join(sorted({worker.host for worker in able}))
        draft.facts.append(
            f"queue {queue}: {_counted(len(able), 'worker')} on {hosts}, {_counted(slots, 'slot')}"
        )
        return
    words = f"no worker listens on queue {queue!r}, which {_named(names)}"
    hint = f"start one: jittask worker --queue {queue}"
    if listening:
        words = f"the workers of queue {queue!r}, which {_named(names)}, are of another version"
        hint = "upgrade them to the version of the runtime that plans"
    draft.about(None).add("queue-unserved", place, words, hint)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _named(names: list[str]) -> str:
    """Return in words which tasks need a queue."""
    if len(names) == 1:
        return f"{names[0]} needs"
    if len(names) == 2:
        return f"{names[0]} and {names[1]} need"
    return f"{names[0]} and {len(names) - 1} other tasks need"
