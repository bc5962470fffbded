"""Simulates a tree: compiles, copies its data, and lets simulated time pass (rule V9)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from jittask.operations.errors import InvalidArgument
from jittask.operations.manifest import refuse_broken_manifest
from jittask.operations.naming import find_task
from jittask.operations.simulate.moments import Moments

if TYPE_CHECKING:
    from jittask.compiler.compiled import Compilation, CompiledTask
    from jittask.operations.simulate.copies import Copy
    from jittask.operations.simulate.fixtures import Fixture
    from jittask.operations.simulate.happenings import Happening
    from jittask.operations.simulate.result import Simulated
    from jittask.operations.workspace import Workspace


class Period(NamedTuple):
    """The time to simulate, both ends included; aware instants."""

    since: datetime
    until: datetime


class Progress(NamedTuple):
    """Takes what a simulation does meanwhile."""

    step: Callable[[str], None]
    """Takes what is being prepared."""
    passed: Callable[[datetime], None]
    """Takes each simulated instant."""


SILENT = Progress(lambda _: None, lambda _: None)


@dataclass(frozen=True, slots=True)
class Given:
    """What a simulation starts from, besides the tree."""

    fixture: Fixture | None = None
    """The rows; None: a copy of those in the tree's databases."""
    happenings: Callable[[Copy], Sequence[Happening]] = lambda _: ()
    """Makes what happens meanwhile, given the copy."""
    tasks: Collection[str] = ()
    """Only these tasks, disabled or not; none: all that are enabled."""
    zone: ZoneInfo | None = None
    """The zone of dates without an offset; None: the app's."""


def simulate(
    workspace: Workspace,
    period: Period,
    given: Given | None = None,
    *,
    run: bool = False,
    progress: Progress = SILENT,
) -> Simulated:
    """Simulate the tree's tasks; with ``run`` their functions are called, against the copy.

    What a function does besides its models' rows (files, messages, databases
    that it opens by itself) is real. Raises NotFound and BrokenTask for a task,
    InvalidArgument where the period ends before it begins or rows do not fit,
    Unavailable where a database cannot be read, Conflict.
    """
    given = given or Given()
    if period.until < period.since:
        raise InvalidArgument("to", "the end is before the beginning")
    compilation = workspace.compilation
    refuse_broken_manifest(compilation.diagnostics)
    tasks = _tasks(compilation, given.tasks)

    from jittask.operations.simulate.copies import copied
    from jittask.operations.simulate.functions import functions
    from jittask.operations.simulate.result import Simulated
    from jittask.operations.simulate.simulation import Simulation, beginning
    from jittask.runtime.body import Bodies

    zone = given.zone or workspace.zone
    root, clock = workspace.root, beginning(period.since)
    moments = Moments(period.since, zone)
    with copied(compilation, root, given.fixture, moments, progress.step) as copy:
        app = copy.compilation.app
        here = {
            name: replace(app.tasks[name], enabled=task.enabled) for name, task in tasks.items()
        }
        bodies = Bodies(root, root, clock, shared=True, compilation=copy.compilation)
        try:
            with functions(bodies, clock, run=run) as begins:
                simulation = Simulation(
                    copy.compilation, here, copy.data, begins, clock, period.until,
                    given.happenings(copy), progress.passed,
                )  # fmt: skip
                copy.watch(simulation.rows.changed)
                simulation.run()
        finally:
            bodies.close()
        notes = (*copy.notes, *_left_out(compilation, given.tasks))
        return Simulated(
            period.since, period.until, zone, run, simulation.runs, simulation.problems, notes
        )


def _tasks(compilation: Compilation, names: Collection[str]) -> dict[str, CompiledTask]:
    if not names:
        return dict(compilation.app.tasks)
    found = [find_task(compilation, name) for name in names]
    return {task.name: replace(task, enabled=True) for task in found}


def _left_out(compilation: Compilation, names: Collection[str]) -> list[str]:
    """Return a note of the tasks that cannot load."""
    broken = sum(name.startswith("tasks.") for name in compilation.broken)
    if names or not broken:
        return []
    tasks = "1 task cannot load, and is" if broken == 1 else f"{broken} tasks cannot load, and are"
    return [f"{tasks} left out: see jittask validate"]


def read_rows(workspace: Workspace, path: Path) -> Fixture:
    """Return the rows of a fixture. Raises InvalidArgument for ``data``."""
    from jittask.operations.simulate.fixtures import read_fixture

    return read_fixture(path, workspace.app.models)
