"""JitTask: runs the background tasks of a business application from a folder of element files.

``compile_tree``, ``Timer``, ``Runtime`` and ``Client`` are for programs; the other names
are for element code, and do something only while JitTask runs it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from jittask.version import __version__

if TYPE_CHECKING:
    from jittask import errors
    from jittask.client import Client
    from jittask.compiler import compile_tree
    from jittask.prelude.context import app, currentTask, log
    from jittask.prelude.datatypes import datatypes
    from jittask.prelude.models import NormalModel, NormalService
    from jittask.prelude.rowdata import RowData
    from jittask.query.q import Q
    from jittask.runtime import Runtime
    from jittask.schedule.timer import Timer

_HOMES = {
    "compile_tree": "jittask.compiler",
    "Timer": "jittask.schedule.timer",
    "Runtime": "jittask.runtime",
    "Client": "jittask.client",
    "app": "jittask.prelude.context",
    "currentTask": "jittask.prelude.context",
    "log": "jittask.prelude.context",
    "datatypes": "jittask.prelude.datatypes",
    "NormalModel": "jittask.prelude.models",
    "NormalService": "jittask.prelude.models",
    "RowData": "jittask.prelude.rowdata",
    "Q": "jittask.query.q",
}

__all__ = [
    "Client",
    "NormalModel",
    "NormalService",
    "Q",
    "RowData",
    "Runtime",
    "Timer",
    "__version__",
    "app",
    "compile_tree",
    "currentTask",
    "datatypes",
    "errors",
    "log",
]


def __getattr__(name: str) -> Any:
    """Import a public name on its first use: a validator needs no database (V7)."""
    if name == "errors":
        return importlib.import_module("jittask.errors")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'jittask' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
