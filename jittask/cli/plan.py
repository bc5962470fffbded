"""``jittask plan``: what would fire, and what an edit changes in it (rule V4)."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.formatting import to_json
from jittask.cli.language import language_option
from jittask.cli.options import after_option, format_option, note, quiet_option, tree_argument
from jittask.cli.tree import preview_workspace
from jittask.operations.inspect.plan.window import Window, planned_rows, planned_timers, window
from jittask.operations.naming import find_task, rows_task
from jittask.operations.times import Direction, read_instant
from jittask.schedule.words import Language, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jittask.compiler.compiled import CompiledTask
    from jittask.operations.workspace import Workspace
    from jittask.schedule.timer import Timer

_CHANGES = 10


@click.command()
@tree_argument
@click.option("--from", "start", metavar="TIME", help="From this time on: ISO, or 1h; now.")
@click.option("--to", "end", metavar="TIME", help="Up to this one; a week later by default.")
@click.option("--task", metavar="TASK", help="Only this task.")
@click.option("--all", "skipped", is_flag=True, help="Also show what holidays skip.")
@click.option("--against", metavar="GIT_REF", help="Show what differs from the tree at this ref.")
@click.option("--calendar", "glance", is_flag=True, help="Draw the year of --from.")
@click.option(
    "--rows",
    "with_rows",
    is_flag=True,
    help="Also ask the databases: which rows of date-field tasks fire.",
)
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(1),
    help=f"How many occurrences (all); with --against, changes of a task ({_CHANGES}).",
)
@after_option
@language_option
@format_option("jsonl", "ics")
@quiet_option
def command(
    tree: Path | None,
    start: str | None,
    end: str | None,
    task: str | None,
    skipped: bool,
    against: str | None,
    glance: bool,
    with_rows: bool,
    limit: int | None,
    after: str | None,
    language: str,
    shape: str,
) -> None:
    """List what would fire in TREE; or, with --against, what an edit changes in it.

    Tasks that fire for rows are in the list with --rows, and where --task names one.
    Without them no database is asked, as in CI.

    \b
    Example: jittask plan elements --from 2026-10-01 --to 2026-10-08
             jittask plan elements --to 2027-01-01 --against main
             jittask plan elements --calendar --task reports.WeeklyReport
             jittask plan elements --rows --to 7d --limit 20
    """  # noqa: D301 - click reads the backspace
    with preview_workspace(tree) as opened:
        asked = _window(opened, start, end)
        _check_shape(shape, glance=glance, against=against is not None)
        if against is not None:
            _against(opened, against, task, asked, limit or _CHANGES, language, shape)
            return
        of_rows = None if task is None or glance else rows_task(opened, task)
        timers = {} if of_rows else planned_timers(opened.compilation, task)
        if task is None:
            _note_broken(opened)
        else:
            _note_disabled(find_task(opened.compilation, task))
        if glance:
            _draw(opened, timers, asked, language)
        elif of_rows or with_rows or limit or after:
            from jittask.cli.plans.whole_text import list_whole

            asks = with_rows or of_rows is not None
            tasks = planned_rows(opened.compilation, task) if asks else ()
            list_whole(
                opened, timers, tasks, asked, skipped=skipped, shape=shape, limit=limit,
                after=after,
            )  # fmt: skip
        else:
            _list(opened, timers, asked, skipped=skipped, shape=shape)


def _window(opened: Workspace, start: str | None, end: str | None) -> Window:
    now, zone, ahead = opened.now(), opened.zone, Direction.AHEAD
    return window(
        now,
        None if start is None else read_instant(start, zone, now, "from", direction=ahead),
        None if end is None else read_instant(end, zone, now, "to", direction=ahead, end=True),
    )


def _check_shape(shape: str, *, glance: bool, against: bool) -> None:
    if glance and against:
        raise click.UsageError("--calendar and --against do not go together")
    if glance and shape != "text":
        raise click.UsageError("--calendar is drawn as text; it has no other --format")
    if against and shape not in ("text", "json"):
        raise click.UsageError("--against has --format text or json")


def _draw(opened: Workspace, timers: Mapping[str, Timer], asked: Window, language: str) -> None:
    from jittask.cli.plans.year import year_lines
    from jittask.operations.inspect.plan.year import year_plan

    if len(timers) == 1:
        [(name, timer)] = timers.items()
        click.echo(f"{name}: {in_words(timer, Language(language))}\n")
    for line in year_lines(year_plan(timers, asked.since.astimezone(opened.zone).year)):
        click.echo(line)


def _list(
    opened: Workspace, timers: Mapping[str, Timer], asked: Window, *, skipped: bool, shape: str
) -> None:
    from jittask.cli.plans.listing_text import nothing_fires, text_lines
    from jittask.operations.inspect.plan.listing import Listing
    from jittask.operations.views.calendar_file import calendar_file
    from jittask.operations.views.occurrences import occurrence_array, occurrence_lines

    found = Listing(timers, asked.begin, asked.until, skipped=skipped)
    gc.disable()  # a list makes no cycles, and what is compiled stays: nothing to collect
    if shape in ("json", "jsonl"):
        for lines in occurrence_array(found) if shape == "json" else occurrence_lines(found):
            sys.stdout.write(lines)
        return
    if shape == "ics":
        titles = {name: task.title for name, task in opened.app.tasks.items()}
        events = 0
        for part in calendar_file(found.occurrences(), titles):
            events += part.startswith(b"BEGIN:VEVENT")
            sys.stdout.buffer.write(part)
        empty = not events
    else:
        empty = True
        for line in text_lines(found.occurrences(), opened.zone):
            empty = False
            sys.stdout.write(f"{line}\n")
    if empty:
        note(f"{nothing_fires(asked, opened.zone)} (--rows counts tasks for rows, too)")


def _note_disabled(task: CompiledTask) -> None:
    if not task.enabled:
        note(f"{task.name} is disabled: this is when it would fire")


def _note_broken(opened: Workspace) -> None:
    broken = sum(1 for name in opened.compilation.broken if name.startswith("tasks."))
    if broken:
        tasks = (
            "1 task cannot load, and is" if broken == 1 else f"{broken} tasks cannot load, and are"
        )
        note(f"{tasks} left out: see jittask validate")


def _against(
    opened: Workspace,
    ref: str,
    task: str | None,
    asked: Window,
    limit: int,
    language: str,
    shape: str,
) -> None:
    from jittask.cli.plans.review import review_lines
    from jittask.operations.inspect.plan.against import plan_difference
    from jittask.operations.views.plan_difference import plan_difference_view

    found = plan_difference(opened, ref, asked, task=task, language=Language(language))
    if task is None:
        _note_broken(opened)
    if shape == "json":
        click.echo(to_json(plan_difference_view(found)))
        return
    zone = opened.zone
    first, last = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (asked.since, asked.until))
    lacking = "" if found.exists else ", which does not have this tree"
    about = f"{ref} ({found.commit}){lacking}: {first} to {last} {zone.key}"
    for line in review_lines(found.tasks, about, limit):
        click.echo(line)
