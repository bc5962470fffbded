"""What unsaved text means: its preview, and what is wrong with it."""

from __future__ import annotations

from fastapi import Response

from jittask.operations.inspect.drafts import check_draft
from jittask.operations.inspect.preview.preview import preview
from jittask.operations.times import Direction
from jittask.operations.views.diagnostics import diagnostic_view
from jittask.operations.views.preview import preview_view
from jittask.schedule.words import Language
from jittask.web.api import ASK, Opened, Time, answer, instant
from jittask.web.guarded_route import guarded_routes
from jittask.web.routes.schedule import From
from jittask.web.shapes import drafts

routes = guarded_routes("drafts", "/api")


@routes.post("/tasks/{task}/preview", response_model=drafts.Preview, **ASK)
def preview_task(
    opened: Opened,
    task: str,
    asked: drafts.PreviewRequest,
    language: Language = Language.ENGLISH,
    rows: bool = True,
    start: From = None,
    to: Time = None,
) -> Response:
    """Return what a task's unsaved e.json means; the task need not exist.

    ``from`` and ``to`` are the window of rows: 30 days from now.
    """
    found = preview(
        opened,
        task,
        asked.text,
        language=language,
        with_rows=rows,
        start=instant(opened, start, "from", Direction.AHEAD),
        end=instant(opened, to, "to", Direction.AHEAD, end=True),
    )
    return answer(preview_view(found))


@routes.post("/elements/{element}/check", response_model=drafts.Checked, **ASK)
def check_element(opened: Opened, element: str, asked: drafts.CheckRequest) -> Response:
    """Return what is wrong with an element that has this unsaved text; nothing is imported."""
    found = check_draft(opened, element, asked.file, asked.text)
    return answer({"diagnostics": [diagnostic_view(each) for each in found]})
