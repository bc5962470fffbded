"""Runs a compiled app: plans, executes, reloads, records (sections 6 and 7)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jittask.runtime.errors import EventsLost, RuntimeFailure, WrongState
    from jittask.runtime.runtime import Runtime

__all__ = ["EventsLost", "Runtime", "RuntimeFailure", "WrongState"]


def __getattr__(name: str) -> Any:
    """Import a name on its first use: a preview of rows needs no more than how they are found."""
    if name not in __all__:
        raise AttributeError(f"module 'jittask.runtime' has no attribute {name!r}")
    home = "runtime" if name == "Runtime" else "errors"
    return getattr(importlib.import_module(f"jittask.runtime.{home}"), name)
