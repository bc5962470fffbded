"""Whatever fails for one task, the others run on time, and it recovers by itself (R12).

``PLACES`` has every place of ``docs/design/running.md`` where a duty works for one task.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jittask import Runtime, compile_tree
from jittask.data.app_data import AppData
from jittask.model import Policy, Trigger
from jittask.runtime import chooser, due_rows, orphans, outcomes, planner, shared_scan, sweep
from jittask.runtime.body import Bodies
from jittask.runtime.bundles import Bundles
from jittask.runtime.dispatcher import Dispatcher
from jittask.runtime.events import Blocked, Event, Finished, Started, Trouble, Unblocked
from jittask.runtime.prefetch import Prefetch
from jittask.runtime.settings_effect import RestartNotice
from jittask.runtime.task_boundary import Fault
from jittask.runtime.upkeep import Upkeep
from jittask.store import Store
from tests.running import PATIENCE
from tests.store.runs import take
from tests.tree import Tree

SECONDLY = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}
ON_TIME = timedelta(seconds=5)  # as the machine of the tests lets it be
BAD, DATED, GOOD = "tasks.Bad", "tasks.Dated", "tasks.Good"


class Switch:
    """Lets a place fail while it is on."""

    def __init__(self, error: Exception) -> None:
        self.on = True
        self._error = error

    def fails(self, when: bool) -> None:
        if self.on and when:
            raise self._error


@dataclass(frozen=True)
class Place:
    """A place that works for one task, what it calls, and how to see which task that is for."""

    fault: Fault
    task: str
    owner: object
    name: str
    is_for_task: Callable[..., bool]
    before: Callable[[Tree], None] = lambda _: None
    """What has to be there for the place to be reached."""

    def break_(self, monkeypatch: pytest.MonkeyPatch, switch: Switch) -> None:
        original: Any = getattr(self.owner, self.name)

        def broken(*arguments: Any, **named: Any) -> object:
            switch.fails(self.is_for_task(*arguments, **named))
            return original(*arguments, **named)

        monkeypatch.setattr(self.owner, self.name, broken)


def leave_an_orphan(tree: Tree) -> None:
    """A run that a killed runtime has left executing."""
    app = compile_tree(tree.root).app
    now = datetime.now(UTC)
    with Store.open(app.settings, tree.root, create=True) as store:
        store.announce("dead", "here", 1, now)
        store.enqueue(BAD, "", Trigger.MANUAL, now)
        assert take(store, "dead", now)


def plans_bad(*_: object, create: Any = (), watermarks: Any = (), **__: object) -> bool:
    return any(run.task == BAD for run in create) or any(mark.task == BAD for mark in watermarks)


PLACES = {
    "decide a plan": Place(
        Fault.PLAN, BAD, planner, "plan_task", lambda task, *_: task.name == BAD
    ),
    "write a plan": Place(Fault.PLAN, BAD, Store, "plan", plans_bad),
    "scan rows": Place(
        Fault.SCAN, DATED, shared_scan, "ranges_of", lambda asked, *_: asked.task.name == DATED
    ),
    "sweep rows": Place(
        Fault.SCAN, DATED, sweep, "due_rows", lambda task, *_, **__: task.name == DATED
    ),
    "compute a row": Place(
        Fault.ROW, DATED, due_rows, "_due_row", lambda _, __, row, *___: row["id"] == 2
    ),
    "make a table": Place(
        Fault.TABLE, DATED, AppData, "missing", lambda *_: True
    ),
    "choose a run": Place(
        Fault.CLAIM, BAD, chooser, "choose",
        lambda due, *_: any(run.task == BAD for run in due),
    ),
    "dispatch a run": Place(
        Fault.CLAIM, BAD, Dispatcher, "dispatch", lambda _, claimed, *__: claimed.run.task == BAD
    ),
    "judge a row again": Place(Fault.ROW_CHECK, DATED, Bodies, "_judge", lambda *_: True),
    "decide an outcome": Place(
        Fault.OUTCOME, BAD, outcomes, "decide",
        lambda _, task, __, policy, *___: task == BAD and policy != Policy(),
    ),
    "end an orphan": Place(
        Fault.ORPHAN, BAD, orphans, "_ending", lambda _, orphan, *__: orphan.task == BAD,
        leave_an_orphan,
    ),
    "keep a bundle": Place(
        Fault.BUNDLE, BAD, Bundles, "lay_out", lambda _, task, *__: task.name == BAD
    ),
}  # fmt: skip
ERRORS = (KeyError("state"), MemoryError(), RecursionError("too deep"), OSError("no"), ValueError())


@pytest.fixture
def company(tmp_path: Path) -> Tree:
    """A task that may fail, one for rows, and one beside them; bodies need no process."""
    tree = Tree(tmp_path / "app", runtime={"executor": "inline", "scanSeconds": 0.2})
    tree.things()
    for name in ("Bad", "Good"):
        tree.scheduled(name, repeat=SECONDLY, policy={"priority": 1, "overlap": "queue"})
    tree.dated("Dated")
    return tree


def add_things(tree: Tree, *names: str, seconds: float = 3) -> None:
    """Add rows that come due in so many seconds."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    with sqlite3.connect(tree.root / "d.db", timeout=30) as connection:
        for name in names:
            connection.execute(
                "INSERT INTO thing (name, at) VALUES (?, ?)", (name, f"{at:%Y-%m-%d %H:%M:%S.%f}")
            )


def after(runtime: Runtime, events: list[Event], kind: type, task: str) -> Event:
    """Return the next event of a kind and task from now on."""
    seen = len(events)
    return runtime.wait_for(
        lambda event: isinstance(event, kind) and event.task == task and event in events[seen:],
        PATIENCE,
    )


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_fails_blocks_its_task_alone(
    company: Tree, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    where, error = PLACES[place], ERRORS[list(PLACES).index(place) % len(ERRORS)]
    where.before(company)
    switch = Switch(error)
    where.break_(monkeypatch, switch)
    events: list[Event] = []
    with Runtime(company.root, on_event=events.append) as runtime:
        if where.fault is not Fault.TABLE:
            add_things(company, "good", "bad")
        blocked = runtime.wait_for(
            lambda event: isinstance(event, Blocked) and event.task == where.task, PATIENCE
        )
        assert isinstance(blocked, Blocked)
        assert blocked.code == where.fault
        assert type(error).__name__ in blocked.reason
        assert "\n" not in blocked.reason
        for _ in range(2):
            started = after(runtime, events, Started, GOOD)
            assert isinstance(started, Started)
            assert started.at - started.effective < ON_TIME
        if where.fault is Fault.ROW:  # its other row fires
            completed(runtime, DATED)
        [entry] = [entry for entry in stored(company) if entry.task == where.task]
        assert (entry.code, entry.since) == (where.fault, blocked.since)
        switch.on = False
        ended = runtime.wait_for(
            lambda event: isinstance(event, Unblocked) and event.task == where.task, PATIENCE
        )
        assert isinstance(ended, Unblocked)
        assert (ended.code, ended.since) == (where.fault, blocked.since)
        if where.fault is Fault.TABLE:
            add_things(company, "good", seconds=1)
        completed(runtime, where.task)
        runtime.stop()
        assert runtime.join(PATIENCE)
    assert {entry.task for entry in stored(company)} <= {BAD, DATED} - {where.task}
    assert not [event for event in events if isinstance(event, Trouble) and "ends" in event.text]
    assert {event.task for event in events if isinstance(event, Blocked)} == {where.task}


def completed(runtime: Runtime, task: str) -> None:
    """Wait until a run of a task has completed."""
    runtime.wait_for(
        lambda event: (
            isinstance(event, Finished) and event.task == task and event.status == "completed"
        ),
        PATIENCE,
    )


def stored(tree: Tree) -> Any:
    app = compile_tree(tree.root).app
    with Store.open(app.settings, tree.root, create=False) as store:
        return store.blocked()


STEPS = {
    "upkeep-failed": (Upkeep, "step"),
    "prefetch-failed": (Prefetch, "step"),
    "reload-failed": (RestartNotice, "check"),
}


@pytest.mark.parametrize("code", STEPS)
def test_a_step_of_no_task_that_fails_is_reported(
    company: Tree, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    owner, name = STEPS[code]

    def fail(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(owner, name, fail)
    events: list[Event] = []
    with Runtime(company.root, on_event=events.append) as runtime:
        company.write(f"{GOOD.replace('.', '/')}/note.txt", "a file more")
        runtime.reload()
        runtime.wait_for(lambda event: isinstance(event, Trouble) and event.code == code, PATIENCE)
        for _ in range(2):
            after(runtime, events, Started, GOOD)
        runtime.stop()
        assert runtime.join(PATIENCE)
    codes = [event.code for event in events if isinstance(event, Trouble)]
    assert codes.count(code) == 1
