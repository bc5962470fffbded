"""``jittask status``: what runs, what waits, what is wrong (rules H3, R13)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from jittask.cli.arguments import TaskName
from jittask.cli.diagnostic_text import SourceLines, diagnostic_lines
from jittask.cli.formatting import local, one_line, to_json
from jittask.cli.options import format_option, quiet_option, tree_option, watch_option
from jittask.cli.tree import workspace
from jittask.cli.watch import watch as watch_changes
from jittask.operations.inspect.element_state import ElementState
from jittask.operations.inspect.health import Problem
from jittask.operations.inspect.status import Status, status
from jittask.operations.inspect.task_status import TaskStatus, task_status
from jittask.operations.views.status import status_view, task_status_view
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.store.fleet_types import WorkerRow

_ELEMENT = "e.json"


@click.command()
@click.argument("what", required=False, type=TaskName(), metavar="[TASK|TREE]")
@tree_option
@watch_option
@format_option()
@quiet_option
def command(what: str | None, tree: Path | None, watch: bool, shape: str) -> None:
    """Show what runs of a tree, or of TASK, and what is wrong; exit 1 if anything is.

    The first lines say what is wrong: no runtime is alive, it is stuck, an
    element is broken, a task is blocked, a run is overdue, the run store does
    not answer. Without such a line a runtime is alive, and the exit code is 0.

    Elements are as the runtime last said: running, blocked, paused, disabled or
    broken. While none is alive, those that would run are ready.

    Example: jittask status elements
    """
    task, tree = _meant(what, tree)
    with workspace(tree) as opened:
        ask = _of_tree if task is None else _of_task(task)
        if watch:
            watch_changes(lambda: ask(opened, shape)[0], opened.clock)
            return
        text, well = ask(opened, shape)
        click.echo(text)
    sys.exit(0 if well else 1)


def _meant(what: str | None, tree: Path | None) -> tuple[str | None, Path | None]:
    """Return the task and the tree that are meant: a folder is a tree, but for a task's own."""
    if what is None:
        return None, tree
    folder = Path(what)
    if "/" not in what and (not folder.is_dir() or (folder / _ELEMENT).is_file()):
        return what, tree
    if tree is not None and tree != folder:
        raise click.UsageError("give the tree once: as TREE, or with --tree")
    return None, folder


def _of_tree(opened: Workspace, shape: str) -> tuple[str, bool]:
    found = status(opened)
    if shape == "json":
        return to_json(status_view(found)), found.is_well
    return "\n".join(_lines(found, opened.zone, opened.root)), found.is_well


def _of_task(task: str) -> Callable[[Workspace, str], tuple[str, bool]]:
    def ask(opened: Workspace, shape: str) -> tuple[str, bool]:
        found = task_status(opened, task)
        if shape == "json":
            return to_json(task_status_view(found)), found.is_well
        return "\n".join(_task_lines(found, opened.zone, opened.root)), found.is_well

    return ask


def _lines(found: Status, zone: ZoneInfo, root: Path) -> Iterator[str]:
    yield from map(problem_line(zone), found.problems)
    for runtime in found.runtimes:
        if runtime.alive:
            started = local(runtime.started, zone)
            yield f"the runtime runs (process {runtime.pid} on {runtime.host}), started {started}"
        if runtime.last_reload is not None:
            how = "all well" if runtime.last_reload_ok else "with broken elements"
            yield f"last reload {local(runtime.last_reload, zone)}, {how}"
    yield from (_worker_line(worker, zone) for worker in found.workers)
    yield f"{found.executing} executing, {found.pending} pending, {found.overdue} overdue"
    if found.last_scan is not None:
        yield f"the planner's last scan was {local(found.last_scan, zone)}"
    for pause in found.pauses:
        yield f"{pause.task}: {one_line(pause.describe(zone))}, since {local(pause.since, zone)}"
    yield f"tz database {found.zones_edition}, holidays package {found.holidays_edition}"
    sources = SourceLines(root, Path.cwd())
    for element in found.elements:
        version = (element.version or "nothing")[:12]
        since = f", since {local(element.since, zone)}" if element.since else ""
        if element.version and element.broken_since:
            since += f"; broken since {local(element.broken_since, zone)}"
        yield f"{element.state:<9} {element.name}  {version}{since}"
        yield from _diagnostics(element, sources)


def _worker_line(worker: WorkerRow, zone: ZoneInfo) -> str:
    queues = f"queue{'' if len(worker.queues) == 1 else 's'} {', '.join(worker.queues)}"
    silent = "; it shows no sign of life" if worker.silent else ""
    return (
        f"worker on {worker.host} (process {worker.pid}): {queues}, "
        f"{worker.executing} of {worker.slots} executing, "
        f"last beat {local(worker.last_beat, zone)}{silent}"
    )


def _task_lines(found: TaskStatus, zone: ZoneInfo, root: Path) -> Iterator[str]:
    yield from map(problem_line(zone), found.problems)
    entry = found.entry
    yield f"{entry.state:<9} {entry.name}  {one_line(entry.title)}"
    if entry.schedule is not None:
        yield f"schedule  {entry.schedule}"
    yield f"next      {local(entry.next, zone)}"
    if entry.last is not None:
        last = entry.last
        yield f"last      {last.status} {local(last.finished, zone)}, run {last.run}"
    yield f"{found.executing} executing, {found.pending} pending, {found.overdue} overdue"
    if found.element is not None:
        yield from _diagnostics(found.element, SourceLines(root, Path.cwd()))


def _diagnostics(element: ElementState, sources: SourceLines) -> Iterator[str]:
    for diagnostic in element.diagnostics:
        for line in diagnostic_lines(diagnostic, sources):
            yield f"    {line}"


def problem_line(zone: ZoneInfo) -> Callable[[Problem], str]:
    """Return what makes the line of a problem: what, of which element, since when, why."""

    def line(problem: Problem) -> str:
        what = problem.code.replace("-", " ")
        element = f" {problem.element}" if problem.element else ""
        since = f" since {local(problem.since, zone)}" if problem.since else ""
        return click.style(f"{what}{element}{since}: {one_line(problem.text)}", fg="red")

    return line
