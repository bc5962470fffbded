"""Which tree, and which task of it, a command is about (rule V5)."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.failure import Failure
from jittask.model import ElementKind

if TYPE_CHECKING:
    from jittask.compiler.compiled import Compilation, CompiledApp, CompiledTask
    from jittask.store import Store

_SOME = 10

tree_argument = click.argument("tree", required=False, type=click.Path(path_type=Path))
tree_option = click.option(
    "--tree",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The tree; by default the nearest folder above with an app.json, else ./elements.",
)


def find_tree(given: Path | None) -> Path:
    """Return the tree: the one given, the nearest folder above with app.json, or ./elements."""
    if given is not None:
        if not given.is_dir():
            raise Failure(f"{given}: no such folder", "a tree is a folder with an app.json")
        return given
    here = Path.cwd()
    for folder in (here, *here.parents, here / "elements"):
        if (folder / "app.json").is_file():
            return folder
    raise Failure(
        "no tree here: neither this folder, nor one above it, nor ./elements has an app.json",
        "name the tree, or make one: jittask init",
    )


def compiled(given: Path | None) -> Compilation:
    """Compile the tree without importing its code."""
    from jittask.compiler import compile_tree

    return compile_tree(find_tree(given))


def find_task(compilation: Compilation, name: str) -> CompiledTask:
    """Return the task of that name; ``tasks.`` may be left out."""
    full = name if name.startswith("tasks.") else f"tasks.{name}"
    app = compilation.app
    task = app.tasks.get(full)
    if task is not None:
        return task
    if full in compilation.broken:
        first = next(one for one in compilation.of(full) if one.is_error)
        place = f"{first.location.file}:{first.location.line}:{first.location.column}"
        raise Failure(f"{full} cannot load: {place}: {first.message}", "see jittask validate")
    known = [one.name for one in app.elements.values() if one.kind is ElementKind.TASK]
    raise no_task(name, known)


def no_task(name: str, known: Sequence[str]) -> Failure:
    """Return the failure of a name that is no task's, with the one meant, or some that are."""
    short = name.removeprefix("tasks.").lower()
    names = {one.removeprefix("tasks.").lower(): one for one in known}
    last = [one for key, one in names.items() if key.rpartition(".")[2] == short]
    near = last or [names[one] for one in difflib.get_close_matches(short, names, 1)]
    if near:
        return Failure(f"no task {name!r}", f"did you mean {near[0]}?")
    if not known:
        return Failure(f"no task {name!r}", "the tree has none; make one: jittask new")
    more = f" and {len(known) - _SOME:,} more" if len(known) > _SOME else ""
    return Failure(f"no task {name!r}", f"there are: {', '.join(known[:_SOME])}{more}")


def open_store(app: CompiledApp, *, create: bool = False) -> Store:
    """Open the tree's run store."""
    from jittask.store import Store, StoreError, store_url

    try:
        return Store.open(store_url(app.settings, app.root), create=create)
    except StoreError as error:
        raise Failure(str(error), error.hint) from error


def has_store(app: CompiledApp) -> bool:
    """Whether the tree has a run store: the first run makes it."""
    from jittask.store import StoreError, store_url

    try:
        file = store_url(app.settings, app.root).database
    except StoreError as error:
        raise Failure(str(error), error.hint) from error
    return file is not None and Path(file).exists()


def activation(app: CompiledApp, task: str) -> datetime | None:
    """Return since when a task counts in the tree's run store; None where nothing has run."""
    if not has_store(app):
        return None
    with open_store(app) as store:
        mark = store.marks().get(task)
    return None if mark is None else mark.activated
