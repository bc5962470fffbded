"""One tree, opened: what every operation asks of it, each thing made when it is first needed.

A command opens a workspace for one operation; a program or the console keeps
one for as long as it lives, and calls ``refresh`` to see edited files.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.clock import Clock, SystemClock
from jittask.operations.errors import (
    InvalidArgument,
    NoRecords,
    NotFound,
    OperationError,
    Unavailable,
)
from jittask.operations.manifest import MANIFEST, manifest_mistake, refuse_broken_manifest
from jittask.state_folder import state_folder

if TYPE_CHECKING:
    from jittask.compiler.compiled import Compilation, CompiledApp
    from jittask.compiler.draft import DraftCompiler
    from jittask.compiler.incremental import TreeCompiler
    from jittask.data.app_data import AppData
    from jittask.diagnostics import Diagnostic
    from jittask.model import AppSettings
    from jittask.store import Store, StoreReader

_Kind = TypeVar("_Kind", bound="StoreReader")


def find_root(given: str | Path | None = None) -> Path:
    """Return the tree: the one given, the nearest folder above with ``app.json``, or ./elements.

    Raises NotFound.
    """
    if given is not None:
        root = Path(given)
        if not root.is_dir():
            raise NotFound(f"{root}: no such folder", "a tree is a folder with an app.json")
        return root
    here = Path.cwd()
    for folder in (here, *here.parents, here / "elements"):
        if (folder / MANIFEST).is_file():
            return folder
    raise NotFound(
        "no tree here: neither this folder, nor one above it, nor ./elements has an app.json",
        "name the tree, or make one: jittask init",
    )


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise what the run store raises as what operations raise."""
    from sqlalchemy.exc import DataError, DBAPIError

    from jittask import store as stores

    try:
        yield
    except stores.NoRecords as error:
        raise NoRecords(str(error), error.hint) from error
    except stores.BadCursor as error:
        raise InvalidArgument("after", str(error), error.hint) from error
    except stores.StoreUnavailable as error:
        hint = "try again; is it up, and may this user write to it?"
        raise Unavailable(str(error), hint) from error
    except stores.StoreError as error:
        kind_of_error = Unavailable if isinstance(error.__cause__, DBAPIError) else OperationError
        raise kind_of_error(str(error), error.hint) from error
    except (UnicodeEncodeError, DataError) as error:  # a lone surrogate; NUL on PostgreSQL
        reason = str(error.orig if isinstance(error, DataError) else error).splitlines()[0]
        raise OperationError(f"the run store cannot take this text: {reason}") from error


class Workspace:
    """A tree with its compilation, run store and data; a context manager.

    Safe to use from several threads. ``clock`` is what "now" means.
    """

    def __init__(self, root: str | Path, clock: Clock | None = None) -> None:
        self.root = Path(root).resolve()
        self.clock = clock or SystemClock()
        self.is_watched = False
        """Whether somebody refreshes it whenever files change."""
        self._opening = threading.RLock()
        self._compiling = threading.RLock()
        self._compiler: TreeCompiler | None = None
        self._compilation: Compilation | None = None
        self._drafts: DraftCompiler | None = None
        self._read_settings: tuple[AppSettings, tuple[Diagnostic, ...]] | None = None
        self._store: StoreReader | None = None
        self._store_settings: AppSettings | None = None
        self._data: AppData | None = None

    @classmethod
    def find(cls, given: str | Path | None = None, clock: Clock | None = None) -> Self:
        """Open the tree that is meant; see ``find_root``."""
        return cls(find_root(given), clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the run store and every connection to a database."""
        with self._opening:
            if self._store is not None:
                self._store.close()
                self._store = self._store_settings = None
            if self._data is not None:
                self._data.close()
                self._data = None

    # --- the files

    @property
    def compilation(self) -> Compilation:
        """The tree, compiled without importing its code, as it was at the last look."""
        latest = self._compilation
        if latest is None:
            with self._compiling:
                latest = self._compilation or self.refresh()
        return latest

    @property
    def latest(self) -> Compilation:
        """The tree as its files are: after a look at them all, unless it is watched."""
        return self.compilation if self.is_watched else self.refresh()

    def refresh(self, paths: Collection[str] | None = None) -> Compilation:
        """Look at these files and folders again, or at all; only what changed is compiled again.

        ``paths`` are absolute, or relative to the tree. Meanwhile others read the
        compilation before.
        """
        with self._compiling:
            compiler = self.compiler
            self._compilation = compiler.look_at_all() if paths is None else compiler.apply(paths)
            return self._compilation

    @property
    def compiler(self) -> TreeCompiler:
        """What keeps the tree compiled."""
        from jittask.compiler.incremental import TreeCompiler

        with self._compiling:
            if self._compiler is None:
                self._compiler = TreeCompiler(self.root)
            return self._compiler

    @property
    def drafts(self) -> DraftCompiler:
        """What compiles an element's unsaved text against the present compilation."""
        from jittask.compiler.draft import DraftCompiler

        compilation = self.compilation
        drafts = self._drafts
        if drafts is None or drafts.compilation is not compilation:
            drafts = self._drafts = DraftCompiler(compilation)
        return drafts

    @property
    def app(self) -> CompiledApp:
        """The compiled app: the elements that can load."""
        return self.compilation.app

    @property
    def settings(self) -> AppSettings:
        """The settings of ``app.json``; no element is read for them.

        As they were at the last look, where the tree has been compiled.
        """
        return self._manifest()[0]

    @property
    def manifest_diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was found in ``app.json``; no element is read for it."""
        return self._manifest()[1]

    def _manifest(self) -> tuple[AppSettings, tuple[Diagnostic, ...]]:
        """Return the settings, and what was found in ``app.json``."""
        from jittask.compiler.app_settings import read_app_settings

        with self._opening:
            if self._compilation is not None:
                return self._compilation.app.settings, self._compilation.diagnostics
            if self._read_settings is None:
                self._read_settings = read_app_settings(self.root)
            return self._read_settings

    @property
    def zone(self) -> ZoneInfo:
        """The app's time zone."""
        return zonedata.zone(self.settings.timezone)

    def now(self) -> datetime:
        """Return the time, by this workspace's clock."""
        return self.clock.now()

    # --- the run store

    @property
    def may_have_store(self) -> bool:
        """Whether a run store may exist; known without importing what opens it."""
        return self.settings.store is not None or self._has_default_store

    @property
    def _has_default_store(self) -> bool:
        return (state_folder(self.root) / "jittask.db").exists()

    @contextmanager
    def store(self, *, create: bool = False) -> Iterator[Store]:
        """Give the tree's run store, which stays open until ``close``.

        Raises NoRecords where there is none (without ``create``), Unavailable
        where it does not answer, Conflict where ``app.json`` may name another
        one but cannot be read, OperationError where it cannot be used.
        """
        from jittask.store import Store

        with self._opened(Store, create=create) as store:
            yield store

    @contextmanager
    def stored(self) -> Iterator[StoreReader]:
        """Give what reads the tree's run store; it opens sooner than ``store``, and never writes.

        Raises what ``store`` raises.
        """
        from jittask.store import StoreReader

        with self._opened(StoreReader) as reader:
            yield reader

    @contextmanager
    def _opened(self, kind: type[_Kind], *, create: bool = False) -> Iterator[_Kind]:
        with store_errors():
            yield self._open_store(kind, create=create)

    def _open_store(self, kind: type[_Kind], *, create: bool) -> _Kind:
        with self._opening:
            settings, diagnostics = self._manifest()
            store = self._store
            if self._store_settings is not None and manifest_mistake(diagnostics) is not None:
                settings = self._store_settings  # what was opened by them is the right store
            elif create or not self._has_default_store:
                refuse_broken_manifest(diagnostics)
            if isinstance(store, kind) and self._store_settings == settings:
                return store
            if store is not None:
                store.close()
                self._store = None
            opened = kind.open(settings, self.root, create=create)
            self._store, self._store_settings = opened, settings
            return opened

    # --- the data

    @property
    def data(self) -> AppData:
        """The app's own databases, opened when they are first asked."""
        from jittask.data.app_data import AppData

        with self._opening:
            databases = self.app.databases
            if self._data is not None and self._data.databases != databases:
                self._data.close()
                self._data = None
            if self._data is None:
                self._data = AppData(databases, self.root)
            return self._data
