"""Runs a compiled app: plans, executes, reloads, records (sections 6 and 7)."""

from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.runtime import Runtime

__all__ = ["Runtime", "RuntimeFailure"]
