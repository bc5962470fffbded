"""``jittask backfill``: runs occurrences of the past, after a preview (rules V5, D7)."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.arguments import task_argument
from jittask.cli.formatting import local, one_line, to_json
from jittask.cli.occurrence_text import time_text
from jittask.cli.options import format_option, note, quiet_option, tree_option
from jittask.cli.tree import workspace
from jittask.model import Misfire
from jittask.operations.backfill.request import BackfillRequest, read_rate
from jittask.operations.naming import find_task
from jittask.operations.times import read_instant

if TYPE_CHECKING:
    from jittask.operations.backfill.backfill import Backfill
    from jittask.operations.workspace import Workspace


@click.command()
@task_argument
@click.option("--from", "start", metavar="TIME", required=True,
              help="From this time on: ISO, or 7d, yesterday.")  # fmt: skip
@click.option("--to", "end", metavar="TIME", default="now", show_default=True,
              help="Up to this time; a date means the end of it.")  # fmt: skip
@click.option("--row", metavar="KEY", help="Only this row of a date-field task.")
@click.option("--misfire", type=click.Choice([Misfire.ALL.value, Misfire.LATEST.value]),
              default=Misfire.ALL.value, show_default=True,
              help="Run each occurrence, or of each row only the last one.")  # fmt: skip
@click.option("--rate", metavar="N/UNIT",
              help="Let at most so many begin in a time: 10/s, 30/min, 5/h.")  # fmt: skip
@click.option("--preview", is_flag=True, help="Only say what would run.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@tree_option
@format_option()
@quiet_option
def command(
    task: str,
    start: str,
    end: str,
    row: str | None,
    misfire: str,
    rate: str | None,
    preview: bool,
    yes: bool,
    tree: Path | None,
    shape: str,
) -> None:
    """Run the occurrences of TASK in a past time that have no run.

    What has run, failed or was skipped has its record, and is left out: the same
    command a second time runs nothing. Backfilled runs come after all others.

    \b
    Example: jittask backfill billing.OverdueNotice --from 2026-05-01 --to 2026-05-07 --preview
             jittask backfill billing.OverdueNotice --from 7d --rate 30/min --yes
    """  # noqa: D301 - click reads the backspace
    if preview and yes:
        raise click.UsageError("--preview and --yes do not go together")
    with workspace(tree) as opened:
        find_task(opened.compilation, task)
        if not (preview or yes) and (shape == "json" or not sys.stdin.isatty()):
            raise click.UsageError("say --preview to see what would run, or --yes to run it")
        zone, now = opened.zone, opened.now()
        request = BackfillRequest(
            task,
            read_instant(start, zone, now, "from"),
            read_instant(end, zone, now, "to", end=True),
            row,
            Misfire(misfire),
            timedelta() if rate is None else read_rate(rate),
        )
        if not yes:
            _preview(opened, request, shape)
        if yes or (not preview and click.confirm("Run them?")):
            _run(opened, request, shape)


def _preview(opened: Workspace, request: BackfillRequest, shape: str) -> None:
    from jittask.operations.backfill.backfill import backfill
    from jittask.operations.views.backfill import backfill_view

    found = backfill(opened, request, preview=True, progress=_Progress("looking").show)
    if shape == "json":
        click.echo(to_json(backfill_view(found)))
        return
    for entry in found.first:
        row = "" if entry.row is None else f"  {one_line(entry.row)}"
        click.echo(f"{time_text(entry)}{row}")
    if found.runs > len(found.first):
        click.echo(f"and {found.runs - len(found.first):,} more")
    first, last = (local(at, opened.zone) for at in (found.since, found.until))
    click.echo(f"{found.task} from {first} to {last}: {_runs_text(found)} would be made")
    _tell(opened, found)


def _run(opened: Workspace, request: BackfillRequest, shape: str) -> None:
    from jittask.operations.backfill.backfill import backfill
    from jittask.operations.views.backfill import backfill_view

    progress = _Progress("made")
    try:
        done = backfill(opened, request, progress=progress.show)
    except KeyboardInterrupt:
        words = f"stopped: {progress.runs:,} runs are made; the same command makes the others"
        click.echo(words, err=True)
        raise
    if shape == "json":
        click.echo(to_json(backfill_view(done)))
    else:
        click.echo(f"{done.task}: {_runs_text(done)} made")
        _tell(opened, done)
    if not done.live_runtime and done.runs:
        note("no runtime is alive: they run when jittask run is started")


def _runs_text(done: Backfill) -> str:
    runs = "1 run" if done.runs == 1 else f"{done.runs:,} runs"
    rows = (
        "" if done.last_row == "" else " of 1 row" if done.rows == 1 else f" of {done.rows:,} rows"
    )
    return runs + (rows if done.runs else "")


def _tell(opened: Workspace, done: Backfill) -> None:
    """Print what the numbers leave out."""
    if done.recorded:
        click.echo(f"{done.recorded:,} of {done.occurrences:,} occurrences have a record already")
    if done.counted:
        click.echo(f"{done.counted:,} earlier ones are counted in these runs as missed")
    if done.last_due is not None and done.runs:
        click.echo(f"the last one may begin at {local(done.last_due, opened.zone)}")
    for remark in done.remarks:
        note(one_line(remark))


class _Progress:
    """Shows on a terminal how far long work is."""

    def __init__(self, word: str) -> None:
        self.runs = 0
        self._word, self._shown = word, 0

    def show(self, done: Backfill) -> None:
        """Take the state after a step."""
        self.runs = done.runs
        if sys.stderr.isatty() and done.occurrences - self._shown >= _SHOW_EVERY:
            self._shown = done.occurrences
            click.echo(
                f"{self._word}: {done.runs:,} runs of {done.occurrences:,} occurrences", err=True
            )


_SHOW_EVERY = 10_000
