"""Models, their rows, and filters on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from jittask.operations.inspect.filters import filter_rows, read_filter
from jittask.operations.inspect.model_rows import model_rows
from jittask.operations.inspect.models import models
from jittask.operations.inspect.row_labels import row_labels
from jittask.operations.views.filters import filter_rows_view, filter_view
from jittask.operations.views.models import models_view, shown_row_view
from jittask.web.api import ASK, READ, Opened, answer
from jittask.web.guarded_route import guarded_routes
from jittask.web.shapes import models as shapes

routes = guarded_routes("models", "/api")


@routes.get("/models", response_model=shapes.Models, **READ)
def list_models(opened: Opened) -> Response:
    """Return the models that can load, and their fields."""
    return answer(models_view(models(opened)))


@routes.get("/models/{model}/rows", response_model=shapes.ShownRows, **READ)
def rows_of_a_model(
    opened: Opened,
    model: str,
    search: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Response:
    """Return rows whose key is what is searched for, or whose texts hold it."""
    found = model_rows(opened, model, search=search, limit=limit)
    return answer({"rows": [shown_row_view(row) for row in found.rows], "complete": found.complete})


@routes.post("/rows/labels", response_model=shapes.RowLabels, **ASK)
def labels_of_rows(opened: Opened, asked: shapes.RowLabelsRequest) -> Response:
    """Return what people know rows by; rows of which nothing is known are left out."""
    found = row_labels(opened, ((row.task, row.row) for row in asked.rows))
    labels = [{"task": task, "row": row, "label": label} for (task, row), label in found.items()]
    return answer({"labels": labels})


@routes.post("/filters/read", response_model=shapes.Filter, **ASK)
def outline_filter(opened: Opened, asked: shapes.FilterRequest) -> Response:
    """Return a filter as groups and conditions, each with its place in the text."""
    return answer(filter_view(read_filter(opened, asked.model, asked.text), asked.text))


@routes.post("/filters/rows", response_model=shapes.FilterRows, **ASK)
def rows_of_a_filter(opened: Opened, asked: shapes.FilterRowsRequest) -> Response:
    """Return the rows that pass a filter now; each condition by itself where that is asked."""
    found = filter_rows(
        opened,
        asked.model,
        asked.text,
        limit=asked.limit,
        row=asked.row,
        with_parts=asked.parts,
        zone=asked.zone,
    )
    return answer(filter_rows_view(found, asked.text))
