"""What the members of a store do (rules R8, R10)."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a member does."""

    RUNTIME = "runtime"
    """It plans, claims, and runs bodies itself."""
    PLANNER = "planner"
    """It plans and claims, and hands runs to workers: no body has begun of what it holds."""
    WORKER = "worker"
    """It runs what planners hand to it."""
