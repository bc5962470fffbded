"""Makes a process ready for element code: import paths, and ``app`` (rules U3, H4).

Worker and checking processes call it, and hold one version of each module.
``isolated_imports`` is for several trees, or versions, in one process.
"""

from __future__ import annotations

import builtins
import sys
import types
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from os.path import isdir, isfile
from pathlib import Path
from typing import Any

from jittask.model import AppContents, ElementKind
from jittask.prelude.app import App
from jittask.prelude.context import app, log, process_place
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
"""The top-level names of a tree's modules and of JitAi's."""
_PACKAGES = frozenset({*(kind.value for kind in ElementKind), "commons"})


def install(contents: AppContents, code: Path, root: Path) -> App:
    """Let element code under ``code`` be imported as itself; ``root`` is the tree of the data.

    Modules have their real names (``tasks.X.inner``, ``commons.y``) and files.
    Trees that were installed before stay importable: no file may exist in two versions.
    """
    sys.dont_write_bytecode = True
    if _names not in sys.meta_path:
        sys.meta_path.insert(0, _names)
        builtins.app = app  # type: ignore[attr-defined] # JitAi's code uses it as a global
    _names.add(code)
    process_place.app = App(contents, root)
    return process_place.app


class TreeNames(MetaPathFinder, Loader):
    """Finds JitAi's own modules, and those of folders of code, before any other package.

    ``package``: the prefix of their names, with a dot.
    """

    def __init__(self, package: str = "") -> None:
        self._folders: list[Path] = []
        self.package = package

    def add(self, code: Path) -> None:
        """Find a further folder's modules too, also in packages that are imported already."""
        if code in self._folders:
            return
        self._folders.append(code)
        for name, module in list(sys.modules.items()):
            own = name[len(self.package) :] if name.startswith(self.package) else ""
            if own.partition(".")[0] not in _PACKAGES:
                continue
            if (inside := code.joinpath(*own.split("."))).is_dir():
                module.__path__.append(str(inside))

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Return the spec of a module of ours, or None to leave it to other finders."""
        if not fullname.startswith(self.package):
            return None
        name = fullname[len(self.package) :]
        if name in _NAMES:
            return ModuleSpec(fullname, self, is_package=not _NAMES[name])
        if name.partition(".")[0] not in _PACKAGES:
            return None
        inside = name.replace(".", "/")
        places = [f"{code}/{inside}" for code in self._folders]
        folders = list(filter(isdir, places))
        for place in folders:
            if isfile(file := f"{place}/__init__.py"):  # noqa: PTH113 - for each of many modules
                return self._of_file(fullname, file, folders)
        for place in places:
            if isfile(file := f"{place}.py"):  # noqa: PTH113
                return self._of_file(fullname, file, None)
        if not folders and name not in _PACKAGES:  # those exist for JitAi's own modules
            return None
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = folders
        return spec

    def exec_module(self, module: types.ModuleType) -> None:
        """Fill one of JitAi's own modules."""
        module.__dict__.update(_NAMES[module.__name__[len(self.package) :]])

    def _of_file(self, fullname: str, file: str, folders: list[str] | None) -> ModuleSpec | None:
        return spec_from_file_location(
            fullname, file, loader=self._loader(fullname, file),
            submodule_search_locations=folders,
        )  # fmt: skip

    def _loader(self, fullname: str, file: str) -> SourceFileLoader:
        return TreeLoader(fullname, file)


class TreeLoader(SourceFileLoader):
    """Runs what a file says: byte code beside it may be of a text that was there before."""

    def get_code(self, fullname: str) -> types.CodeType:
        """Compile the file. Raises ImportError, OSError and SyntaxError as others do."""
        file = self.get_filename(fullname)
        return self.source_to_code(self.get_data(file), file)

    def set_data(self, *_: object, **__: object) -> None:
        """Write no byte code: it would change a folder that is named by its digest."""


_names = TreeNames()
"""Finds the modules of the trees that are installed in this process."""
