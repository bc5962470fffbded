"""What people choose from while they make a task: service functions, and names."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from jittask.model import ElementKind
from jittask.operations.edit.write_element import NewElement, suggested_name
from jittask.operations.inspect.functions import CallerKind, functions
from jittask.operations.views.choices import functions_view, name_view
from jittask.web.api import READ, Opened, answer
from jittask.web.guarded_route import guarded_routes
from jittask.web.shapes import choices

routes = guarded_routes("choices", "/api")


@routes.get("/functions", response_model=choices.ServiceFunctions, **READ)
def list_functions(opened: Opened, kind: CallerKind = CallerKind.SCHEDULED) -> Response:
    """Return the functions of all services, and whether a task of that kind can call them."""
    return answer(functions_view(functions(opened, kind)))


@routes.get("/names", response_model=choices.ElementName, **READ)
def suggest_name(
    opened: Opened,
    title: Annotated[str, Query(max_length=200)] = "",
    kind: ElementKind = ElementKind.TASK,
    name: Annotated[str | None, Query(max_length=200)] = None,
    folder: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """Return the name that a new element would have: the one given, or made from its title."""
    return answer(name_view(suggested_name(opened, kind, NewElement(title, name or None, folder))))
