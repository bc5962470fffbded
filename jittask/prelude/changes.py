"""Says which models' rows element code has changed, once that is committed (rule D10)."""

from __future__ import annotations

import os
from collections.abc import Callable

Listener = Callable[[frozenset[str]], None]
"""Takes the full names of models; called in the thread that has committed."""

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call ``listener`` after each commit of this process, until ``end``."""
    _listeners.append(listener)


def end(listener: Listener) -> None:
    """Call ``listener`` no more; saying so again changes nothing."""
    if listener in _listeners:
        _listeners.remove(listener)


def committed(models: frozenset[str]) -> None:
    """Say that rows of these models were added, changed or deleted."""
    for listener in tuple(_listeners):
        listener(models)


# a process that a body has forked has no use for its parent's listeners
os.register_at_fork(after_in_child=_listeners.clear)
