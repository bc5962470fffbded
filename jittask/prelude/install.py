"""Makes a process ready for element code: import paths, and ``app`` (rules U3, H4).

Worker and checking processes call it: each holds one tree, whose modules have
their own names. What several trees in one process need stands in ``beside``.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from jittask.model import AppContents, ElementKind
from jittask.prelude.context import App, app, log, process_place
from jittask.prelude.datatypes import datatypes
from jittask.prelude.models import NormalModel, NormalService

_NAMES: dict[str, dict[str, Any]] = {
    "datatypes": {},
    "datatypes.Meta": {"datatypes": datatypes},
    "models.NormalType": {"NormalModel": NormalModel},
    "services.NormalType": {"NormalService": NormalService},
    "jit": {},
    "jit.commons": {},
    "jit.commons.utils": {},
    "jit.commons.utils.logger": {"log": log},
}
TOPS = frozenset({*(kind.value for kind in ElementKind), "commons", "datatypes", "jit"})
"""The first names of the modules that a tree has, or JitAi."""
_PACKAGES = frozenset({*(kind.value for kind in ElementKind), "commons"})


def install(contents: AppContents, code: Path, root: Path) -> App:
    """Let element code under ``code`` be imported as itself; ``root`` is the tree of the data.

    Modules have their real names (``tasks.X.inner``, ``commons.y``) and files.
    """
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(code))
    sys.meta_path.insert(0, TreeNames(code))
    importlib.invalidate_caches()
    builtins.app = app  # type: ignore[attr-defined] # JitAi's code uses it as a global
    process_place.app = App(contents, root)
    return process_place.app


class TreeNames(MetaPathFinder, Loader):
    """Finds JitAi's own modules, and the top folders of the tree before any other package.

    ``package``: what stands before their names, with a dot.
    """

    def __init__(self, code: Path, package: str = "") -> None:
        self._code = code
        self.package = package

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Return how the module is made, or None for others to say."""
        if not fullname.startswith(self.package):
            return None
        name = fullname[len(self.package) :]
        if name in _NAMES:
            return ModuleSpec(fullname, self, is_package=not _NAMES[name])
        if name in _PACKAGES and not (self._code / name / "__init__.py").exists():
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [str(self._code / name)]
            return spec
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        """Fill one of JitAi's own modules."""
        module.__dict__.update(_NAMES[module.__name__[len(self.package) :]])
