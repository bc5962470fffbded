"""A simulation fires what the runtime fires: one tree, one window, the same rows (V9).

The runtime is put together as a start puts it together, with its own store, on
the tree's real database; only its clock is the test's. It is looked at every
half hour of simulated time, at which everything in these trees happens.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from jittask.clock import FixedClock
from jittask.operations.simulate.happenings import Happening, changes, starts, stops
from jittask.operations.simulate.simulate import Given, Period, simulate
from jittask.operations.workspace import Workspace
from jittask.runtime.assembly import Parts, assemble
from jittask.runtime.duties.work import Work
from jittask.runtime.events import Event, Finished, Started
from jittask.runtime.signals import Signals
from tests.tree import Tree

SINCE = datetime(2026, 5, 4, tzinfo=UTC)
STEP = timedelta(minutes=30)
TABLE = 'CREATE TABLE "Thing" (id INTEGER PRIMARY KEY, name TEXT, at DATETIME, day DATE)'
SETTINGS = {
    "timezone": "UTC",
    "runtime": {"executor": "inline", "workers": 64, "leaseSeconds": 86400, "heartbeatSeconds": 20000,
                "scanSeconds": 3600},
}  # fmt: skip
MOVES = """from jittask import app
from datetime import timedelta


def customFunc(rowData):
    Thing = app.getElement("models.Thing")
    later = rowData["at"] + timedelta(hours=5)
    Thing.updateByPK(rowData["id"], {"at": later})
    return str(later)
"""
MAKES = """from jittask import app, currentTask
from datetime import timedelta


def customFunc():
    at = currentTask.effective.replace(tzinfo=None) + timedelta(hours=3)
    app.getElement("models.Thing").create({"name": "made", "at": at})
"""
FAILS = """def customFunc(rowData):
    if rowData["id"] % 2:
        raise ValueError(rowData["name"])
"""


class Fired(NamedTuple):
    """A run that began."""

    at: datetime
    task: str
    row: str
    status: str


class GridClock(FixedClock):
    """Moves only when the test moves it."""

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        return event.is_set()


class Other(NamedTuple):
    """A statement that others execute, at an instant."""

    hours: float
    statement: str

    @property
    def at(self) -> datetime:
        return SINCE + timedelta(hours=self.hours)


class Case(NamedTuple):
    """A tree, its rows, and what happens to them."""

    make: Callable[[Tree], None]
    rows: Sequence[tuple[str, float]] = ()
    """Names, and hours after the start."""
    others: Sequence[Other] = ()
    down: tuple[float, float] | None = None
    hours: float = 33


def execute(database: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def real(root: Path, case: Case) -> list[Fired]:
    """What the runtime fires."""
    clock = GridClock(SINCE - timedelta(microseconds=1))
    events: list[Event] = []
    others = sorted(case.others)
    parts: Parts | None = None
    until = SINCE + timedelta(hours=case.hours)
    instant = clock.now()
    while instant <= until:
        clock.move_to(instant)
        while others and others[0].at <= instant:
            execute(root / "d.db", others.pop(0).statement)
        if _is_down(case, instant):
            if parts is not None:
                parts.opened.close()
                parts = None
        else:
            if parts is None:
                parts = assemble(root, clock, Signals(clock), events.append, watched=False)
            _work(parts, events)
        instant = SINCE if instant < SINCE else instant + STEP
    if parts is not None:
        parts.opened.close()
    began = {event.run: event.at for event in reversed(events) if isinstance(event, Started)}
    return sorted(
        Fired(_on_grid(began[event.run]), event.task, event.row, event.status)
        for event in events
        if isinstance(event, Finished)
        and event.run in began
        and event.status not in ("cancelled", "pending")
    )


def _work(parts: Parts, events: list[Event]) -> None:
    """Scan and work until nothing is left to do at this instant."""
    work = Work(parts)
    before = -1
    while before < len(events):
        before = len(events)
        parts.scan_rows(parts.clock.now(), 10)
        work.step()


def _is_down(case: Case, instant: datetime) -> bool:
    if case.down is None:
        return False
    first, last = (SINCE + timedelta(hours=hours) for hours in case.down)
    return first <= instant < last


def _on_grid(at: datetime) -> datetime:
    """Retries are spread: what begins between two looks of the test begins at the second."""
    steps = -((SINCE - at) // STEP)
    return SINCE + steps * STEP


def simulated(root: Path, case: Case) -> list[Fired]:
    """What a simulation fires."""
    until = SINCE + timedelta(hours=case.hours)

    def happenings(copy: object) -> Sequence[Happening]:
        found = [changes(other.at, lambda other=other: _in(copy, other)) for other in case.others]
        if case.down is not None:
            first, last = (SINCE + timedelta(hours=hours) for hours in case.down)
            found += [stops(first), starts(last)]
        return sorted(found, key=lambda happening: happening.at)

    with Workspace(root) as workspace:
        found = simulate(workspace, Period(SINCE, until), Given(happenings=happenings), run=True)
    assert found.problems == ()
    return sorted(
        Fired(_on_grid(run.at), run.task, run.row or "", run.status.value)
        for run in found.runs
        if run.status.is_firing
    )


def _in(copy: Workspace, other: Other) -> None:
    model = copy.compilation.app.models["models.Thing"]
    with copy.data.connected(model) as connection:
        connection.exec_driver_sql(other.statement)
        connection.commit()


def scheduled(tree: Tree) -> None:
    tree.scheduled("Hourly", repeat={"repeatType": "hour"})
    tree.scheduled("Half", repeat={"repeatType": "minute", "period": 30})
    tree.scheduled("Daily", timing={"startTime": "2026-01-05 09:30:00"})
    days_off = {"extraHolidays": ["2026-05-05"]}
    rolls = {"skipHoliday": 1, "calendar": days_off, "startTime": "2026-01-05 08:00:00"}
    tree.scheduled("Rolls", timing=rolls)
    tree.scheduled("Tokyo", timing={"startTime": "2026-01-05 00:30:00", "timezone": "Asia/Tokyo"})
    tree.scheduled("Off", enable=0)


def misfires(tree: Tree) -> None:
    for misfire in ("latest", "all", "skip"):
        for overlap in ("skip", "queue", "allow"):
            policy = {"misfire": misfire, "overlap": overlap}
            name = f"{misfire.title()}{overlap.title()}"
            tree.scheduled(name, repeat={"repeatType": "hour"}, policy=policy)
    tree.scheduled("Grace", repeat={"repeatType": "hour"}, policy={"graceSeconds": 1800})


def jitters(tree: Tree) -> None:
    """Delays that are shorter than the cycle, and longer."""
    for misfire in ("latest", "all", "skip"):
        for seconds in (1800, 7200):
            policy = {"misfire": misfire, "overlap": "allow", "jitterSeconds": seconds}
            tree.scheduled(
                f"{misfire.title()}{seconds}", repeat={"repeatType": "hour"}, policy=policy
            )
    tree.dated("Row", policy={"jitterSeconds": 7200, "graceSeconds": 60})
    tree.dated(
        "Rows",
        timing={"startField": "at", "repeat": {"repeatType": "day"}},
        policy={"jitterSeconds": 1800},
    )


def dated(tree: Tree) -> None:
    tree.dated("Once", "def customFunc(rowData):\n    return rowData['name']\n")
    before = {"offsetType": -1, "offset": 2, "offsetUnit": "hour"}
    tree.dated("Before", timing={"startField": "at", "startOffset": before})
    daily = {"repeatType": "day"}
    tree.dated("Daily", timing={"startField": "at", "repeat": daily})
    tree.dated("Filtered", filter="Q('name','!=','held')")
    tree.dated("Fails", FAILS, policy={"retry": {"max": 2, "delaySeconds": 60}})


def moving(tree: Tree) -> None:
    tree.dated("Moves", MOVES, filter="Q('name','!=','made')")
    tree.scheduled("Makes", MAKES, repeat={"repeatType": "hour", "period": 6})
    tree.dated("Made", filter="Q('name','=','made')")


ROWS = [("one", 3), ("two", 7.5), ("held", 9), ("past", -2), ("one", 30), ("far", 400)]
CASES = {
    "scheduled": Case(scheduled),
    "misfires": Case(misfires, down=(5, 11.5), hours=24),
    "jitter": Case(
        jitters, ROWS, [Other(9.5, "UPDATE \"Thing\" SET name = 'two' WHERE id = 3")], hours=24
    ),
    "jitter, down": Case(jitters, ROWS[:2], down=(4.501, 11.5), hours=24),  # from the last look on
    "dated": Case(dated, ROWS),
    "moving": Case(moving, ROWS),
    "others": Case(
        dated,
        ROWS,
        [
            Other(2, 'DELETE FROM "Thing" WHERE id = 1'),
            Other(4, "UPDATE \"Thing\" SET at = '2026-05-05 06:00:00.000000' WHERE id = 2"),
            Other(5, "INSERT INTO \"Thing\" VALUES (9, 'new', '2026-05-04 20:00:00.000000', NULL)"),
            Other(6, "INSERT INTO \"Thing\" VALUES (10, 'old', '2026-05-04 02:00:00.000000', NULL)"),
            Other(8, "UPDATE \"Thing\" SET name = 'free' WHERE id = 3"),
        ],
    ),
    "down": Case(dated, [("one", 3), ("two", 7.5), ("held", 9), ("late", 30)], down=(6, 20)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_simulation_fires_what_the_runtime_fires(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    tree = Tree(tmp_path / "tree", **SETTINGS)
    tree.things()
    case.make(tree)
    execute(tree.root / "d.db", TABLE)
    for number, (text, hours) in enumerate(case.rows, 1):
        at = (SINCE + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S.%f")
        execute(
            tree.root / "d.db", f"INSERT INTO \"Thing\" VALUES ({number}, '{text}', '{at}', NULL)"
        )
    shutil.copytree(tree.root, tmp_path / "copy")
    expected = real(tree.root, case)
    assert expected
    assert simulated(tmp_path / "copy", case) == expected
