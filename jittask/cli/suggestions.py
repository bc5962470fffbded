"""What a shell offers for TASK and RUN: read fast, and silent about every error (rule V5).

A key press must not wait for a compilation, so tasks are found by their
folders, and the run store by ``app.json`` alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from jittask.model import Run

MAX_SUGGESTIONS = 200
_PREFIX = "tasks."


def task_suggestions(context: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return the tasks whose name begins so, with or without ``tasks.``, and their titles."""
    try:
        return [
            CompletionItem(name, help=title)
            for name, title in islice(_tasks(_root(context), incomplete), MAX_SUGGESTIONS)
        ]
    except Exception as error:
        return _nothing(error)


def run_suggestions(context: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return the numbers of the newest runs that begin so, with their tasks and statuses."""
    try:
        return [
            CompletionItem(str(run.id), help=f"{run.task.removeprefix(_PREFIX)} {run.status}")
            for run in _newest_runs(_root(context))
            if str(run.id).startswith(incomplete)
        ]
    except Exception as error:
        return _nothing(error)


def _nothing(error: Exception) -> list[CompletionItem]:
    """Return no suggestion: an error here would be written into the line that somebody types."""
    if os.environ.get("JITTASK_DEBUG"):
        raise error
    return []


def _root(context: click.Context) -> Path:
    from jittask.operations.workspace import find_root

    given: Path | None = context.params.get("tree")
    return find_root(given)


def _tasks(root: Path, incomplete: str) -> Iterator[tuple[str, str | None]]:
    """Yield matching names and titles; only folders that the typed text leads to are listed."""
    typed = incomplete.removeprefix(_PREFIX)
    parent, _, start = typed.rpartition(".")
    folder = root.joinpath("tasks", *parent.split(".")) if parent else root / "tasks"
    shown = incomplete.removesuffix(start)
    if folder.is_dir():
        yield from _below(folder, shown, start)
    if incomplete and incomplete != _PREFIX and _PREFIX.startswith(incomplete):
        yield from _below(root / "tasks", _PREFIX)


def _below(folder: Path, prefix: str, start: str = "") -> Iterator[tuple[str, str | None]]:
    with os.scandir(folder) as entries:
        names = sorted(
            entry.name
            for entry in entries
            if entry.name.startswith(start) and entry.name.isidentifier() and entry.is_dir()
        )
    for name in names:
        element = folder / name / "e.json"
        if element.is_file():
            yield f"{prefix}{name}", _title(element)
        yield from _below(folder / name, f"{prefix}{name}.")


def _title(element: Path) -> str | None:
    try:
        return str(_object(element).get("title", "")) or None
    except ValueError:  # a broken task is a task all the same
        return None


def _newest_runs(root: Path) -> tuple[Run, ...]:
    from jittask.operations.workspace import Workspace
    from jittask.store.record_filter import RecordFilter

    with Workspace(root) as workspace, workspace.stored() as store:
        return store.records(RecordFilter(), workspace.now(), MAX_SUGGESTIONS).records


def _object(file: Path) -> dict[str, Any]:
    """Return the object of a JSON file; empty for a file that holds another value."""
    data = json.loads(file.read_text(encoding="utf-8-sig"))
    return data if isinstance(data, dict) else {}
