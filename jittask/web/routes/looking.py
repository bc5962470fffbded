"""Reading the tree and what runs: session, status, elements, diagnostics, schemas."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Request, Response

from jittask import __version__
from jittask.compiler.schemas import SCHEMA_FOLDER, schema
from jittask.operations.errors import NotFound
from jittask.operations.inspect.catalog import CatalogFilter, TaskKind, TaskState, catalog
from jittask.operations.inspect.element_tree import element_tree
from jittask.operations.inspect.status import status
from jittask.operations.inspect.task_status import task_status
from jittask.operations.views.catalog import catalog_view
from jittask.operations.views.diagnostics import diagnostic_view
from jittask.operations.views.element_tree import element_tree_view
from jittask.operations.views.status import problem_view, status_view, task_status_view
from jittask.schedule.words import Language
from jittask.web.api import READ, Asking, Changes, Limit, Opened, also, answer, answer_if_new
from jittask.web.guarded_route import guarded_routes
from jittask.web.shapes import elements, requests

routes = guarded_routes("looking", "/api")


@routes.get("/session", response_model=requests.Session, **READ)
def session(opened: Opened, caller: Asking, changes: Changes) -> Response:
    """Return who is calling; a page needs ``writeValue`` to change anything."""
    settings = opened.settings
    return answer(
        {
            "role": caller.role.word,
            "writeValue": caller.write_value,
            "version": __version__,
            "tree": settings.title or settings.name or opened.root.name,
            "timezone": settings.timezone,
            "streamEpoch": changes.epoch,
        }
    )


@routes.get("/openapi.json", response_model=dict[str, Any], **READ)
def description(request: Request) -> Response:
    """Return the description of this API."""
    return answer(request.app.openapi())


@routes.get("/status", response_model=elements.Status, **READ)
def show_status(opened: Opened, elements: Literal["all", "broken"] = "all") -> Response:
    """Return runtimes, queue, pauses, elements, and what is wrong."""
    return answer(status_view(status(opened, only_broken=elements == "broken")))


@routes.get("/health", response_model=elements.Health, **also(READ, 503, elements.Health))
def health(opened: Opened) -> Response:
    """Return 200 where all is well, else 503; both with what is wrong."""
    found = status(opened, only_broken=True)
    problems = [problem_view(problem) for problem in found.problems]
    return answer({"well": found.is_well, "problems": problems}, 200 if found.is_well else 503)


@routes.get("/tree", response_model=elements.Tree, **also(READ, 304))
def tree(request: Request, opened: Opened) -> Response:
    """Return every element with its state; with an ETag, so that the same is not sent again."""
    return answer_if_new(request, element_tree_view(element_tree(opened)))


@routes.get("/tasks", response_model=elements.TaskPage, **READ)
def tasks(
    opened: Opened,
    tag: str | None = None,
    folder: str | None = None,
    kind: TaskKind | None = None,
    state: TaskState | None = None,
    limit: Limit = 50,
    after: str | None = None,
    language: Language = Language.ENGLISH,
) -> Response:
    """Return a page of tasks: schedule in words, next time, last result."""
    asked = CatalogFilter(tag=tag, folder=folder, kind=kind, state=state)
    return answer(catalog_view(catalog(opened, asked, limit=limit, after=after, language=language)))


@routes.get("/tasks/{task}", response_model=elements.TaskStatus, **READ)
def one_task(opened: Opened, task: str) -> Response:
    """Return a task with its queue and problems."""
    return answer(task_status_view(task_status(opened, task)))


@routes.get("/diagnostics", response_model=elements.Diagnostics, **READ)
def diagnostics(opened: Opened, element: str | None = None) -> Response:
    """Return what is wrong in the files of the tree, or of an element; nothing is imported."""
    compilation = opened.compilation
    found = compilation.diagnostics if element is None else compilation.of(element)
    errors = sum(diagnostic.is_error for diagnostic in found)
    summary = {
        "errors": errors,
        "warnings": len(found) - errors,
        "elements": len(compilation.app.elements),
    }
    return answer({"diagnostics": [diagnostic_view(each) for each in found], "summary": summary})


@routes.get("/schemas", response_model=elements.Schemas, **READ)
def schemas() -> Response:
    """Return the names of the JSON Schemas of a tree's files."""
    return answer({"schemas": _schema_names()})


@routes.get("/schemas/{name}", response_model=elements.JsonSchema, **READ)
def one_schema(name: str) -> Response:
    """Return a JSON Schema."""
    if name not in _schema_names():
        raise NotFound(f"no schema {name!r}", ", ".join(_schema_names()))
    return answer(schema(name))


def _schema_names() -> list[str]:
    files = SCHEMA_FOLDER.glob("*.schema.json")
    return sorted(file.name.removesuffix(".schema.json") for file in files)
