"""``jittask new``: an element's files, from a title and what is said of it."""

from __future__ import annotations

import click

from jittask.cli.new_element import database, model, service
from jittask.cli.new_task import date_field, scheduled


@click.group()
def command() -> None:
    """Write a new element: a task (scheduled, or date-field: for every row of a
    model), a service, a database or a model.

    The element's name is English letters, whatever the script of the title. What
    is written validates; where it would not, nothing is written.

    Example: jittask new scheduled 每日报表 --repeat day --start "2026-01-05 09:00"
    """  # noqa: D205 - click fills the lines


command.add_command(scheduled, "scheduled")
command.add_command(date_field, "date-field")
command.add_command(service, "service")
command.add_command(database, "database")
command.add_command(model, "model")
