"""What the reader of an element is given: the element's files, and what is known of the tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from jittask.compiler.discover import Found
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.loaded_services import LoadedServices
from jittask.compiler.python import Module
from jittask.compiler.settings import Settings
from jittask.compiler.source import Source
from jittask.model import DatabaseInfo, ElementKind, ModelInfo


@dataclass(frozen=True, slots=True)
class ElementFiles:
    """One element as read: an ``e.json`` of a known type, and its Python files."""

    found: Found
    source: Source
    modules: Mapping[str, Module]
    """The Python files that can be parsed, by their path in the element's folder."""
    findings: Findings

    @property
    def name(self) -> str:
        """The element's full name."""
        return self.found.name


@dataclass(frozen=True, slots=True)
class Reading:
    """What readers know of the tree, and the elements that were read before."""

    files: Files
    settings: Settings
    environment: Mapping[str, str]
    names: Mapping[ElementKind, frozenset[str]]
    """Full names of all elements of a kind, broken ones too."""
    loaded: dict[ElementKind, MutableMapping[str, Any]] = field(default_factory=dict)
    """What the readers returned for the elements that can load, by kind and full name."""

    def __post_init__(self) -> None:
        for kind in ElementKind:
            self.loaded.setdefault(kind, {})
        if not isinstance(self.services, LoadedServices):
            self.loaded[ElementKind.SERVICE] = LoadedServices(self.files)

    @property
    def databases(self) -> MutableMapping[str, DatabaseInfo]:
        """The databases that can load."""
        return self.loaded[ElementKind.DATABASE]

    @property
    def models(self) -> MutableMapping[str, ModelInfo]:
        """The models that can load."""
        return self.loaded[ElementKind.MODEL]

    @property
    def services(self) -> MutableMapping[str, Module]:
        """``service.py`` of the services that can load."""
        return self.loaded[ElementKind.SERVICE]

    def release(self) -> None:
        """Forget what is read again when it is needed."""
        services = self.services
        if isinstance(services, LoadedServices):
            services.release()


Needs = Callable[[ElementFiles, Reading], tuple[str, ...]]
"""Returns the elements that an ``e.json`` names, whether or not they exist."""

Reader = Callable[[ElementFiles, Reading], object | None]
"""Returns what later steps need of an element; None with the reason among its findings."""
