"""Reads a ``timerCfg`` step by step, so that one mistake does not hide the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from jittask.schedule.problems import Mistake, TimingProblem

_T = TypeVar("_T")


class Reader:
    """Runs the steps of a reading, and collects the problem of each that fails."""

    def __init__(self, config: Mapping[str, object]) -> None:
        self.config = config
        self.problems: list[TimingProblem] = []

    def step(self, reading: Callable[[], _T]) -> _T | None:
        """Return what ``reading`` gives, or None, with its problem among the others."""
        try:
            return reading()
        except Mistake as mistake:
            self.problems.append(mistake.problem)
            return None

    @property
    def failed(self) -> bool:
        """Whether some problem is an error, so that there can be no timer."""
        return any(not problem.warning for problem in self.problems)
