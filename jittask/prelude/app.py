"""``app``, as element code sees it: the elements of the snapshot that the run is pinned to."""

# ruff: noqa: N802, N815 - JitAi's names
from __future__ import annotations

import difflib
import importlib
import inspect
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from jittask.compiler.compiled import CompiledApp
from jittask.data.tables import complete, table_for
from jittask.model import ElementKind, FieldInfo, ModelForm, ModelInfo
from jittask.prelude.binding import Binding
from jittask.prelude.datatypes import Datatype, Reflected
from jittask.prelude.normalmodel import NormalModel
from jittask.prelude.session import OnChange, Session

_NOT_YET = {
    "services.TaskSvc": "services.TaskSvc (making and ending tasks from code) is not there yet",
}


class App:
    """The app of this process."""

    rootPath: Path
    """The tree, where data lives; not the folder that the code was loaded from."""

    def __init__(self, compiled: CompiledApp, root: Path, on_change: OnChange | None = None) -> None:
        self.rootPath = root
        self.compiled = compiled
        self._zone = ZoneInfo(compiled.settings.timezone)
        self._session = Session(compiled.databases, root, on_change)
        self._elements: dict[str, Any] = {}

    def getElement(self, fullName: str) -> Any:  # noqa: N803
        """Return a service (an instance of its class, or its module of functions) or a model's class.

        Raises LookupError for a name that is no element, TypeError for one that is
        neither a service nor a model.
        """
        if fullName not in self._elements:
            self._elements[fullName] = self._load(fullName)
        return self._elements[fullName]

    def transaction(self) -> AbstractContextManager[None]:
        """Make the model calls in the block one transaction of each database they touch (D9)."""
        return self._session.transaction()

    def bind(self, model: type[NormalModel]) -> Binding:
        """Return what ties a model's class to its table. Raises LookupError, DataError."""
        name = self._model_name(model)
        info = self.compiled.models[name]
        engine = self._session.engine(info.database)
        if info.form is ModelForm.NORMAL and info.opaque:
            info = _described(info, model)
        info = complete(info, engine)
        return Binding(info, table_for(info, engine), self._session, self._zone)

    def close(self) -> None:
        """Close every connection to a database."""
        self._session.close()

    def _load(self, name: str) -> Any:
        if name in _NOT_YET:
            raise LookupError(f"app.getElement: {_NOT_YET[name]}")
        element = self.compiled.elements.get(name)
        if element is None:
            near = difflib.get_close_matches(name, self.compiled.elements, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise LookupError(f"app.getElement: no element {name!r}{hint}")
        match element.kind:
            case ElementKind.SERVICE:
                return service(importlib.import_module(f"{name}.service"), name)
            case ElementKind.MODEL:
                return self._model(name)
            case _:
                raise TypeError(
                    f"app.getElement: {name} is one of the {element.kind};"
                    " element code reaches services and models"
                )

    def _model(self, name: str) -> type[NormalModel]:
        info = self.compiled.models.get(name)
        if info is None:
            raise LookupError(f"app.getElement: {name} has errors and cannot be loaded")
        if info.form is ModelForm.TABLE:
            return self._table_model(info)
        module = importlib.import_module(f"{name}.model")
        wanted = name.rpartition(".")[2]
        found = getattr(module, wanted, None)
        if not (isinstance(found, type) and issubclass(found, NormalModel)):
            raise LookupError(f"{module.__file__}: no class {wanted} that inherits NormalModel")
        return found

    def _table_model(self, info: ModelInfo) -> type[NormalModel]:
        engine = self._session.engine(info.database)
        known = complete(info, engine)
        fields = {
            one.name: type("Column", (Reflected,), {"kind": one.type})(
                name=one.name, title=one.name, primaryKey=one.primary_key
            )
            for one in known.fields
            if not hasattr(NormalModel, one.name)
        }
        made = type(info.name.rpartition(".")[2], (NormalModel,), fields)
        made._bound = Binding(known, table_for(known, engine), self._session, self._zone)
        return made

    def _model_name(self, model: type[NormalModel]) -> str:
        for base in model.__mro__:
            name = base.__module__.removesuffix(".model")
            if name in self.compiled.models:
                return name
        raise LookupError(f"{model.__module__}.{model.__name__} is not the class of a model element")

    def __repr__(self) -> str:
        return f"<app {self.rootPath}>"


def service(module: ModuleType, name: str) -> Any:
    """Return a service element's object: an instance of the class of its name, or its module."""
    found = getattr(module, name.rpartition(".")[2], None)
    if not inspect.isclass(found):
        return module
    made = found()
    made.__fullName__ = name
    return made


def _described(info: ModelInfo, model: type[NormalModel]) -> ModelInfo:
    """Fill in what could not be read without running the code."""
    fields = tuple(_field(one) for one in model._declared.values())
    return replace(info, fields=fields, opaque=False)


def _field(one: Datatype) -> FieldInfo:
    return FieldInfo(
        name=one.name,
        type=one.kind,
        column=one.name,
        primary_key=one.primaryKey,
        autoincrement=one.dataType == "AutoInt",
        datatype=one.dataType,
    )
