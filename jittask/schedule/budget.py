"""How much a timer may look at before it gives up, counted in steps (rule T1)."""

from __future__ import annotations

from jittask.schedule.problems import TimerBudgetExceeded

MOST_STEPS = 10_000
"""Some tens of milliseconds: a step is a nominal or a year of days that is looked at."""


class Budget:
    """Counts the steps from one answer to the next."""

    __slots__ = ("_rule", "spent")

    def __init__(self, rule: str) -> None:
        self._rule = rule
        self.spent = 0

    def step(self) -> None:
        """Count one step; raises TimerBudgetExceeded where it is one too many."""
        self.spent += 1
        if self.spent > MOST_STEPS:
            raise TimerBudgetExceeded(self._rule, MOST_STEPS)

    def renew(self) -> None:
        """Start counting again: there is an answer, and the caller may stop here."""
        self.spent = 0
