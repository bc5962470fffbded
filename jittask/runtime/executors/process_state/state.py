"""Takes the state of a worker process before a body, and restores it after the body (R6)."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from jittask.runtime.executors.process_state.aspect import Aspect
from jittask.runtime.executors.process_state.imports import Imports
from jittask.runtime.executors.process_state.interpreter import (
    INTERPRETER,
    TRACING,
    EventLoop,
    Streams,
    forget_shown_warnings,
    seed_random_numbers,
)
from jittask.runtime.executors.process_state.logging_state import Logging
from jittask.runtime.executors.process_state.namespaces import Namespaces
from jittask.runtime.executors.process_state.system import (
    Alarms,
    Descriptors,
    SignalHandlers,
    stop_alarms,
    system_aspects,
)

_GROWS = (Imports, Descriptors)
"""Aspects that change wherever code is loaded."""


def table() -> tuple[Aspect, ...]:
    """Return the aspects, in the order of restoring: first what could disturb the rest."""
    return (
        TRACING,
        Alarms(),
        SignalHandlers(),
        EventLoop(),
        Namespaces(),
        Streams(),
        Imports(),
        *INTERPRETER,
        Logging(),
        *system_aspects(),
    )


class ProcessState:
    """The state that each body of a process begins with.

    It is the state after the body's code has been loaded: what an import does
    to the process stays, because the module stays. So it is taken when modules
    have been loaded since it was taken last. Called from the main thread.
    """

    def __init__(self, aspects: Iterable[Aspect]) -> None:
        self._aspects = tuple(aspects)
        self.take()

    def function_begins(self) -> bool:
        """Take the state again where code has been loaded since it was taken; return whether so."""
        loaded = self.loading_is_over()
        self._begun = True
        return loaded

    def loading_is_over(self) -> bool:
        """Take the state again where modules have been loaded, each whole; return whether so."""
        loaded = len(sys.modules) != self._modules
        if loaded:
            self.take()
        return loaded

    def function_ends(self) -> None:
        """Stop the timers of the body: its handler may raise, and would end the process later."""
        stop_alarms()

    def restore(self) -> list[str]:
        """Make the state as it was; return why no other body may run here, if so.

        Where no body has begun, because its code could not be loaded, modules that
        did load may need what is put back: then each change is a reason.
        """
        reasons: list[str] = []
        half_loaded = not self._begun and len(sys.modules) != self._modules
        for aspect, before in self._before:
            try:
                if not aspect.differs(before):
                    continue
                reason = aspect.put_back(before)
            except Exception as error:
                reason = f"{aspect.name} cannot be put back: {type(error).__name__}: {error}"
            if reason is None and half_loaded and not isinstance(aspect, _GROWS):
                reason = f"{aspect.name} was changed by code that could not be loaded"
            if reason is not None:
                reasons.append(reason)
        forget_shown_warnings()
        seed_random_numbers()
        self._begun = False
        return reasons

    def take(self) -> None:
        """Take the state as it is now for the one that each body begins with."""
        self._before = [(aspect, aspect.take()) for aspect in self._aspects]
        self._modules = len(sys.modules)
        self._begun = False
