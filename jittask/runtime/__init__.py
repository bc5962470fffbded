"""Runs a compiled app: plans, executes, reloads, records (sections 6 and 7)."""

from jittask.runtime.errors import EventsLost, RuntimeFailure, WrongState
from jittask.runtime.runtime import Runtime

__all__ = ["EventsLost", "Runtime", "RuntimeFailure", "WrongState"]
