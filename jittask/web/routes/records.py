"""Reading runs: records, a run, its log, statistics, and the streams of what changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Query, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from jittask.model import Trigger
from jittask.operations.inspect.log_tail import LogTail
from jittask.operations.inspect.records import STATUSES, RecordQuery, record_counts, records
from jittask.operations.inspect.run import raw_log, run_with_log, search_log
from jittask.operations.inspect.statistics import statistics
from jittask.operations.inspect.version import run_version
from jittask.operations.naming import find_run
from jittask.operations.views.instants import iso
from jittask.operations.views.runs import (
    counts_view,
    found_lines_view,
    line_view,
    page_view,
    run_view,
)
from jittask.operations.views.statistics import statistics_view
from jittask.operations.views.versions import version_view
from jittask.store.record_filter import By
from jittask.web.api import READ, Asking, Changes, Limit, Opened, Time, answer, instant
from jittask.web.guarded_route import guarded_routes
from jittask.web.hub import Hub
from jittask.web.problems import Refused
from jittask.web.roles import Role
from jittask.web.shapes import runs
from jittask.web.streams import changes as changes_of
from jittask.web.streams import log_lines, look_at_log

routes = guarded_routes("records", "/api")
Number = Annotated[int, Path(ge=1, lt=2**63)]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=64)]


def _text(kind: str) -> dict[str, Any]:
    return {"content": {kind: {"schema": {"type": "string"}}}}


STREAM = {
    **READ,
    "response_class": StreamingResponse,
    "responses": {
        **READ["responses"],
        200: _text("text/event-stream"),
    },
}

TEXT = {**STREAM, "responses": {**STREAM["responses"], 200: _text("text/plain")}}


def _asked(
    opened: Opened,
    task: Annotated[list[str], Query(description="Any of these, by name.")] = [],  # noqa: B006
    tag: Annotated[str | None, Query(description="Of tasks that have it now.")] = None,
    row: str | None = None,
    status: Annotated[list[str], Query(description=f"Of {', '.join(STATUSES)}.")] = [],  # noqa: B006
    trigger: Trigger | None = None,
    version: str | None = None,
    late: Annotated[bool, Query(description="Only those seen after they were due.")] = False,
    text: Annotated[
        str | None, Query(max_length=200, description="In the error, the reason or the log.")
    ] = None,
    since: Time = None,
    until: Time = None,
    by: By = By.EFFECTIVE,
    ascending: bool = False,
) -> RecordQuery:
    return RecordQuery(
        tasks=tuple(task),
        tag=tag,
        row=row,
        statuses=frozenset(status),
        trigger=trigger,
        version=version,
        late=late,
        text=text,
        since=instant(opened, since, "since"),
        until=instant(opened, until, "until", end=True),
        by=by.value,
        descending=not ascending,
    )


Asked = Annotated[RecordQuery, Depends(_asked)]


@routes.get("/records", response_model=runs.RecordPage, **READ)
def list_records(
    opened: Opened, asked: Asked, limit: Limit = 50, after: str | None = None
) -> Response:
    """Return a page of what ran, the newest first; with ``status`` also what waits.

    A search for a text ends a page after 10,000 runs; ``next`` continues.
    """
    page = records(opened, asked, limit=limit, after=after)
    return answer({**page_view(page, opened.now()), "searchedTo": iso(page.searched_to)})


@routes.get("/records/counts", response_model=runs.RecordCounts, **READ)
def count_records(opened: Opened, asked: Asked) -> Response:
    """Return how many runs of a filter have each status, up to 10,000; its own is left out."""
    return answer(counts_view(record_counts(opened, asked)))


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


@routes.get("/records/{run}/log/search", response_model=runs.FoundLines, **READ)
def find_in_log(
    opened: Opened,
    run: Number,
    text: Annotated[str, Query(min_length=1, max_length=200)],
    level: str = "debug",
    limit: Limit = 500,
) -> Response:
    """Return the lines of a run's output that have a text, in large or small letters."""
    return answer(found_lines_view(search_log(opened, run, text, level, limit=limit)))


@routes.get("/records/{run}/log.txt", **TEXT)
def raw_log_of(opened: Opened, run: Number) -> Response:
    """Return a run's output as a file, as it came."""
    headers = {"content-disposition": f'attachment; filename="run-{run}.log"'}
    return StreamingResponse(
        raw_log(opened, run), media_type="text/plain; charset=utf-8", headers=headers
    )


@routes.get("/records/{run}/version", response_model=runs.RecordVersion, **READ)
def version_of_record(opened: Opened, caller: Asking, run: Number) -> Response:
    """Return the files that a run ran, compared with those of its task now.

    The files of databases may hold a password: their text needs the role edit.
    """
    return answer(version_view(run_version(opened, run, secrets=caller.role >= Role.EDIT)))


@routes.get("/records/{run}/log/stream", **STREAM)
async def log_stream(
    opened: Opened, changes: Changes, run: Number, last_event_id: LastEventId = None
) -> Response:
    """Stream a run's output: an event ``line`` each, and ``ended`` with the run at last.

    The id of an event is the number of its line, after which ``Last-Event-ID`` continues.
    """
    seen = int(last_event_id) if (last_event_id or "").isdecimal() else 0  # type: ignore[arg-type]
    tail = LogTail(run, seen)
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
