"""What the element code of this process runs in: the app, the current task, its log (rule U3)."""

from __future__ import annotations

import importlib
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.clock import SystemClock
from jittask.model import AppContents, ElementKind, ModelForm, ModelInfo
from jittask.prelude.models import NormalModel
from jittask.prelude.session import transaction

if TYPE_CHECKING:
    from jittask.data.rows import Rows

log = logging.getLogger("jittask.task")
"""What element code logs with; kept with the run."""


@dataclass(frozen=True, slots=True)
class Current:
    """The run that executes."""

    runId: int
    task: str
    rowKey: str
    nominal: datetime
    effective: datetime
    attempt: int

    @property
    def occurrenceKey(self) -> str:
        """The same for every attempt at an occurrence: makes effects idempotent."""
        return json.dumps([self.task, self.rowKey, self.nominal.isoformat()])


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that has failed for good, as ``policy.onFailure`` is given it (R2)."""

    runId: int
    task: str
    rowKey: str
    """JSON of the row's key columns; empty for a scheduled task."""
    trigger: str
    nominal: datetime
    effective: datetime
    started: datetime | None
    finished: datetime | None
    attempt: int
    """The number of its last attempt."""
    version: str | None
    reason: str
    """``error``, ``timeout``, ``interrupted`` or ``killed``."""
    detail: str
    """The reason in a line."""
    error: str
    """The traceback, where there is one, else the detail."""


class App:
    """``app``: the way from one element's code to another's.

    ``package``: what stands before the names of the tree's modules, with a dot.
    """

    def __init__(self, contents: AppContents, root: Path, package: str = "") -> None:
        self._contents = contents
        self._package = package
        self._found: dict[str, Any] = {}
        self._rows: dict[str, Rows] = {}
        self._opening = threading.Lock()
        self.rootPath = root
        """The tree's folder."""

    @property
    def zone(self) -> ZoneInfo:
        """The app's time zone."""
        return zonedata.zone(self._contents.settings.timezone)

    def getElement(self, name: str) -> Any:
        """Return a service, or a model's class, by its full name.

        Raises LookupError for a name that this task's version does not hold.
        """
        if name not in self._found:
            # no lock: what an import waits for may itself ask for an element
            self._found.setdefault(name, self._load(name))
        return self._found[name]

    def module(self, name: str) -> ModuleType:
        """Import a module of the tree, ``tasks.A.inner``, and return it."""
        return importlib.import_module(f"{self._package}{name}")

    def transaction(self) -> AbstractContextManager[None]:
        """Gather the model calls inside into one transaction (D9)."""
        return transaction()

    def rows(self, model: ModelInfo) -> Rows:
        """Return the rows of a model."""
        with self._opening:
            if model.name not in self._rows:
                # late: an element that only declares and imports needs no database
                from jittask.data.databases import open_database
                from jittask.data.rows import Rows

                info = self._contents.databases[model.database]
                engine = open_database(info, self.rootPath)
                self._rows[model.name] = Rows.open(engine, model)
            return self._rows[model.name]

    def close(self) -> None:
        """Close the connections to databases that nobody uses any more."""
        for rows in self._rows.values():
            rows.engine.dispose()

    def _load(self, name: str) -> Any:
        element = self._contents.elements.get(name)
        if element is None:
            raise LookupError(
                f"no element {name!r} in this version of the task; name it literally in "
                "app.getElement, so that it is kept with the task"
            )
        if element.kind is ElementKind.SERVICE:
            return self._service(name)
        model = self._contents.models.get(name)
        if model is None:
            raise LookupError(f"{name} is no service and no model that loads")
        return self._model(model)

    def _service(self, name: str) -> Any:
        module = self.module(f"{name}.service")
        owner = getattr(module, name.rpartition(".")[2], None)
        return owner() if isinstance(owner, type) else module

    def _model(self, model: ModelInfo) -> type[NormalModel]:
        short = model.name.rpartition(".")[2]
        owner: type[NormalModel] = type(short, (NormalModel,), {})
        if model.form is ModelForm.NORMAL:
            owner = getattr(self.module(f"{model.name}.model"), short)
        from jittask.prelude.access import Access

        owner._access = Access(self.rows(model))
        return owner


@dataclass(slots=True)
class Place:
    """What element code finds around it."""

    app: App | None = None
    current: Current | None = None


process_place = Place()
"""The place of a process that runs one body at a time; of all of its threads."""
_own: ContextVar[Place | None] = ContextVar("place", default=None)


def place() -> Place:
    """Return where the calling code stands."""
    return _own.get() or process_place


@contextmanager
def alone(app: App, current: Current) -> Iterator[None]:
    """Be the one run of this process."""
    process_place.app, process_place.current = app, current
    try:
        yield
    finally:
        process_place.current = None


@contextmanager
def among_others(app: App, current: Current) -> Iterator[None]:
    """Be one of several runs of this process: only this thread stands there."""
    mark = _own.set(Place(app, current))
    try:
        yield
    finally:
        _own.reset(mark)


def judged_at() -> tuple[datetime, ZoneInfo]:
    """Return the instant and the zone that a filter's TODAY() and NOW() mean."""
    app = place().app
    return SystemClock().now(), app.zone if app else zonedata.zone("UTC")


class _Proxy:
    """Stands for what is there at the moment of use."""

    def __init__(self, name: str, attribute: str) -> None:
        self._name = name
        self._attribute = attribute

    def __getattr__(self, name: str) -> Any:
        target = getattr(place(), self._attribute)
        if target is None:
            raise RuntimeError(f"{self._name} is there only while JitTask runs a task")
        return getattr(target, name)


app = _Proxy("app", "app")
currentTask = _Proxy("currentTask", "current")  # noqa: N816 - element code's name
