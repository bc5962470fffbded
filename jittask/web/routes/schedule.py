"""Reading what fires when: next, explain, plan."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import Query, Response

from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.explain import explain
from jittask.operations.inspect.next import Upcoming, next_of_all, next_of_task
from jittask.operations.inspect.next_rows import next_of_rows
from jittask.operations.inspect.plan.whole import WholePlan
from jittask.operations.inspect.plan.window import planned_rows, planned_timers, window
from jittask.operations.inspect.row_position import parse_cursor
from jittask.operations.naming import rows_task
from jittask.operations.times import Direction
from jittask.operations.views.explanation import explanation_view
from jittask.operations.views.occurrences import occurrence_view, plan_view, row_occurrence_view
from jittask.schedule.words import Language
from jittask.web.api import READ, Limit, Opened, Time, answer, instant
from jittask.web.guarded_route import guarded_routes
from jittask.web.shapes import runs

routes = guarded_routes("schedule", "/api")
From = Annotated[
    str | None, Query(alias="from", description="ISO 8601, a date, or relative, such as 1h.")
]


@routes.get("/next", response_model=list[runs.Occurrence], **READ)
def next_times(
    opened: Opened, start: From = None, limit: Limit = 50, skipped: bool = False
) -> Response:
    """Return the next time of each scheduled task."""
    begin = instant(opened, start, "from", Direction.AHEAD)
    return _occurrences(next_of_all(opened, start=begin, limit=limit, skipped=skipped), None)


@routes.get("/tasks/{task}/next", response_model=list[runs.Occurrence], **READ)
def next_times_of_task(
    opened: Opened,
    task: str,
    row: str | None = None,
    start: From = None,
    to: Time = None,
    limit: Limit = 10,
    skipped: bool = False,
    after: str | None = None,
) -> Response:
    """Return the next times of a task, of all its rows, or of one; with those that holidays skip.

    Those of all rows have a cursor, of which ``after`` gives the page after it.
    """
    begin = instant(opened, start, "from", Direction.AHEAD)
    end = instant(opened, to, "to", Direction.AHEAD, end=True)
    of_rows = None if row is not None else rows_task(opened, task)
    if of_rows is not None:
        listed = next_of_rows(
            opened, of_rows, start=begin, end=end, limit=limit, after=after, skipped=skipped
        )
        return answer([row_occurrence_view(entry) for entry in listed.page.occurrences])
    if after is not None:
        raise InvalidArgument("after", "only a listing of all rows of a task has pages")
    found = next_of_task(opened, task, row=row, start=begin, end=end, limit=limit, skipped=skipped)
    return _occurrences(found, row)


@routes.get("/tasks/{task}/explain", response_model=runs.Explanation, **READ)
def explain_task(
    opened: Opened,
    task: str,
    at: Time = None,
    row: str | None = None,
    language: Language = Language.ENGLISH,
) -> Response:
    """Return why a task fires on a day, or does not."""
    return answer(explanation_view(explain(opened, task, at=at, row=row, language=language)))


@routes.get("/plan", response_model=runs.Occurrences, **READ)
def plan(
    opened: Opened,
    start: From = None,
    to: Time = None,
    task: str | None = None,
    rows: bool = False,
    skipped: bool = False,
    limit: Limit = 500,
    after: str | None = None,
) -> Response:
    """Return what would fire in a window, a week by default, by time.

    Rows of date-field tasks are in it with ``rows``, and where ``task`` names one of those.
    """
    asked = window(
        opened.now(),
        instant(opened, start, "from", Direction.AHEAD),
        instant(opened, to, "to", Direction.AHEAD, end=True),
    )
    of_rows = None if task is None else rows_task(opened, task)
    timers = {} if of_rows is not None else planned_timers(opened.compilation, task)
    tasks = planned_rows(opened.compilation, task) if rows or of_rows is not None else ()
    place = None if after is None else parse_cursor(after)
    whole = WholePlan(opened, timers, tasks, asked, skipped=skipped, after=place)
    found = list(islice(whole.occurrences(), limit + 1))
    return answer(plan_view(whole, found[:limit], complete=len(found) <= limit))


def _occurrences(found: Upcoming, row: str | None) -> Response:
    return answer([occurrence_view(entry, row) for entry in found.occurrences])
