"""Reading what fires when: next, explain, plan."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import Query, Response

from jittask.operations.inspect.explain import explain
from jittask.operations.inspect.next import Upcoming, next_of_all, next_of_task
from jittask.operations.inspect.plan.listing import Listing
from jittask.operations.inspect.plan.window import planned_timers, window
from jittask.operations.times import Direction
from jittask.operations.views.explanation import explanation_view
from jittask.operations.views.occurrences import occurrence_view
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
    limit: Limit = 10,
    skipped: bool = False,
) -> Response:
    """Return the next times of a task, or of a row of it; with those that holidays skip."""
    begin = instant(opened, start, "from", Direction.AHEAD)
    found = next_of_task(opened, task, row=row, start=begin, limit=limit, skipped=skipped)
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
    skipped: bool = False,
    limit: Limit = 500,
) -> Response:
    """Return what would fire in a window, a week by default, by time."""
    asked = window(
        opened.now(),
        instant(opened, start, "from", Direction.AHEAD),
        instant(opened, to, "to", Direction.AHEAD, end=True),
    )
    timers = planned_timers(opened.compilation, task)
    listing = Listing(timers, asked.begin, asked.until, skipped=skipped)
    found = list(islice(listing.occurrences(), limit + 1))
    shown = [occurrence_view(entry) for entry in found[:limit]]
    return answer({"occurrences": shown, "complete": len(found) <= limit})


def _occurrences(found: Upcoming, row: str | None) -> Response:
    return answer([occurrence_view(entry, row) for entry in found.occurrences])
