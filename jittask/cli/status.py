"""``jittask status``: what runs, what waits, what is broken (rule H3)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from jittask import zonedata
from jittask.cli.diagnostic_text import SourceLines, diagnostic_lines
from jittask.cli.failure import NothingYet
from jittask.cli.formatting import local, to_json
from jittask.cli.tree import compiled, has_store, open_store, tree_argument
from jittask.clock import SystemClock
from jittask.operations.views.diagnostics import diagnostic_view
from jittask.operations.views.instants import iso
from jittask.operations.views.pauses import pause_view
from jittask.schedule.calendars import edition as holidays_edition
from jittask.store.status_types import ElementRow, StoreStatus

if TYPE_CHECKING:
    from jittask.compiler.compiled import Compilation


@click.command()
@tree_argument
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(tree: Path | None, shape: str) -> None:
    """Show the runtime of TREE, its queue, pauses and elements; exits 1 while one is broken.

    Elements are as the runtime last said: running, disabled or broken. Before
    the first run they are as their files are: ready, disabled or broken.

    Example: jittask status elements
    """
    compilation = compiled(tree)
    app, now = compilation.app, SystemClock().now()
    status = StoreStatus((), (), 0, 0, 0)
    if has_store(app):
        with suppress(NothingYet), open_store(app) as store:
            status = store.status(now)
    if not status.runtimes:
        status = replace(status, elements=tuple(_of_files(compilation, now)))
    if shape == "json":
        click.echo(to_json(_data(status)))
    else:
        _text(status, zonedata.zone(app.settings.timezone), app.root)
    sys.exit(1 if any(one.state == "broken" for one in status.elements) else 0)


def _of_files(compilation: Compilation, now: datetime) -> Iterator[ElementRow]:
    """Yield what a runtime would find, by name."""
    tasks = compilation.app.tasks
    for name in sorted(tasks.keys() | compilation.broken):
        if name in compilation.broken:
            yield ElementRow(name, "broken", None, now, compilation.of(name))
        else:
            state = "ready" if tasks[name].enabled else "disabled"
            yield ElementRow(name, state, tasks[name].version, now, ())


def _data(status: StoreStatus) -> dict[str, Any]:
    newest = status.runtimes[0] if status.runtimes else None
    return {
        "runtimes": [
            {
                "id": one.id,
                "host": one.host,
                "pid": one.pid,
                "started": iso(one.started),
                "alive": one.alive,
                "lastReload": iso(one.last_reload),
                "lastReloadOk": one.last_reload_ok,
            }
            for one in status.runtimes
        ],
        "leader": newest.id if newest and newest.alive else None,
        "planner": {"lastScan": iso(newest.last_scan) if newest else None},
        "queue": {
            "pending": status.pending,
            "overdue": status.overdue,
            "executing": status.executing,
        },
        "paused": [pause_view(one) for one in status.pauses],
        "data": {"zones": zonedata.edition(), "holidays": holidays_edition()},
        "elements": [
            {
                "name": one.name,
                "state": one.state,
                "version": one.version,
                "since": iso(one.since) if status.runtimes else None,
                "diagnostics": [diagnostic_view(each) for each in one.diagnostics],
            }
            for one in status.elements
        ],
    }


def _text(status: StoreStatus, zone: ZoneInfo, root: Path) -> None:
    for one in status.runtimes:
        state = f"runs (process {one.pid} on {one.host})" if one.alive else "is not running"
        click.echo(f"the runtime {state}, started {local(one.started, zone)}")
        if one.last_reload is not None:
            how = "all well" if one.last_reload_ok else "with broken elements"
            click.echo(f"last reload {local(one.last_reload, zone)}, {how}")
    if not status.runtimes:
        click.echo("no runtime has run yet; start one: jittask run")
    click.echo(f"{status.executing} executing, {status.pending} pending, {status.overdue} overdue")
    newest = next((one.last_scan for one in status.runtimes if one.last_scan), None)
    if newest is not None:
        click.echo(f"the planner's last scan was {local(newest, zone)}")
    for pause in status.pauses:
        click.echo(f"{pause.task}: {pause.describe(zone)}, since {local(pause.since, zone)}")
    click.echo(f"tz database {zonedata.edition()}, holidays package {holidays_edition()}")
    sources = SourceLines(root)
    for element in status.elements:
        version = (element.version or "nothing")[:12]
        since = f", since {local(element.since, zone)}" if status.runtimes else ""
        click.echo(f"{element.state:<9} {element.name}  {version}{since}")
        for one_finding in element.diagnostics:
            for line in diagnostic_lines(one_finding, sources):
                click.echo(f"    {line}")
