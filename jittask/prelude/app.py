"""``app``: the way from one element's code to another's (rules U3, D9)."""

from __future__ import annotations

import importlib
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.clock import Clock, SystemClock
from jittask.model import AppContents, ModelInfo
from jittask.prelude.loaders import LOADERS
from jittask.prelude.session import transaction

if TYPE_CHECKING:
    from jittask.data.app_data import AppData
    from jittask.data.rows import Rows
    from jittask.prelude.models import ModelAccess


class App:
    """What element code finds by names: elements, modules, and the tree's folder.

    ``package``: the prefix of the names of the tree's modules, with a dot.
    """

    def __init__(self, contents: AppContents, root: Path, package: str = "") -> None:
        self.contents = contents
        self._package = package
        self._elements: dict[str, Any] = {}
        self._data: AppData | None = None
        self._opening = threading.Lock()
        self.rootPath = root
        """The tree's folder."""
        self.clock: Clock = SystemClock()
        """What NOW() and TODAY() read."""

    @property
    def zone(self) -> ZoneInfo:
        """The app's time zone."""
        return zonedata.zone(self.contents.settings.timezone)

    def getElement(self, name: str) -> Any:
        """Return a service, or a model's class, by its full name.

        Raises LookupError for a name that this task's version does not hold.
        """
        if name not in self._elements:
            # no lock: what an import waits for may itself ask for an element
            self._elements.setdefault(name, self._load(name))
        return self._elements[name]

    def module(self, name: str) -> ModuleType:
        """Import a module of the tree, ``tasks.A.inner``, and return it."""
        return importlib.import_module(f"{self._package}{name}")

    def transaction(self) -> AbstractContextManager[None]:
        """Gather the model calls inside into one transaction a database (D9).

        Rolled back where the block raises. One inside another is a savepoint of it.
        """
        return transaction()

    def model_access(self, name: str) -> ModelAccess:
        """Return what the class of a model is bound to. Raises as ``getElement`` does."""
        access: ModelAccess = self.getElement(name)._bound()
        return access

    def rows(self, model: ModelInfo) -> Rows:
        """Return the rows of a model. Raises DataError where its table cannot be read."""
        with self._opening:
            if self._data is None:
                # late: an element that only declares and imports needs no database
                from jittask.data.app_data import AppData

                self._data = AppData(self.contents.databases, self.rootPath)
        return self._data.rows(model)

    def close(self) -> None:
        """Release the databases; connections close that nobody else uses."""
        if self._data is not None:
            self._data.close()

    def _load(self, name: str) -> Any:
        element = self.contents.elements.get(name)
        if element is None:
            raise LookupError(
                f"no element {name!r} in this version of the task; name it literally in "
                "app.getElement, so that it is kept with the task"
            )
        load = LOADERS.get(element.kind)
        if load is None:
            raise LookupError(f"{name} is no service and no model that loads")
        return load(self, name)
