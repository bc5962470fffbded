"""``jittask status``: what runs, what waits, what is broken (rule H3)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from jittask.cli.diagnostic_text import SourceLines, diagnostic_lines
from jittask.cli.formatting import local, one_line, to_json
from jittask.cli.options import format_option, quiet_option, tree_argument, watch_option
from jittask.cli.tree import workspace
from jittask.cli.watch import watch as watch_changes
from jittask.operations.inspect.status import Status, status
from jittask.operations.views.status import status_view


@click.command()
@tree_argument
@watch_option
@format_option()
@quiet_option
def command(tree: Path | None, watch: bool, shape: str) -> None:
    """Show the runtime of TREE, its queue, pauses and elements; exits 1 while one is broken.

    Elements are as the runtime last said: running, disabled or broken. Before
    the first run they are as their files are: ready, disabled or broken.

    Example: jittask status elements
    """
    with workspace(tree) as opened:

        def text(found: Status) -> str:
            if shape == "json":
                return to_json(status_view(found))
            return "\n".join(_lines(found, opened.zone, opened.root))

        if watch:
            watch_changes(lambda: text(status(opened)), opened.clock)
            return
        found = status(opened)
        click.echo(text(found))
    sys.exit(1 if found.is_broken else 0)


def _lines(found: Status, zone: ZoneInfo, root: Path) -> Iterator[str]:
    for runtime in found.runtimes:
        alive = runtime.alive
        state = f"runs (process {runtime.pid} on {runtime.host})" if alive else "is not running"
        yield f"the runtime {state}, started {local(runtime.started, zone)}"
        if runtime.last_reload is not None:
            how = "all well" if runtime.last_reload_ok else "with broken elements"
            yield f"last reload {local(runtime.last_reload, zone)}, {how}"
    if not found.runtimes:
        yield "no runtime has run yet; start one: jittask run"
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
        yield f"{element.state:<9} {element.name}  {version}{since}"
        for diagnostic in element.diagnostics:
            for line in diagnostic_lines(diagnostic, sources):
                yield f"    {line}"
