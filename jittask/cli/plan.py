"""``jittask plan``: what would fire, and what an edit changes in it (rule V4)."""

from __future__ import annotations

import gc
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from jittask import zonedata
from jittask.cli.formatting import to_json
from jittask.cli.language import language_option
from jittask.cli.timers import TICK, followed, now, read_instant
from jittask.cli.tree import compiled, find_task, find_tree, no_task, tree_argument

if TYPE_CHECKING:
    from jittask.cli.plans.difference import Version
    from jittask.compiler.compiled import Compilation
    from jittask.schedule.timer import Timer

_A_WEEK = timedelta(days=7)


@click.command()
@tree_argument
@click.option("--from", "start", metavar="ISO", help="From this instant on; now by default.")
@click.option("--to", "end", metavar="ISO", help="Up to this one; a week later by default.")
@click.option("--task", metavar="TASK", help="This task alone.")
@click.option("--all", "everything", is_flag=True, help="Show what holidays skip, too.")
@click.option("--against", metavar="GIT_REF", help="Show what differs from the tree at this ref.")
@click.option("--calendar", "glance", is_flag=True, help="Draw the year of --from.")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True,
              help="How many changes of a task --against lists.")  # fmt: skip
@language_option
@click.option(
    "--format", "shape", type=click.Choice(["text", "jsonl", "json", "ics"]), default="text"
)
def command(
    tree: Path | None,
    start: str | None,
    end: str | None,
    task: str | None,
    everything: bool,
    against: str | None,
    glance: bool,
    limit: int,
    language: str,
    shape: str,
) -> None:
    """List what would fire in TREE; or, with --against, what an edit changes in it.

    Tasks that fire for rows are left out: next and explain tell of a row.

    \b
    Example: jittask plan elements --from 2026-10-01 --to 2026-10-08
             jittask plan elements --to 2027-01-01 --against main
             jittask plan elements --calendar --task reports.WeeklyReport
    """  # noqa: D301 - click reads the backspace
    root = find_tree(tree)
    compilation = compiled(root)
    since = now() if start is None else read_instant(start, compilation, "--from")
    until = (
        followed(since + _A_WEEK)
        if end is None
        else read_instant(end, compilation, "--to", end=True)
    )
    if until < since:
        raise click.UsageError("--to is before --from")
    _check_shape(shape, glance=glance, against=against is not None)
    window = Window(since, since if start is None else since - TICK, until)
    if against is not None:
        _against(root, compilation, against, task, window, limit, language, shape)
        return
    timers = _timers(compilation, task)
    if task is None:
        _tell_what_is_left_out(compilation)
    if glance:
        _draw(compilation, timers, since, language)
    else:
        _list(compilation, timers, window, everything=everything, shape=shape)


class Window(NamedTuple):
    """The time that is asked about."""

    since: datetime
    """What was given, or now."""
    begin: datetime
    """After it, strictly; what is given counts, now does not."""
    until: datetime


def _check_shape(shape: str, *, glance: bool, against: bool) -> None:
    if glance and against:
        raise click.UsageError("--calendar and --against do not go together")
    if glance and shape != "text":
        raise click.UsageError("--calendar is drawn as text; it has no other --format")
    if against and shape not in ("text", "json"):
        raise click.UsageError("--against has --format text or json")
    if shape == "json" and not against:
        raise click.UsageError("--format json is for --against; a list is --format jsonl")


def _draw(
    compilation: Compilation, timers: dict[str, Timer], since: datetime, language: str
) -> None:
    from jittask.cli.plans.year import year_lines
    from jittask.schedule.words import Language, in_words

    if len(timers) == 1:
        [(name, timer)] = timers.items()
        click.echo(f"{name}: {in_words(timer, Language(language))}\n")
    year = since.astimezone(zonedata.zone(compilation.app.settings.timezone)).year
    for line in year_lines(timers, year):
        click.echo(line)


def _list(
    compilation: Compilation,
    timers: dict[str, Timer],
    window: Window,
    *,
    everything: bool,
    shape: str,
) -> None:
    from jittask.cli.plans.listing import Listing, calendar_file, text_lines

    found = Listing(timers, window.begin, window.until, everything=everything)
    gc.disable()  # a list makes no cycles, and what is compiled stays: nothing to look for
    if shape == "jsonl":
        for lines in found.json():
            sys.stdout.write(lines)
        return
    if shape == "ics":
        titles = {name: one.title for name, one in compilation.app.tasks.items()}
        for part in calendar_file(found.entries(), titles):
            sys.stdout.buffer.write(part)
        return
    empty = True
    for line in text_lines(found.entries(), zonedata.zone(compilation.app.settings.timezone)):
        empty = False
        sys.stdout.write(f"{line}\n")
    if empty:
        click.echo("nothing fires in that time (tasks for rows are not counted)", err=True)


def _timers(compilation: Compilation, name: str | None) -> dict[str, Timer]:
    from jittask.compiler.compiled import ScheduledTask

    if name is not None:
        task = find_task(compilation, name)
        if not isinstance(task, ScheduledTask):
            raise click.UsageError(
                f"{task.name} fires for rows: see jittask next {task.name} --row KEY"
            )
        if not task.enabled:
            click.echo(f"{task.name} is disabled: this is when it would fire", err=True)
        return {task.name: task.timer}
    tasks = compilation.app.tasks.values()
    return {one.name: one.timer for one in tasks if isinstance(one, ScheduledTask) and one.enabled}


def _tell_what_is_left_out(compilation: Compilation) -> None:
    broken = sum(1 for one in compilation.broken if one.startswith("tasks."))
    if broken:
        tasks = (
            "1 task cannot load, and is" if broken == 1 else f"{broken} tasks cannot load, and are"
        )
        click.echo(f"{tasks} left out: see jittask validate", err=True)


# --- two versions


def _against(
    root: Path,
    compilation: Compilation,
    ref: str,
    task: str | None,
    window: Window,
    limit: int,
    language: str,
    shape: str,
) -> None:
    from jittask.cli.plans.baseline import at_ref
    from jittask.cli.plans.difference import Version, compare
    from jittask.cli.plans.review import review_data, review_lines
    from jittask.schedule.words import Language

    with at_ref(root, ref) as baseline:
        before = Version.of(compiled(baseline.root)) if baseline.exists else Version()
    after = Version.of(compilation)
    if task is None:
        _tell_what_is_left_out(compilation)
    else:
        before, after = _only(task, before, after)
    found = list(compare(before, after, window.begin, window.until, Language(language)))
    if shape == "json":
        named = {"baseline": {"ref": ref, "commit": baseline.commit, "exists": baseline.exists}}
        click.echo(to_json(named | review_data(found)))
        return
    zone = zonedata.zone(compilation.app.settings.timezone)
    first, last = (f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (window.since, window.until))
    lacking = "" if baseline.exists else ", which does not have this tree"
    about = f"{ref} ({baseline.commit}){lacking}: {first} to {last} {zone.key}"
    for line in review_lines(found, about, limit):
        click.echo(line)


def _only(name: str, before: Version, after: Version) -> tuple[Version, Version]:
    """Return the versions with one task alone; raises Failure where neither has it."""
    full = name if name.startswith("tasks.") else f"tasks.{name}"
    if full not in before.names | after.names:
        raise no_task(name, sorted(before.names | after.names))
    return before.only(full), after.only(full)
