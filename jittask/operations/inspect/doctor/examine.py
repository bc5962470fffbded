"""The steps of an examination: files, databases, run store, workers (rules V1, V5, R12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from jittask.diagnostics import Diagnostic, Severity
from jittask.operations.inspect.doctor.database import examine_database, silent_database
from jittask.operations.inspect.doctor.fleet import examine_fleet, silent_fleet
from jittask.operations.inspect.doctor.places import Places
from jittask.operations.inspect.doctor.run_store import (
    examine_store,
    silent_store,
    store_address,
)
from jittask.operations.inspect.doctor.section import Section
from jittask.operations.inspect.doctor.settings import settings_section
from jittask.operations.inspect.doctor.side_by_side import side_by_side

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace

FILES = "files"
UNSET = "unset-environment"


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in a tree's files, its databases, its run store and its settings."""

    sections: tuple[Section, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that was found, sorted."""
        found = [each for section in self.sections for each in section.diagnostics]
        return tuple(sorted(found, key=lambda diagnostic: diagnostic.sort_key))

    @property
    def errors(self) -> int:
        """How many findings keep something from working."""
        return sum(diagnostic.is_error for diagnostic in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many findings are warnings."""
        return len(self.diagnostics) - self.errors


def examine(workspace: Workspace) -> Examination:
    """Compare a tree with its databases and its run store; nothing is written anywhere.

    Databases are examined side by side, and none is waited for longer than
    ``side_by_side.PATIENCE_SECONDS``.
    """
    store = store_address(workspace)
    settings = settings_section(workspace, store, Places(workspace.root))
    return Examination((_files(workspace), *connected(workspace), settings))


def connected(workspace: Workspace) -> tuple[Section, ...]:
    """Return what the databases and the run store say, without what the files show."""
    app = workspace.app
    places = Places(app.root)
    work: list[Callable[[], Section]] = []
    too_late: list[Callable[[], Section]] = []
    for info in app.databases.values():
        work.append(partial(examine_database, info, app, places))
        too_late.append(partial(silent_database, info, app, places))
    work.append(partial(examine_store, workspace, places))
    too_late.append(partial(silent_store, workspace, places))
    if (celery := app.settings.runtime.celery) is not None:
        work.append(partial(examine_fleet, workspace, celery, places))
        too_late.append(partial(silent_fleet, celery))
    return tuple(side_by_side(work, too_late, workspace.clock))


def required_environment(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield diagnostics, with each unset ``${NAME}`` as the error that it is for a run (F2)."""
    for diagnostic in found:
        is_unset = diagnostic.code == UNSET
        yield replace(diagnostic, severity=Severity.ERROR) if is_unset else diagnostic


def _files(workspace: Workspace) -> Section:
    compilation = workspace.compilation
    mistakes = [found for found in compilation.diagnostics if found.because is None]
    app = compilation.app
    tasks = f"{len(app.tasks)} task{'' if len(app.tasks) == 1 else 's'}"
    counted = f"{len(app.elements)} elements, of which {tasks} can load"
    return Section(FILES, str(app.root), (counted,), (), tuple(required_environment(mistakes)))
