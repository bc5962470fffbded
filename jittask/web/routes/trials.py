"""Trying a task's function, with its changes rolled back."""

from __future__ import annotations

from fastapi import Response

from jittask.operations.draft_trial.trial import try_draft
from jittask.operations.views.trial import trial_view
from jittask.web.api import OPERATE, Asking, Audited, Opened, answer
from jittask.web.guarded_route import guarded_routes
from jittask.web.problems import Refused
from jittask.web.roles import Role
from jittask.web.shapes import trials

routes = guarded_routes("trials", "/api")


@routes.post("/tasks/{task}/try", response_model=trials.Trial, **OPERATE)
def try_task(
    opened: Opened, caller: Asking, change: Audited, task: str, asked: trials.TrialRequest
) -> Response:
    """Run a task's function once on a row, with unsaved texts if any; nothing is recorded.

    Changes through models are rolled back. Effects outside the database, such as files and
    messages, are real.
    """
    if asked.files and caller.role < Role.EDIT:
        raise Refused(403, "unsaved code is a change of code: trying it needs edit")
    change.before = {"row": asked.row, "unsaved": sorted(asked.files)}
    tried = try_draft(opened, task, asked.files, asked.row, args=asked.args)
    change.after = {"version": tried.version, "outcome": tried.outcome}
    return answer(trial_view(tried))
