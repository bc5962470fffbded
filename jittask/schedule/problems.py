"""Mistakes in a ``timerCfg``, as values: what, where under it, and how to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimingProblem:
    """One mistake; ``pointer`` leads from ``timerCfg`` to what is wrong."""

    code: str
    pointer: tuple[str | int, ...]
    message: str
    hint: str | None = None
    warning: bool = False


class TimingError(ValueError):
    """A ``timerCfg`` that makes no timer; ``problems`` are the reasons."""

    def __init__(self, problems: Sequence[TimingProblem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class Mistake(Exception):
    """Raised inside a reader to leave it with its one problem; never leaves the package."""

    def __init__(
        self, code: str, pointer: tuple[str | int, ...], message: str, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.problem = TimingProblem(code, pointer, message, hint)


class TimerBudgetExceeded(Exception):
    """Finding an occurrence took more steps than a timer may use (T1).

    ``rule`` names the cycle. It blocks only the task whose timer it is; no
    legal rule is known that raises it.
    """

    def __init__(self, rule: str, steps: int) -> None:
        super().__init__(
            f"looking for the next occurrence of {rule} was stopped after {steps:,} steps"
        )
        self.rule = rule
        self.steps = steps
