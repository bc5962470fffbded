"""Waits until a runtime has loaded a task as it is saved, so that no older code runs (V8)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from jittask.operations.errors import NotLoaded
from jittask.operations.inspect.run import POLL_SECONDS

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledTask
    from jittask.operations.workspace import Workspace
    from jittask.store import StoreReader

LOAD_SECONDS = 5.0
"""How long people wait for it: longer than a reload of a large tree takes."""


def wait_until_loaded(
    workspace: Workspace, store: StoreReader, task: CompiledTask, seconds: float
) -> None:
    """Wait until a runtime has loaded this version of a task.

    Where none is alive there is nothing to wait for: one that starts reads the files. Of several
    runtimes, the one that reported last counts. Raises NotLoaded after ``seconds``.
    """
    clock, never = workspace.clock, threading.Event()
    give_up = clock.monotonic() + seconds
    while store.runtime_alive(clock.now()):
        loaded = store.element(task.name)
        if loaded is not None and loaded.version == task.version:
            return
        if clock.monotonic() >= give_up:
            message = f"the runtime has not yet loaded {task.name} as it is saved, so nothing ran"
            raise NotLoaded(message, "try again soon; jittask status says what is wrong")
        clock.wait(never, POLL_SECONDS)
