"""``jittask plan``: what would fire, and what an edit changes in it (rule V4)."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask import zonedata
from jittask.cli.language import language_option
from jittask.cli.shown import to_json
from jittask.cli.timers import now, read_instant
from jittask.cli.tree import compiled, find_task, find_tree, tree_argument

if TYPE_CHECKING:
    from jittask.cli.entries import Entry
    from jittask.cli.plans.difference import TaskDifference, Version
    from jittask.compiler.compiled import Compilation
    from jittask.schedule.timer import Timer

_A_WEEK = timedelta(days=7)


@click.command()
@tree_argument
@click.option("--from", "start", metavar="ISO", help="After this instant; now by default.")
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
    r"""List what would fire in TREE; or, with --against, what an edit changes in it.

    Tasks that fire for rows are left out: next and explain tell of a row.

    \b
    Example: jittask plan elements --from 2026-10-01 --to 2026-10-08
             jittask plan elements --to 2027-01-01 --against main
             jittask plan elements --calendar --task reports.WeeklyReport
    """
    root = find_tree(tree)
    compilation = compiled(root)
    begin = now() if start is None else read_instant(start, compilation, "--from")
    until = begin + _A_WEEK if end is None else read_instant(end, compilation, "--to", end=True)
    if until < begin:
        raise click.UsageError("--to is before --from")
    if against is not None:
        _against(root, against, compilation, task, (begin, until), limit, language, shape)
        return
    if shape == "json":
        raise click.UsageError("--format json is for --against; a list is --format jsonl")
    timers = _timers(compilation, task)
    if task is None:
        _tell_what_is_left_out(compilation)
    if glance:
        from jittask.cli.plans.year import year_lines

        year = begin.astimezone(zonedata.zone(compilation.app.settings.timezone)).year
        for line in year_lines(timers, year):
            click.echo(line)
        return
    _list(compilation, timers, begin, until, everything=everything, shape=shape)


def _list(
    compilation: Compilation,
    timers: dict[str, Timer],
    begin: datetime,
    until: datetime,
    *,
    everything: bool,
    shape: str,
) -> None:
    from jittask.cli.plans.listing import Listing, calendar_file, text_lines

    found = Listing(timers, begin, until, everything=everything)
    gc.freeze()  # what is compiled stays; no use in looking through it again and again
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
        click.echo(line)
    if empty:
        click.echo("nothing fires in that time", err=True)


def _timers(compilation: Compilation, name: str | None) -> dict[str, Timer]:
    from jittask.compiler.compiled import ScheduledTask

    if name is not None:
        task = find_task(compilation, name)
        if not isinstance(task, ScheduledTask):
            raise click.UsageError(
                f"{task.name} fires for rows: see jittask next {task.name} --row KEY"
            )
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
    ref: str,
    compilation: Compilation,
    task: str | None,
    window: tuple[datetime, datetime],
    limit: int,
    language: str,
    shape: str,
) -> None:
    from jittask.cli.plans.baseline import at_ref
    from jittask.cli.plans.difference import compare
    from jittask.schedule.words import Language

    if shape not in ("text", "json"):
        raise click.UsageError("--against has --format text or json")
    with at_ref(root, ref) as baseline:
        before, after = _version(compiled(baseline.root)), _version(compilation)
        if task is None:
            _tell_what_is_left_out(compilation)
        found = list(compare(before, after, *window, Language(language)))
        if task is not None:
            full = task if task.startswith("tasks.") else f"tasks.{task}"
            found = [one for one in found if one.task == full]
        named = f"{baseline.ref} ({baseline.commit})" if baseline.ref else baseline.commit
        commit = baseline.commit
    if shape == "text":
        zone = zonedata.zone(compilation.app.settings.timezone)
        times = [f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in window]
        for line in _review(found, f"{named}, {times[0]} to {times[1]} {zone.key}", limit):
            click.echo(line)
        return
    reasons = {one.task: list(one.reasons) for one in found}

    def data(entry: Entry) -> dict[str, object]:
        return {**entry.data(), "reasons": reasons[entry.task]}

    click.echo(
        to_json(
            {
                "baseline": {"ref": ref, "commit": commit},
                "appears": [data(each) for one in found for each in one.appears],
                "vanishes": [data(each) for one in found for each in one.vanishes],
                "moves": [
                    {"from": data(old), "to": data(new)} for one in found for old, new in one.moves
                ],
            }
        )
    )


def _version(compilation: Compilation) -> Version:
    from jittask.cli.plans.difference import Version
    from jittask.compiler.compiled import ScheduledTask

    timers: dict[str, Timer] = {}
    silent = dict.fromkeys(
        (one for one in compilation.broken if one.startswith("tasks.")), "broken"
    )
    for name, one in compilation.app.tasks.items():
        if not one.enabled:
            silent[name] = "disabled"
        elif isinstance(one, ScheduledTask):
            timers[name] = one.timer
        else:
            silent[name] = "for rows"
    return Version(timers, silent)


def _review(found: list[TaskDifference], about: str, limit: int) -> Iterable[str]:
    """Yield Markdown, fit to be pasted into a review."""
    yield f"Plan against {about}"
    if not found:
        yield ""
        yield "No occurrence changes."
    totals = {"appear": 0, "vanish": 0, "move": 0}
    for one in found:
        yield ""
        if len(one.reasons) == 1:
            yield f"**{one.task}**: {one.reasons[0]}"
        else:
            yield f"**{one.task}**"
            yield from (f"- {reason}" for reason in one.reasons)
        lines = [(entry.at, f"- vanishes {_when(entry)}") for entry in one.vanishes]
        lines += [(entry.at, f"- appears {_when(entry)}") for entry in one.appears]
        lines += [(old.at, f"- moves {old.local()} → {_when(new)}") for old, new in one.moves]
        lines.sort()
        yield from (line for _, line in islice(lines, limit))
        if len(lines) > limit:
            last = lines[-1][1].removeprefix("- ")
            yield f"- and {len(lines) - limit} more; the last: {last}"
        totals["appear"] += len(one.appears)
        totals["vanish"] += len(one.vanishes)
        totals["move"] += len(one.moves)
    if found:
        yield ""
        yield ", ".join(
            f"{count} {what}{'s' if count == 1 else ''}" for what, count in totals.items() if count
        )


def _when(entry: Entry) -> str:
    notes = entry.notes[-1:] if len(entry.notes) > 1 else entry.notes
    return entry.local() + "".join(f" ({note.text})" for note in notes)
