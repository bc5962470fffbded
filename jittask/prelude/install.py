"""Makes a process ready for element code: import paths, and ``app`` (rules U3, H4).

Only worker and checking processes call it.
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
from jittask.prelude.context import App, app, log, place
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
_PACKAGES = frozenset({*(kind.value for kind in ElementKind), "commons"})


def install(contents: AppContents, code: Path, root: Path) -> App:
    """Let element code under ``code`` be imported as itself; ``root`` is the tree of the data.

    Modules have their real names (``tasks.X.inner``, ``commons.y``) and files.
    """
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(code))
    sys.meta_path.insert(0, _JitAiNames(code))
    importlib.invalidate_caches()
    builtins.app = app  # type: ignore[attr-defined] # JitAi's code uses it as a global
    place.app = App(contents, root)
    return place.app


class _JitAiNames(MetaPathFinder, Loader):
    """Finds JitAi's own modules, and the top folders of the tree before any other package."""

    def __init__(self, code: Path) -> None:
        self._code = code

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        if fullname in _NAMES:
            return ModuleSpec(fullname, self, is_package=not _NAMES[fullname])
        if fullname in _PACKAGES and not (self._code / fullname / "__init__.py").exists():
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [str(self._code / fullname)]
            return spec
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__.update(_NAMES[module.__name__])
