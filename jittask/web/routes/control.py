"""What steers runtimes: run now, run again, end by force, pause, resume."""

from __future__ import annotations

from fastapi import Response

from jittask.operations.control.end import end
from jittask.operations.control.loading import LOAD_SECONDS
from jittask.operations.control.pauses import pause, resume
from jittask.operations.control.rerun import rerun
from jittask.operations.control.trigger import trigger
from jittask.operations.times import Direction
from jittask.operations.views.pauses import pause_view
from jittask.operations.views.requests import accepted_view, resumed_view
from jittask.web.api import OPERATE, Audited, Opened, answer, instant
from jittask.web.guarded_route import guarded_routes
from jittask.web.routes.records import Number
from jittask.web.shapes import elements, requests, runs

routes = guarded_routes("control", "/api")


@routes.post("/tasks/{task}/trigger", response_model=runs.Accepted, **OPERATE)
def trigger_task(
    opened: Opened, change: Audited, task: str, asked: requests.TriggerRequest
) -> Response:
    """Run a task now, whatever its timing says; of one row for a date-field task.

    A runtime has 5 s to load what is saved; else 409 ``not-loaded``, and nothing runs.
    """
    accepted = trigger(
        opened, task, row=asked.row, args=asked.args, load_seconds=_load_seconds(asked)
    )
    change.after = {"run": accepted.run.id, "row": asked.row}
    return answer(accepted_view(accepted))


@routes.post("/records/{run}/rerun", response_model=runs.Accepted, **OPERATE)
def rerun_record(
    opened: Opened, change: Audited, run: Number, asked: requests.RerunRequest | None = None
) -> Response:
    """Run again what a run was for, as a new run, by what is saved, as a trigger does."""
    accepted = rerun(opened, run, load_seconds=_load_seconds(asked or requests.RerunRequest()))
    change.after = {"run": accepted.run.id}
    return answer(accepted_view(accepted))


@routes.post("/records/{run}/end", response_model=runs.Accepted, **OPERATE)
def end_record(
    opened: Opened, change: Audited, run: Number, asked: requests.EndRequest
) -> Response:
    """End a run by force: its process is killed, or its wait is over."""
    accepted = end(opened, run, note=asked.note)
    change.after = {"status": accepted.run.status.value, "note": asked.note}
    return answer(accepted_view(accepted))


@routes.post("/tasks/{task}/pause", response_model=elements.Paused, **OPERATE)
def pause_task(
    opened: Opened, change: Audited, task: str, asked: requests.PauseRequest
) -> Response:
    """Keep a task from firing, until a time or until it is resumed."""
    until = instant(opened, asked.until, "until", Direction.AHEAD)
    paused = pause_view(pause(opened, task, until=until, note=asked.note))
    change.after = paused
    return answer({**paused, "paused": True})


@routes.post("/tasks/{task}/resume", response_model=runs.Resumed, **OPERATE)
def resume_task(opened: Opened, change: Audited, task: str) -> Response:
    """Let a task fire again."""
    resumed = resume(opened, task)
    change.before, change.after = {"paused": resumed.was_paused}, {"paused": False}
    return answer(resumed_view(resumed))


def _load_seconds(asked: requests.RerunRequest) -> float | None:
    return None if asked.as_loaded else LOAD_SECONDS
