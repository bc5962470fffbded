"""Server-sent events: the changes of a tree, and the new lines of a run's log (rule C3)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from jittask.operations.inspect.log_tail import LogTail, NewLines
from jittask.operations.views.runs import line_view, run_view
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.web.hub import Hub

HEARTBEAT_SECONDS = 15.0
_LOG_SECONDS = 5.0
"""After which a log is looked at in any case."""
_HEARTBEAT = ": still here\n\n"


def event(name: str, data: Mapping[str, Any], number: str | None = None) -> str:
    """Return an event as the stream has it; JSON holds no line end, so it is one line."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def changes(hub: Hub, last_id: str | None) -> AsyncIterator[str]:
    """Yield an event for each topic that has changed; first ``ready``, or ``reset``.

    ``reset`` says that anything may have changed: the client names a number that
    this run of the server has not given.
    """
    hub.enter()
    try:
        sent = _number_of(hub, last_id)
        if sent is None:
            sent = hub.number
            name = "ready" if last_id is None else "reset"
            yield event(name, {}, f"{hub.epoch}-{sent}")
        else:
            yield _HEARTBEAT
        while not hub.closed:
            news = hub.since(sent)
            sent = news.number
            for topic in news.topics:
                yield event(topic.value, {}, f"{hub.epoch}-{sent}")
            if hub.number == sent:
                before = hub.number
                await hub.wait(HEARTBEAT_SECONDS)
                if hub.number == before and not hub.closed:
                    yield _HEARTBEAT
    finally:
        hub.leave()


async def log_lines(
    workspace: Workspace, hub: Hub, tail: LogTail, found: NewLines
) -> AsyncIterator[str]:
    """Yield the lines of a run as they come, and last the run itself, which has ended.

    ``found`` is what the first look has found. An event's id is the number of its line in
    the log, from 1.
    """
    hub.enter()
    try:
        while not hub.closed:
            for number, line in enumerate(found.lines, tail.read - len(found.lines) + 1):
                yield event("line", line_view(line), str(number))
            if found.ended:
                yield event("ended", run_view(found.run, workspace.now()))
                return
            await hub.wait(_LOG_SECONDS)
            if not found.lines:
                yield _HEARTBEAT
            found = await run_in_threadpool(look_at_log, workspace, tail)
    finally:
        hub.leave()


def look_at_log(workspace: Workspace, tail: LogTail) -> NewLines:
    """Return what a run has printed since the last look. Raises NotFound, Unavailable."""
    with workspace.stored() as store:
        return tail.look(store)


def _number_of(hub: Hub, last_id: str | None) -> int | None:
    """Return the number in a client's last id; None where it is not of this run of the server."""
    epoch, _, number = (last_id or "").partition("-")
    if epoch != hub.epoch or not number.isdecimal() or int(number) > hub.number:
        return None
    return int(number)
