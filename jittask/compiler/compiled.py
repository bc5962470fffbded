"""What the compiler gives: a frozen app, and what it found wrong.

It is above ``schedule`` and ``query`` because a compiled task holds its timer
and its parsed filter; so they are here and not in ``jittask.model``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jittask.compiler.dependencies import Dependencies
from jittask.compiler.look import NOTHING_KNOWN, Look
from jittask.diagnostics import Diagnostic
from jittask.model import (
    AppContents,
    AppSettings,
    DatabaseInfo,
    Element,
    FunctionRef,
    ModelInfo,
    Policy,
)
from jittask.query.expression import Expression
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """A task that fires at times (``tasks.NormalType``)."""

    name: str
    title: str
    enabled: bool
    function: FunctionRef
    policy: Policy
    timer: Timer
    timing_digest: str
    """Digest of what ``timerCfg`` means, without the calendar: a new one is an activation (D7)."""
    version: str
    """Digest of the task's bundle (H4)."""
    bundle: tuple[str, ...]
    """The files of the bundle: posix paths relative to the tree, sorted."""
    description: str = ""
    tags: tuple[str, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What its function reads as ``currentTask.args`` (F3)."""
    manifest: str = "{}"
    """The ``app.json`` of its bundle, as JSON with the keys sorted."""


@dataclass(frozen=True, slots=True)
class DateFieldTask:
    """A task that fires for rows at their dates (``tasks.DateFieldType``)."""

    name: str
    title: str
    enabled: bool
    function: FunctionRef
    policy: Policy
    timer: RowTimer
    model: ModelInfo
    filter: Expression | None
    timing_digest: str
    """Digest of what ``timerCfg``, ``modelPath`` and ``filter`` mean, without the calendar."""
    version: str
    bundle: tuple[str, ...]
    description: str = ""
    tags: tuple[str, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What its function reads as ``currentTask.args`` (F3)."""
    manifest: str = "{}"
    """The ``app.json`` of its bundle, as JSON with the keys sorted."""


CompiledTask = ScheduledTask | DateFieldTask


@dataclass(frozen=True, slots=True)
class CompiledApp:
    """One tree, compiled; holds only the elements that can load."""

    root: Path
    settings: AppSettings
    elements: Mapping[str, Element]
    """Every element found, broken ones too, by full name."""
    tasks: Mapping[str, CompiledTask]
    models: Mapping[str, ModelInfo]
    databases: Mapping[str, DatabaseInfo]
    digest: str
    """Digest over the settings and every element."""

    @property
    def contents(self) -> AppContents:
        """The app without its tasks."""
        return AppContents(self.settings, self.elements, self.models, self.databases)


@dataclass(frozen=True, slots=True)
class Imported:
    """What the import step has found."""

    found: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """By task."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """The versions that this is about, by task."""


@dataclass(frozen=True, slots=True)
class Reusable:
    """What a later compilation of the same tree need not do again."""

    known: Look = NOTHING_KNOWN
    """The files, with their digests, and the folders."""
    dependencies: Mapping[str, Dependencies] = field(default_factory=dict)
    """What the elements' own files need, by full name."""
    task_diagnostics: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """What was found in the own files of compiled tasks."""
    probed: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """What the import step found, by task."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """The versions that ``probed`` is about."""
    environment: Mapping[str, bool | str] = field(default_factory=dict)
    """What the environment was asked, and its answers (``environment.Asked``)."""
    settings_digest: str = ""
    """Names the settings that tasks depend on."""
    touched: frozenset[str] | None = None
    """The elements in which this compilation may differ from the one before; None: in any."""


@dataclass(frozen=True, slots=True)
class Compilation:
    """The outcome of one compilation: the app, and all that was found, sorted."""

    app: CompiledApp
    diagnostics: tuple[Diagnostic, ...]
    reusable: Reusable = field(default_factory=Reusable, compare=False)

    @property
    def ok(self) -> bool:
        """Whether no error was found (warnings allowed)."""
        return not any(diagnostic.is_error for diagnostic in self.diagnostics)

    def of(self, element: str) -> tuple[Diagnostic, ...]:
        """Return the findings about one element."""
        return tuple(diagnostic for diagnostic in self.diagnostics if diagnostic.element == element)

    @property
    def broken(self) -> frozenset[str]:
        """Full names of the elements that cannot load."""
        return frozenset(
            diagnostic.element
            for diagnostic in self.diagnostics
            if diagnostic.is_error and diagnostic.element is not None
        )
