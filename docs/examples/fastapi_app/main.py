"""A web application that runs its background tasks itself, and lets people start them.

Start it with ``uvicorn main:api``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse

from jittask import Client, Runtime, errors
from jittask.model import Run

TREE = Path(os.environ.get("JITTASK_TREE", Path(__file__).parent / "elements"))
HTTP_STATUS = {
    errors.NotFound: 404,
    errors.InvalidArgument: 422,
    errors.Conflict: 409,
    errors.Unavailable: 503,
}


@asynccontextmanager
async def lifespan(api: FastAPI) -> AsyncIterator[None]:
    """Run the tree's tasks for as long as the application runs."""
    with Runtime(TREE), Client(TREE) as client:
        api.state.client = client
        yield


api = FastAPI(lifespan=lifespan)


def client(request: Request) -> Client:
    """Return the application's client; its threads share it."""
    return request.app.state.client


Tasks = Annotated[Client, Depends(client)]
Seconds = Annotated[float, Query(ge=0, le=3600)]
Limit = Annotated[int, Query(ge=1, le=1000)]


@api.exception_handler(errors.OperationError)
def refused(_: Request, error: errors.OperationError) -> JSONResponse:
    """Answer what cannot be done with a status, a sentence and a hint."""
    status = next((HTTP_STATUS[kind] for kind in type(error).__mro__ if kind in HTTP_STATUS), 500)
    return JSONResponse({"error": str(error), "hint": error.hint}, status)


@api.post("/tasks/{task}/runs", status_code=202)
def trigger(task: str, tasks: Tasks, row: str | None = None, wait: Seconds = 0) -> dict[str, Any]:
    """Run a task now; wait for its end for some seconds at most."""
    accepted = tasks.trigger(task, row=row, wait=wait > 0, timeout=wait)
    return summary(accepted.run)


@api.get("/tasks/{task}/runs")
def records(task: str, tasks: Tasks, limit: Limit = 20) -> list[dict[str, Any]]:
    """List the newest runs of a task."""
    return [summary(run) for run in islice(tasks.records(task), limit)]


@api.get("/runs/{run}")
def one_run(run: int, tasks: Tasks) -> dict[str, Any]:
    """Show a run with its output."""
    log = "".join(f"{line.text}\n" for line in tasks.log(run))
    return summary(tasks.run(run)) | {"log": log}


def summary(run: Run) -> dict[str, Any]:
    """Return what people want to know of a run."""
    return {
        "id": run.id,
        "task": run.task,
        "status": run.status,
        "due": run.effective,
        "result": run.result,
        "error": run.error,
    }
