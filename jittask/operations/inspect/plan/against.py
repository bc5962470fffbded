"""What an edit changes in a plan: this tree against the same tree at a git ref (rule V4)."""

from __future__ import annotations

from dataclasses import dataclass

from jittask.operations.inspect.plan.baseline import at_ref
from jittask.operations.inspect.plan.difference import TaskDifference, Version, compare
from jittask.operations.inspect.plan.window import Window
from jittask.operations.naming import full_name, no_task
from jittask.operations.workspace import Workspace
from jittask.schedule.words import Language


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """The differences, by task, and what they are measured against."""

    ref: str
    commit: str
    exists: bool
    """Whether the tree exists at the ref."""
    tasks: tuple[TaskDifference, ...]


def plan_difference(
    workspace: Workspace,
    ref: str,
    window: Window,
    *,
    task: str | None = None,
    language: Language = Language.ENGLISH,
) -> PlanDifference:
    """Compare the plan of the tree with that at ``ref``; of one task where it is given.

    Raises NotFound where there is no such ref, or neither version has the task;
    OperationError where git cannot be asked.
    """
    from jittask.compiler import compile_tree

    with at_ref(workspace.root, ref) as baseline:
        before = Version.of(compile_tree(baseline.root)) if baseline.exists else Version()
    after = Version.of(workspace.compilation)
    if task is not None:
        before, after = _only(task, before, after)
    found = compare(before, after, window.begin, window.until, language)
    return PlanDifference(ref, baseline.commit, baseline.exists, tuple(found))


def _only(name: str, before: Version, after: Version) -> tuple[Version, Version]:
    """Return the versions with one task only. Raises NotFound where neither has it."""
    full = full_name(name)
    names = before.names | after.names
    if full not in names:
        raise no_task(name, sorted(names))
    return before.only(full), after.only(full)
