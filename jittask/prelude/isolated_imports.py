"""Several trees in one process, none of which sees another's modules (H4).

Each is imported under its own package: ``commons.money`` of one is
``jittask_bundle_7.commons.money`` in ``sys.modules``. Its code imports by the
usual names, because its modules get an ``__import__`` that looks in their own
package first; the imports of other code are unchanged.
"""

from __future__ import annotations

import builtins
import contextlib
import itertools
import sys
import types
from collections.abc import Mapping, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from jittask.model import AppContents
from jittask.prelude.app import App
from jittask.prelude.context import app
from jittask.prelude.install import TOPS, TreeLoader, TreeNames

_NUMBERS = itertools.count(1)


class IsolatedTree:
    """A tree among others in the process; ``close`` removes its modules."""

    def __init__(self, contents: AppContents, code: Path, root: Path) -> None:
        name = f"jittask_bundle_{next(_NUMBERS)}"
        self.package = f"{name}."
        """The prefix of its modules' names, with a dot."""
        self.app = App(contents, root, self.package)
        package = types.ModuleType(name)
        package.__path__ = [str(code)]
        self._finder = _Finder(self.package, {**vars(builtins), "app": app})
        self._finder.add(code)
        sys.modules[name] = package
        sys.meta_path.insert(0, self._finder)

    def close(self) -> None:
        """Remove its modules, and release its databases."""
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(self._finder)
        for name in list(sys.modules):
            if f"{name}.".startswith(self.package):
                del sys.modules[name]
        self.app.close()


class _Finder(TreeNames):
    """Finds the modules of one tree, and gives them the tree's builtins."""

    def __init__(self, package: str, inside: dict[str, Any]) -> None:
        super().__init__(package)
        inside["__import__"] = self._import
        self._inside = inside

    def _loader(self, fullname: str, file: str) -> SourceFileLoader:
        return _Loader(fullname, file, self._inside)

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        """Do what ``builtins.__import__`` does, with the tree's names first."""
        top = name.partition(".")[0]
        if level or top not in TOPS:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        module = builtins.__import__(self.package + name, globals, locals, fromlist or (), 0)
        return module if fromlist else sys.modules[self.package + top]


class _Loader(TreeLoader):
    def __init__(self, fullname: str, path: str, inside: dict[str, Any]) -> None:
        super().__init__(fullname, path)
        self._inside = inside

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__["__builtins__"] = self._inside
        super().exec_module(module)
