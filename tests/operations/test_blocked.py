"""What people see of a blocked task while a runtime is alive: that, why, and since when (R12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jittask.clock import FixedClock
from jittask.model import Reason, Trigger
from jittask.operations.inspect.catalog import TaskState, catalog
from jittask.operations.inspect.element_tree import element_tree
from jittask.operations.inspect.explain import explain
from jittask.operations.inspect.records import RecordQuery, records
from jittask.operations.views.catalog import catalog_view
from jittask.operations.workspace import Workspace
from jittask.store.blocked_tasks import BlockedTask
from jittask.store.lock import FileLock
from jittask.store.plans import NewRun
from jittask.store.status_types import ElementRow
from tests.tree import Tree

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=5)
EARLIER = SINCE - timedelta(seconds=1)
SOON = NOW + timedelta(seconds=5)
ENTRY = BlockedTask("tasks.A", "scan-failed", "no table things", SINCE, NOW, 3, SOON)


def test_a_blocked_task_is_shown_with_its_reason(tree: Tree) -> None:
    tree.scheduled("A")
    with Workspace(tree.root, FixedClock(NOW)) as workspace:
        with workspace.store(create=True) as store:
            store.write_blocked([ENTRY])
            due = NewRun("tasks.A", "", Trigger.SCHEDULE, (SINCE,), SINCE)
            later = NewRun("tasks.A", "", Trigger.SCHEDULE, (SOON,), SOON)
            delay = timedelta(minutes=6)
            delayed = NewRun("tasks.A", "", Trigger.SCHEDULE, (EARLIER,), EARLIER, delay=delay)
            store.plan(NOW, create=[due, later, delayed])
            assert catalog(workspace).tasks[0].state is TaskState.READY, "nobody knows"
            lock = store.take_runtime_lock("here")
        assert isinstance(lock, FileLock)
        with lock:
            page = catalog(workspace)
            assert page.tasks[0].state is TaskState.BLOCKED
            assert catalog_view(page)["tasks"][0]["blocked"] == [
                {
                    "code": "scan-failed",
                    "reason": "no table things",
                    "since": "2026-05-04T07:55:00+00:00",
                    "tries": 3,
                    "nextTry": "2026-05-04T08:00:05+00:00",
                }
            ]
            notes = {note.code: note.text for note in explain(workspace, "A").reasons}
            words = "blocked since 2026-05-04 07:55:00 UTC: no table things"
            assert notes["blocked"] == words
            query = RecordQuery(statuses=frozenset({"pending"}))
            found = {run.effective: run for run in records(workspace, query).records}
            assert (found[SINCE].reason, found[SOON].reason) == (Reason.BLOCKED, None)
            assert found[EARLIER].reason is None, "it waits for its delay, and not for the task"
            assert found[SINCE].detail == "blocked since 2026-05-04 07:55:00 UTC: no table things"


def test_a_task_that_a_living_runtime_has_not_loaded_is_loading(tree: Tree) -> None:
    tree.scheduled("A")
    tree.scheduled("Off", enable=0)
    with Workspace(tree.root, FixedClock(NOW)) as workspace:
        with workspace.store(create=True) as store:
            lock = store.take_runtime_lock("here")
        assert isinstance(lock, FileLock)
        states = lambda: [task.state for task in catalog(workspace).tasks]  # noqa: E731
        with lock:
            assert states() == [TaskState.LOADING, TaskState.DISABLED]
            assert [element.state for element in element_tree(workspace)] == states()
            with workspace.store() as store:
                row = ElementRow("tasks.A", "running", "x", NOW, ())
                store.put_elements({"tasks.A": row}, {})
            assert states() == [TaskState.RUNNING, TaskState.DISABLED]
        assert states() == [TaskState.READY, TaskState.DISABLED]
