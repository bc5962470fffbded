"""Adds to databases what the app's own models describe and they lack (rule F9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jittask.data.table_changes import TableChanges
    from jittask.model import ModelInfo
    from jittask.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class NotSynced:
    """A model whose table cannot be read, or not be completed."""

    model: str
    reason: str
    """One line."""


def missing_tables(workspace: Workspace) -> list[TableChanges | NotSynced]:
    """Return what is missing, in the order of the models' names; nothing is changed."""
    data = workspace.data
    return list(_each(_described(workspace), data.missing))


def add_missing_tables(
    workspace: Workspace, planned: Iterable[TableChanges | NotSynced]
) -> list[TableChanges | NotSynced]:
    """Add what ``missing_tables`` has returned; return what was added, and what was not."""
    names = {step.model for step in planned if not isinstance(step, NotSynced)}
    models = [model for model in _described(workspace) if model.name in names]
    return list(_each(models, workspace.data.add_missing))


def _described(workspace: Workspace) -> list[ModelInfo]:
    models = workspace.app.models
    return [models[name] for name in sorted(models) if models[name].is_described]


def _each(
    models: Iterable[ModelInfo], ask: Callable[[ModelInfo], TableChanges | None]
) -> Iterator[TableChanges | NotSynced]:
    from jittask.data.databases import DataError

    for model in models:
        try:
            found = ask(model)
        except DataError as error:
            yield NotSynced(model.name, str(error).removeprefix(f"{model.name}: "))
            continue
        if found is None:
            continue
        if found.statements:
            yield found
        else:
            reason = f"{found.words} can only be added to the view, by its owner"
            yield NotSynced(model.name, reason)
