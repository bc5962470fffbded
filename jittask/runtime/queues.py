"""Which queue a task's runs go to, and how many more each queue takes (rule R10)."""

from __future__ import annotations

from typing import Protocol

from jittask.compiler.compiled import CompiledTask


class Queues(Protocol):
    """The queues of an executor whose workers do not all take every run."""

    def queue_of(self, task: CompiledTask) -> str:
        """Return the queue of a task's runs."""

    def room(self, queue: str) -> int:
        """Return how many more runs the workers of a queue take now."""

    def refusal(self, queue: str) -> str | None:
        """Return why no run of a queue can begin, where that has been so for a while."""
