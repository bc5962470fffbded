"""Reading runs: records, a run, its log, statistics, and the streams of what changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Header, Path, Query, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from jittask.model import Trigger
from jittask.operations.inspect.log_tail import LogTail
from jittask.operations.inspect.records import STATUSES, RecordQuery, records
from jittask.operations.inspect.run import run_with_log
from jittask.operations.inspect.statistics import statistics
from jittask.operations.naming import find_run
from jittask.operations.views.runs import line_view, page_view, run_view
from jittask.operations.views.statistics import statistics_view
from jittask.store.record_filter import By
from jittask.web.api import READ, Changes, Limit, Opened, Time, answer, instant
from jittask.web.guarded_route import guarded_routes
from jittask.web.hub import Hub
from jittask.web.problems import Refused
from jittask.web.shapes import runs
from jittask.web.streams import changes as changes_of
from jittask.web.streams import log_lines, look_at_log

routes = guarded_routes("records", "/api")
Number = Annotated[int, Path(ge=1, lt=2**63)]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=64)]
STREAM = {
    **READ,
    "response_class": StreamingResponse,
    "responses": {
        **READ["responses"],
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
    },
}


@routes.get("/records", response_model=runs.RecordPage, **READ)
def list_records(
    opened: Opened,
    task: str | None = None,
    row: str | None = None,
    status: Annotated[list[str], Query(description=f"Of {', '.join(STATUSES)}.")] = [],  # noqa: B006
    trigger: Trigger | None = None,
    version: str | None = None,
    since: Time = None,
    until: Time = None,
    by: By = By.EFFECTIVE,
    ascending: bool = False,
    limit: Limit = 50,
    after: str | None = None,
) -> Response:
    """Return a page of what ran, the newest first; with ``status`` also what waits."""
    query = RecordQuery(
        task=task,
        row=row,
        statuses=frozenset(status),
        trigger=trigger,
        version=version,
        since=instant(opened, since, "since"),
        until=instant(opened, until, "until", end=True),
        by=by.value,
        descending=not ascending,
    )
    return answer(page_view(records(opened, query, limit=limit, after=after), opened.now()))


@routes.get("/records/{run}", response_model=runs.Record, **READ)
def one_record(opened: Opened, run: Number) -> Response:
    """Return a run with its attempts."""
    with opened.stored() as store:
        return answer(run_view(find_run(store, run), opened.now()))


@routes.get("/records/{run}/log", response_model=runs.RecordWithLog, **READ)
def log(opened: Opened, run: Number, level: str = "debug") -> Response:
    """Return a run with its output of a level and above."""
    found = run_with_log(opened, run, level)
    lines = [line_view(line) for line in found.lines]
    return answer({**run_view(found.run, opened.now()), "log": lines})


@routes.get("/records/{run}/log/stream", **STREAM)
async def log_stream(
    opened: Opened, changes: Changes, run: Number, last_event_id: LastEventId = None
) -> Response:
    """Stream a run's output: an event ``line`` each, and ``ended`` with the run at last."""
    place = int(last_event_id) if (last_event_id or "").isdecimal() else 0  # type: ignore[arg-type]
    tail = LogTail(run, place)
    first = await run_in_threadpool(look_at_log, opened, tail)
    return _stream(changes, log_lines(opened, changes, tail, first))


@routes.get("/events", **STREAM)
async def events(changes: Changes, last_event_id: LastEventId = None) -> Response:
    """Stream what changes: ``tree``, ``records``, ``log``, ``status``.

    The first event is ``ready``, or ``reset`` where anything may have changed.
    """
    return _stream(changes, changes_of(changes, last_event_id))


@routes.get("/stats", response_model=runs.Statistics, **READ)
def stats(
    opened: Opened, since: Time = None, until: Time = None, task: str | None = None
) -> Response:
    """Return for each task how its runs went, of the last seven days by default."""
    found = statistics(
        opened,
        since=instant(opened, since, "since"),
        until=instant(opened, until, "until", end=True),
        task=task,
    )
    return answer(statistics_view(found))


def _stream(hub: Hub, source: AsyncIterator[str]) -> Response:
    if hub.is_full:
        raise Refused(503, "too many streams are open", "close other windows of the console")
    return StreamingResponse(source, media_type="text/event-stream")
