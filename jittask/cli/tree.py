"""Which tree, and which task of it, a command is about (rule V5)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.failure import Failure, NothingYet
from jittask.model import ElementKind, Run

if TYPE_CHECKING:
    from jittask.compiler.compiled import Compilation, CompiledApp, CompiledTask
    from jittask.operations.workspace import Workspace
    from jittask.store import Store

_SOME = 10

tree_argument = click.argument("tree", required=False, type=click.Path(path_type=Path))
tree_option = click.option(
    "--tree",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The tree; by default the nearest folder above with an app.json, else ./elements.",
)


def workspace(given: Path | None) -> Workspace:
    """Open the tree that is meant, for the operation of one command."""
    from jittask.operations.workspace import Workspace

    return Workspace.find(given)


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
    full = full_name(name)
    task = compilation.app.tasks.get(full)
    if task is not None:
        return task
    if full in compilation.broken:
        first = next(one for one in compilation.of(full) if one.is_error)
        place = f"{first.location.file}:{first.location.line}:{first.location.column}"
        raise Failure(f"{full} cannot load: {place}: {first.message}", "see jittask validate")
    raise no_task(name, task_names(compilation.app))


def task_name(compilation: Compilation, name: str) -> str:
    """Return the full name of a task, which may be broken; ``tasks.`` may be left out."""
    full = full_name(name)
    if full in compilation.app.tasks or full in compilation.broken:
        return full
    raise no_task(name, task_names(compilation.app))


def full_name(name: str) -> str:
    """Return a task's name with ``tasks.`` in front."""
    return name if name.startswith("tasks.") else f"tasks.{name}"


def task_names(app: CompiledApp) -> list[str]:
    """Return the full names of all tasks, broken ones too."""
    return [one.name for one in app.elements.values() if one.kind is ElementKind.TASK]


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


@contextmanager
def open_store(app: CompiledApp, *, create: bool = False) -> Iterator[Store]:
    """Open the tree's run store; what it cannot do is told in one line."""
    from jittask.store import NoRecords, Store, StoreError, StoreUnavailable

    try:
        with Store.open(app.settings, app.root, create=create) as store:
            yield store
    except NoRecords as error:
        raise NothingYet(str(error), error.hint) from error
    except StoreUnavailable as error:
        raise Failure(str(error), "try again; is it up, and may this user write to it?") from error
    except StoreError as error:
        raise Failure(str(error), error.hint) from error


def find_run(store: Store, number: int) -> Run:
    """Return the run of that number."""
    found = store.run(number)
    if found is None:
        raise Failure(f"no run {number}", "jittask records lists them")
    return found


def has_store(app: CompiledApp) -> bool:
    """Whether a run store may be there: known without importing what would open it."""
    return app.settings.store is not None or (app.root / ".jittask" / "jittask.db").exists()
