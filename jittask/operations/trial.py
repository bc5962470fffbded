"""Runs a task's function in this process, and records nothing (rule V5).

What the function prints and logs goes where this process's output and logging
go. Code of the tree is imported into this process for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jittask.model import Trigger
from jittask.operations.errors import Conflict, Unavailable
from jittask.operations.naming import find_task
from jittask.operations.rows import row_for
from jittask.operations.run_args import stored_args

if TYPE_CHECKING:
    from jittask.operations.rows import RowKey
    from jittask.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """How the function ended."""

    task: str
    """Its full name."""
    seconds: float
    result: str | None
    """What it returned, as JSON; None where it failed."""
    error: str | None
    """The traceback; None where it completed."""
    committed: bool
    """Whether its changes to data were kept."""

    @property
    def completed(self) -> bool:
        """Whether the function returned."""
        return self.error is None


def try_task(
    workspace: Workspace,
    task: str,
    row: RowKey | None = None,
    *,
    args: Mapping[str, Any] | None = None,
    commit: bool = False,
) -> TrialOutcome:
    """Run a task's function once, here and now.

    Changes that it makes through models are rolled back, unless ``commit`` is
    set; other effects (files, messages) are real. Raises what ``trigger``
    raises: NotFound for the task and for the row, BrokenTask, InvalidArgument
    where a row is missing or makes no sense, Unavailable.
    """
    text = stored_args(args)
    found = find_task(workspace.compilation, task)
    key = row_for(workspace, found, row)
    from jittask.data.databases import DataError
    from jittask.prelude.session import rehearsal
    from jittask.runtime.body import Bodies
    from jittask.runtime.executors.protocol import (
        Assignment,
        Completed,
        Failed,
        Unjudged,
        Withdrawn,
    )

    root, now = workspace.root, workspace.now()
    assignment = Assignment(
        run=0, token=0, attempt=1, task=found.name, row_key=key, trigger=Trigger.MANUAL,
        nominals=(now,), effective=now, version=found.version,
        timeout_seconds=found.policy.timeout_seconds, args=text,
    )  # fmt: skip
    try:
        with rehearsal(keep=commit):
            outcome = Bodies(root, root).run(assignment)
    except DataError as error:
        raise Unavailable(str(error)) from error
    match outcome:
        case Completed(result=result, seconds=seconds):
            return TrialOutcome(found.name, seconds, result, None, commit)
        case Failed(error=error_text, seconds=seconds):
            return TrialOutcome(found.name, seconds, None, error_text, commit)
        case Unjudged(detail=detail):
            raise Unavailable(detail)
        case Withdrawn(detail=detail):
            raise Conflict(detail)
        case _:
            raise AssertionError(outcome)
