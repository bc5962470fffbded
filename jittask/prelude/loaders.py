"""What ``app.getElement`` gives for each kind of element (rule U3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from jittask.model import AppContents, ElementKind, ModelForm, ModelInfo
from jittask.prelude.models import NormalModel

if TYPE_CHECKING:
    from jittask.data.rows import Rows


class Host(Protocol):
    """What a loader needs of the app."""

    contents: AppContents

    def module(self, name: str) -> ModuleType:
        """Import a module of the tree and return it."""
        ...

    def rows(self, model: ModelInfo) -> Rows:
        """Return the rows of a model."""
        ...


def _service(host: Host, name: str) -> Any:
    """Return an object of the class that has the service's name, or else the module."""
    module = host.module(f"{name}.service")
    owner = getattr(module, name.rpartition(".")[2], None)
    return owner() if isinstance(owner, type) else module


def _model(host: Host, name: str) -> type[NormalModel]:
    """Return the class of a model, bound to its table; one without code gets a new class."""
    model = host.contents.models.get(name)
    if model is None:
        raise LookupError(f"{name} is no service and no model that loads")
    # late: an element that only declares and imports needs no database
    from jittask.prelude.access import Access

    short = name.rpartition(".")[2]
    owner: type[NormalModel] = type(short, (NormalModel,), {})
    if model.form is ModelForm.NORMAL:
        owner = getattr(host.module(f"{name}.model"), short)
    host.rows(model)  # so that a table that cannot be read is reported here
    owner._access = Access(partial(host.rows, model))
    return owner


LOADERS: Mapping[ElementKind, Callable[[Host, str], Any]] = MappingProxyType(
    {ElementKind.SERVICE: _service, ElementKind.MODEL: _model}
)
"""By kind; elements of other kinds cannot be asked for."""
