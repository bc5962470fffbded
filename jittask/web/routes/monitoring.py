"""For monitors: probes that are open to everyone, and metrics (rules R13, C22).

A probe's answer has the codes of what is wrong, and nothing of the tree. Metrics name its tasks,
so they ask for a role.
"""

from __future__ import annotations

from fastapi import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from jittask.metrics.probes import Verdict, health, readiness
from jittask.web.api import READ
from jittask.web.guarded_route import guarded_routes
from jittask.web.monitor import Monitor

routes = guarded_routes("monitoring", "")


@routes.get("/metrics", include_in_schema=False, **READ)
def metrics(request: Request) -> Response:
    """Return the metrics of the run store, and of the console's process, for Prometheus."""
    from jittask.metrics.exposition import CONTENT_TYPE

    return Response(_monitor(request).exposition.text(), media_type=CONTENT_TYPE)


def _live(_: Request) -> Response:
    """Say that the server answers."""
    return PlainTextResponse("ok\n")


def _ready(request: Request) -> Response:
    """Say whether the run store answers."""
    return _answer(readiness(_monitor(request).reader))


def _healthy(request: Request) -> Response:
    """Say whether ``jittask status`` exits 0."""
    return _answer(health(_monitor(request).reader))


OPEN_ROUTES = [Route("/livez", _live), Route("/readyz", _ready), Route("/healthz", _healthy)]
"""Those that need no caller; the gate lists them too."""


def _monitor(request: Request) -> Monitor:
    monitor: Monitor = request.app.state.monitor
    return monitor


def _answer(verdict: Verdict) -> Response:
    return PlainTextResponse(f"{verdict.text}\n", verdict.status)
