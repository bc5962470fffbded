"""What the element code of this process runs in: the app, the current task, its log (rule U3)."""

from __future__ import annotations

import importlib
import json
import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
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
    """The run that this process executes."""

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


class App:
    """``app``: the way from one element's code to another's."""

    def __init__(self, contents: AppContents, root: Path) -> None:
        self._contents = contents
        self._found: dict[str, Any] = {}
        self._rows: dict[str, Rows] = {}
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
            self._found[name] = self._load(name)
        return self._found[name]

    def transaction(self) -> AbstractContextManager[None]:
        """Gather the model calls inside into one transaction (D9)."""
        return transaction()

    def rows(self, model: ModelInfo) -> Rows:
        """Return the rows of a model."""
        if model.name not in self._rows:
            # late: an element that only declares and imports needs no database
            from jittask.data.databases import open_database
            from jittask.data.rows import Rows

            info = self._contents.databases[model.database]
            engine = open_database(info, self.rootPath)
            self._rows[model.name] = Rows.open(engine, model)
        return self._rows[model.name]

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
        module = importlib.import_module(f"{name}.service")
        owner = getattr(module, name.rpartition(".")[2], None)
        return owner() if isinstance(owner, type) else module

    def _model(self, model: ModelInfo) -> type[NormalModel]:
        short = model.name.rpartition(".")[2]
        owner: type[NormalModel] = type(short, (NormalModel,), {})
        if model.form is ModelForm.NORMAL:
            owner = getattr(importlib.import_module(f"{model.name}.model"), short)
        from jittask.prelude.access import Access

        owner._access = Access(self.rows(model))
        return owner


class _Place:
    """What stands in this process now."""

    app: App | None = None
    current: Current | None = None


place = _Place()


def judged_at() -> tuple[datetime, ZoneInfo]:
    """Return the instant and the zone that a filter's TODAY() and NOW() mean."""
    return SystemClock().now(), place.app.zone if place.app else zonedata.zone("UTC")


class _Proxy:
    """Stands for what this process has at the moment of use."""

    def __init__(self, name: str, attribute: str) -> None:
        self._name = name
        self._attribute = attribute

    def __getattr__(self, name: str) -> Any:
        target = getattr(place, self._attribute)
        if target is None:
            raise RuntimeError(f"{self._name} is there only while JitTask runs a task")
        return getattr(target, name)


app = _Proxy("app", "app")
currentTask = _Proxy("currentTask", "current")  # noqa: N816 - element code's name
