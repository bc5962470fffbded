"""``jittask new scheduled`` and ``date-field``: a task's two files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from jittask.cli.failure import show_warning
from jittask.cli.new_options import new_workspace, place_options, show_written, title_argument
from jittask.cli.options import tree_option
from jittask.operations.edit.new_task import NewTask, new_date_field, new_scheduled
from jittask.operations.edit.short_forms import OFFSET_EXAMPLES, REPEAT_EXAMPLES


def _timing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what both types of task have; the command gets them as ``NewTask`` takes them."""
    for option in (
        click.option("--disabled", is_flag=True, help="Write it switched off."),
        click.option(
            "--holiday-roll",
            type=click.Choice(["next", "previous", "skip"]),
            help="Where days off move it: to the working day after (by default) or before; or skip "
            "it.",
        ),
        click.option("--skip-weekend", is_flag=True, help="Weekend days move it, too."),
        click.option(
            "--skip-holidays", is_flag=True, help="Holidays move it to the next working day."
        ),
        click.option("--calendar", metavar="NAME", help="Such as CN; the app's by default."),
        click.option("--timezone", metavar="ZONE", help="IANA name; the app's by default."),
        click.option("--end", metavar="TIME", help="The last time: yyyy-MM-dd, or with HH:mm."),
    ):
        command = option(command)
    return command


@click.command()
@title_argument
@place_options("tasks")
@click.option(
    "--start",
    metavar="TIME",
    help="yyyy-MM-dd HH:mm. By default tomorrow at 09:00; for --cron its next time, for minutes "
    "and hours the next full one.",
)
@click.option(
    "--repeat", metavar="CYCLE", default="day", show_default=True, help=f"{REPEAT_EXAMPLES}."
)
@click.option("--cron", metavar="FIELDS", help="A cron of five fields, instead of --repeat.")
@_timing_options
@tree_option
def scheduled(
    title: str,
    name: str | None,
    folder: str | None,
    start: str | None,
    repeat: str,
    cron: str | None,
    tree: Path | None,
    disabled: bool,
    **timing: Any,
) -> None:
    """Write a task that fires at times.

    A cycle is a number and a unit (minute, hour, day, week, month, year), and
    after a colon its days: weekdays, days of the month (-1 is the last), n-th
    weekdays (2nd tue, last fri), dates of a year (12-24), or rrule:RULE.

    \b
    Example: jittask new scheduled Weekly report --repeat week:mon,wed --skip-holidays
             jittask new scheduled Close the books --repeat "3 months:-1"
             jittask new scheduled Last working day --repeat month:-1 \\
                 --skip-weekend --holiday-roll previous
    """  # noqa: D301 - click reads the backspace
    source = click.get_current_context().get_parameter_source("repeat")
    if cron is not None and source is ParameterSource.COMMANDLINE:
        raise click.UsageError("--cron and --repeat exclude each other")
    task = NewTask(title, name, folder, enabled=not disabled, **timing)
    with new_workspace(tree) as opened:
        written = new_scheduled(opened, task, start=start, repeat=repeat, cron=cron)
        show_written(opened, written, (f"try {written.name}", f"next {written.name}"))
        if written.ended is not None:
            show_warning(
                f"{written.name} will not fire: {written.ended}",
                f"edit timerCfg in {written.files[-1]}, or run it by hand: "
                f"jittask trigger {written.name}",
            )


@click.command()
@title_argument
@place_options("tasks")
@click.option("--model", metavar="NAME", help="The model, such as Contract; the only one else.")
@click.option("--field", metavar="NAME", help="Its date field; the only one else.")
@click.option("--offset", metavar="TIME", help=f"From the date: {OFFSET_EXAMPLES}; minus: before.")
@click.option("--before", type=click.IntRange(min=1), metavar="DAYS", help="So many days before.")
@click.option("--after", type=click.IntRange(min=1), metavar="DAYS", help="So many days after.")
@click.option(
    "--at",
    "--time",
    "at",
    metavar="HH:MM",
    help="The time of day; by default 09:00 for a date, and a datetime's own.",
)
@click.option(
    "--repeat", metavar="CYCLE", default="once", show_default=True, help=f"{REPEAT_EXAMPLES}."
)
@click.option("--end-field", metavar="NAME", help="The field that ends the repeats, for --end.")
@click.option("--filter", "where", metavar="Q", default="", help="Only rows that it lets through.")
@_timing_options
@tree_option
def date_field(
    title: str,
    name: str | None,
    folder: str | None,
    offset: str | None,
    before: int | None,
    after: int | None,
    tree: Path | None,
    disabled: bool,
    model: str | None,
    field: str | None,
    at: str | None,
    repeat: str,
    end_field: str | None,
    where: str,
    **timing: Any,
) -> None:
    """Write a task that fires for every row, at its date.

    \b
    Example: jittask new date-field Contract expires soon --model Contract --offset -7d
             jittask new date-field Remind --offset 1month --at 08:30 --filter "Q('paid','=',0)"
    """  # noqa: D301 - click reads the backspace
    if sum(given is not None for given in (offset, before, after)) > 1:
        raise click.UsageError("--offset, --before and --after exclude each other")
    days = f"-{before}d" if before else f"{after or 0}d"
    task = NewTask(title, name, folder, enabled=not disabled, **timing)
    with new_workspace(tree) as opened:
        written = new_date_field(
            opened, task, model=model, field=field, offset=offset or days, at=at,
            repeat=repeat, end_field=end_field, where=where,
        )  # fmt: skip
        row = f"{written.name} --row KEY"
        show_written(opened, written, (f"try {row}", f"next {row}"))
