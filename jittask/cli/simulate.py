"""``jittask simulate``: a tree over simulated time, against a copy of its data (rule V9)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jittask.cli.exit_codes import ExitCode
from jittask.cli.formatting import to_json
from jittask.cli.options import format_option, limit_option, note, quiet_option, tree_argument
from jittask.cli.simulation_progress import shown_progress
from jittask.cli.tree import preview_workspace
from jittask.operations.simulate.scenario_file import BadScenario
from jittask.operations.times import Direction, read_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jittask.operations.simulate.check import Checked
    from jittask.operations.simulate.result import Simulated
    from jittask.operations.simulate.simulate import Period
    from jittask.operations.workspace import Workspace

_MANY = 20_000
"""Runs of a task that hide the others."""


@click.command()
@tree_argument
@click.option("--from", "start", metavar="TIME", help="From this time on: ISO, or 1h; now.")
@click.option("--to", "end", metavar="TIME", help="Up to this one; a week later by default.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True),
    metavar="FIXTURE",
    help="Rows from this file or folder; no database is opened. Else a copy of the databases.",
)
@click.option(
    "--scenario",
    "scenarios",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="Check what a scenario file expects. May be given several times.",
)
@click.argument("more", nargs=-1, type=click.Path(path_type=Path, dir_okay=False), metavar="")
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Only this task; repeatable.")
@click.option(
    "--run/--no-run",
    "run",
    default=None,
    help="Call the functions, against the copy; what else they do is real. Default: --no-run.",
)
@click.option("--write-expect", is_flag=True, help="Write what fires into the scenario FILE.")
@click.option("--timeline", is_flag=True, help="Show the runs of scenarios too.")
@limit_option("runs", 200)
@format_option("jsonl", "junit")
@quiet_option
def command(
    tree: Path | None,
    start: str | None,
    end: str | None,
    data: Path | None,
    scenarios: tuple[Path, ...],
    more: tuple[Path, ...],
    tasks: tuple[str, ...],
    run: bool | None,
    write_expect: bool,
    timeline: bool,
    limit: int,
    shape: str,
) -> None:
    """Let simulated time pass over TREE, and show what fires; or check scenario files.

    Nothing waits, and nothing of the tree changes: its databases are copied, its
    run store is not opened. Functions are called only with --run: then their
    rows are those of the copy, and all else that they do is real.

    \b
    Example: jittask simulate elements --from 2026-12-01 --to 2026-12-31
             jittask simulate elements --data tests/fixtures --run --task billing.OverdueNotice
             jittask simulate --scenario tests/scenarios/*.json
    """  # noqa: D301 - click reads the backspace
    tree, files = _files(tree, scenarios, more)
    if not files:
        if write_expect or shape == "junit":
            raise click.UsageError("this needs --scenario FILE")
        with preview_workspace(tree) as opened:
            found = _simulated(opened, start, end, data, tasks, run=bool(run))
        _show(found, limit, shape)
        return
    if write_expect:
        _write_expectations(tree, files, start, end, data, tasks, run)
        return
    if start or end or data or tasks:
        raise click.UsageError("a scenario has its own time, data and tasks")
    _check(tree, files, run, timeline=timeline, limit=limit, shape=shape)


def _files(
    tree: Path | None, scenarios: tuple[Path, ...], more: tuple[Path, ...]
) -> tuple[Path | None, list[Path]]:
    """Return the tree and the scenarios: a shell turns ``*.json`` into further arguments."""
    if scenarios and tree is not None and tree.suffix == ".json" and tree.is_file():
        return None, [*scenarios, tree, *more]
    if more and not scenarios:
        raise click.UsageError(f"got unexpected extra argument ({more[0]})")
    return tree, [*scenarios, *more]


def _simulated(
    opened: Workspace,
    start: str | None,
    end: str | None,
    data: Path | None,
    tasks: tuple[str, ...],
    *,
    run: bool,
) -> Simulated:
    from jittask.operations.simulate.simulate import Given, read_rows, simulate

    period = _period(opened, start, end)
    fixture = None if data is None else read_rows(opened, data)
    with shown_progress(period) as progress:
        return simulate(opened, period, Given(fixture, tasks=tasks), run=run, progress=progress)


def _period(opened: Workspace, start: str | None, end: str | None) -> Period:
    from jittask.operations.inspect.plan.window import DEFAULT_LENGTH
    from jittask.operations.simulate.simulate import Period

    now, zone, ahead = opened.now(), opened.zone, Direction.AHEAD
    since = now if start is None else read_instant(start, zone, now, "from", direction=ahead)
    if end is None:
        return Period(since, since + DEFAULT_LENGTH)
    return Period(since, read_instant(end, zone, since, "to", direction=ahead, end=True))


def _show(found: Simulated, limit: int, shape: str) -> None:
    from jittask.operations.views.simulation import simulation_lines

    if shape == "text":
        _show_text(found, limit)
    elif shape == "jsonl":
        _write_lines(simulation_lines(found))
    else:
        click.echo(to_json(list(simulation_lines(found))))
    if found.failed or found.problems:
        sys.exit(ExitCode.PROBLEMS)


def _show_text(found: Simulated, limit: int) -> None:
    from jittask.cli.simulation_text import timeline_lines, totals_lines, trouble_lines

    for line in timeline_lines(found, limit):
        click.echo(line)
    if found.runs:
        click.echo()
    for line in (*totals_lines(found), *trouble_lines(found)):
        click.echo(line)
    if not found.runs:
        note("nothing fires in that time")
    for text in (*found.notes, *_hints(found)):
        note(text)


def _hints(found: Simulated) -> list[str]:
    counts: dict[str, int] = {}
    for run in found.runs:
        counts[run.task] = counts.get(run.task, 0) + 1
    many = [name for name, count in counts.items() if count > _MANY]
    hints = [f"{name} has {counts[name]:,} runs; --task names the others" for name in many]
    return hints if found.ran else [*hints, "no function was called; --run calls them"]


def _write_lines(lines: Any) -> None:
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _check(
    tree: Path | None,
    files: Sequence[Path],
    run: bool | None,
    *,
    timeline: bool,
    limit: int,
    shape: str,
) -> None:
    from jittask.cli.simulation_report import Report

    report = Report(shape, timeline=timeline, limit=limit)
    for path in files:
        try:
            report.add(path, _checked(tree, path, run))
        except BadScenario as error:
            report.bad(path, error)
    report.end()
    if not report.passed:
        sys.exit(ExitCode.PROBLEMS)


def _checked(tree: Path | None, path: Path, run: bool | None) -> Checked:
    from jittask.operations.simulate.check import check_scenario
    from jittask.operations.simulate.scenario_file import read_scenario_file

    file = read_scenario_file(path)
    named = file.data.get("tree")
    root = path.parent / named if tree is None and named else tree
    with preview_workspace(root) as opened, shown_progress(None, str(path)) as progress:
        return check_scenario(opened, file, run=run, progress=progress)


def _write_expectations(
    tree: Path | None,
    files: Sequence[Path],
    start: str | None,
    end: str | None,
    data: Path | None,
    tasks: tuple[str, ...],
    run: bool | None,
) -> None:
    from jittask.operations.simulate.accept import accept, make_scenario

    for path in files:
        if not path.exists():
            if start is None or end is None:
                raise click.UsageError(f"{path} is new: it needs --from and --to")
            make_scenario(path, tree, start, end, data, tasks, run=bool(run))
        elif start or end or data or tasks:
            raise click.UsageError(f"{path} exists: it has its own time, data and tasks")
        checked = _checked(tree, path, run)
        count = accept(checked)
        click.echo(f"wrote {path}: {count} tasks")
        for problem in checked.problems:
            note(f"not simulated: {problem.task}: {problem.text}")
