"""Waits until a run has ended."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from jittask.operations.control.accepted import Accepted
from jittask.operations.inspect.run import POLL_SECONDS, has_ended
from jittask.operations.naming import find_run

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


def wait_for_end(
    workspace: Workspace, accepted: Accepted, timeout: float | None = None
) -> Accepted:
    """Wait until the run has ended, or no runtime is alive, or ``timeout`` seconds have passed.

    Returns the run as it was last seen; ``timed_out`` says which of them it was.
    Raises NotFound where the run is deleted meanwhile, Unavailable.
    """
    clock, never = workspace.clock, threading.Event()
    give_up = None if timeout is None else clock.monotonic() + timeout
    with workspace.stored() as store:
        while True:
            alive = store.runtime_alive(clock.now())  # before the run: its last words count
            run = find_run(store, accepted.run.id)
            if has_ended(run) or not alive:
                return replace(accepted, run=run)
            left = None if give_up is None else give_up - clock.monotonic()
            if left is not None and left <= 0:
                return replace(accepted, run=run, timed_out=True)
            clock.wait(never, POLL_SECONDS if left is None else min(left, POLL_SECONDS))
