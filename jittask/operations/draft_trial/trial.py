"""Tries a task from unsaved text: on a chosen row, in a process of its own, rolled back (C15).

Only changes through models are rolled back; files, messages and other effects are real.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jittask.compiler.compiled import DateFieldTask
from jittask.compiler.environment_settings import secret_names
from jittask.data.databases import DataError
from jittask.operations.draft_trial import trial_process
from jittask.operations.draft_trial.trial_process import Report, run_trial
from jittask.operations.edit.file_places import ElementFile
from jittask.operations.errors import (
    BrokenTask,
    Conflict,
    InvalidArgument,
    OperationError,
    Unavailable,
)
from jittask.operations.inspect.drafts import draft_texts
from jittask.operations.inspect.shown_rows import shown_row
from jittask.operations.manifest import refuse_broken_manifest
from jittask.operations.naming import find_task, full_name
from jittask.operations.rows import row_for
from jittask.operations.run_args import stored_args
from jittask.run_log import LogPiece
from jittask.runtime.trial_messages import TrialOrder
from jittask.store.errors import StoreError
from jittask.store.location import made_state_folder

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledTask
    from jittask.compiler.draft_files import DraftFiles
    from jittask.operations.workspace import Workspace

MOST_SECONDS = 60.0
"""A function that runs longer is ended, whatever its own limit."""
_MOST_AT_ONCE = 2
_running = threading.BoundedSemaphore(_MOST_AT_ONCE)
_FRAME = re.compile(r'^ *(?:\| +)*File "(?P<file>[^"]+)", line (?P<line>\d+)', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TrialError:
    """What went wrong in the function."""

    text: str
    """The traceback, with files as the tree names them."""
    file: str | None
    """The file of the tree in which it happened, relative to the tree."""
    line: int | None


@dataclass(frozen=True, slots=True)
class DraftTrial:
    """How a trial ended."""

    task: str
    version: str
    """Of what was tried."""
    outcome: str
    """``completed``, ``failed``, ``timeout``, or ``died`` where its process ended by itself."""
    seconds: float | None
    """How long the function took; None where it did not end."""
    result: str | None
    """What it returned, as JSON."""
    output: tuple[LogPiece, ...]
    error: TrialError | None
    filter_values: Mapping[str, Any] | None
    """What the row has in the fields that the task's filter and timing read; None without a row."""
    passes: bool | None
    """Whether the row passes the filter now; it is tried in any case."""


def try_draft(
    workspace: Workspace,
    task: str,
    texts: Mapping[ElementFile, str] | None = None,
    row: str | None = None,
    *,
    args: Mapping[str, Any] | None = None,
) -> DraftTrial:
    """Run a task's function once, with these texts instead of what is saved.

    Changes through models are rolled back, also where it is ended. Raises NotFound for the
    task and the row, BrokenTask for a text that does not load, InvalidArgument, Unavailable
    for a database that does not answer, Conflict where too many are tried already.
    """
    name, given = full_name(task), stored_args(args)
    refuse_broken_manifest(workspace.compilation.diagnostics)
    compiled, files = _compiled(workspace, name, texts or {})
    key = row_for(workspace, compiled, row)
    values, passes = _judged(workspace, compiled, key)
    if not _running.acquire(blocking=False):
        raise Conflict("other functions are being tried", "try again when they have ended")
    try:
        with _laid_out(workspace, compiled, files) as bundle:
            order = TrialOrder(
                str(workspace.root), str(bundle), name, key, given,
                min(compiled.policy.timeout_seconds or MOST_SECONDS, MOST_SECONDS),
                tuple(secret_names(workspace.compilation.reusable.environment)),
            )  # fmt: skip
            report = run_trial(order, workspace.clock)
            return _outcome(compiled, report, bundle, values, passes)
    except OSError as error:
        raise OperationError(f"it cannot be tried: {error.strerror or error}") from error
    finally:
        _running.release()


def _compiled(
    workspace: Workspace, name: str, texts: Mapping[ElementFile, str]
) -> tuple[CompiledTask, DraftFiles]:
    if not texts:
        find_task(workspace.compilation, name)
    try:
        task, found, files = workspace.drafts.compile_task(
            name, draft_texts(workspace, name, texts)
        )
    except UnicodeEncodeError as error:
        raise InvalidArgument("files", "a text holds half of a character") from error
    if task is None:
        first = next((finding for finding in found if finding.is_error), None)
        why = "it has no e.json" if first is None else _placed(first.message, first.location.line)
        raise BrokenTask(f"{name} cannot load: {why}", "fix what is marked first")
    return task, files


def _placed(message: str, line: int | None) -> str:
    return message if line is None else f"line {line}: {message}"


def _judged(
    workspace: Workspace, task: CompiledTask, key: str
) -> tuple[Mapping[str, Any] | None, bool | None]:
    """Return what the row has in the fields that matter, and whether it passes the filter."""
    if not isinstance(task, DateFieldTask):
        return None, None
    try:
        rows = workspace.data.rows(task.model)
        judged = rows.judged(key, task.filter, workspace.now(), task.timer.zone)
    except DataError as error:
        raise Unavailable(str(error)) from error
    if judged is None:
        raise Conflict("the row has just gone")
    row, passes = judged
    conditions = () if task.filter is None else task.filter.conditions()
    fields = dict.fromkeys([*task.timer.fields, *(each.field for each in conditions)])
    values = shown_row(rows, row).values
    return {field: values.get(field) for field in fields}, passes


@contextmanager
def _laid_out(workspace: Workspace, task: CompiledTask, files: DraftFiles) -> Iterator[Path]:
    """Give a folder with the task's bundle; it is gone afterwards."""
    try:
        state = made_state_folder(workspace.root)
    except StoreError as error:
        raise OperationError(str(error), error.hint) from error
    bundle = Path(tempfile.mkdtemp(prefix="try-", dir=state))
    try:
        (bundle / "app.json").write_text(task.manifest, encoding="utf-8")
        for name in task.bundle:
            copy = bundle / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(files.read(name))
        yield bundle
    finally:
        shutil.rmtree(bundle, ignore_errors=True)


def _outcome(
    task: CompiledTask,
    report: Report,
    bundle: Path,
    values: Mapping[str, Any] | None,
    passes: bool | None,
) -> DraftTrial:
    end = report.end
    if end is not None and end.refused is not None:
        raise Unavailable(end.refused)
    if report.timed_out and not report.began:
        raise Unavailable(
            f"the code was not loaded within {trial_process.START_SECONDS:g} s",
            "the machine may be busy, or an import does not end; try again",
        )
    error, result, seconds, outcome = None, None, None, "timeout" if report.timed_out else "died"
    if end is not None:
        result, seconds = end.result, end.seconds
        outcome = "completed" if end.error is None else "failed"
        error = None if end.error is None else _error(end.error, bundle)
    elif not report.timed_out:
        error = TrialError(_death(report.exit_status), None, None)
    return DraftTrial(
        task.name, task.version, outcome, seconds, result, report.output, error, values, passes
    )


def _error(text: str, bundle: Path) -> TrialError:
    """Return a traceback with the tree's names of files, and the innermost place in them."""
    places = [
        (Path(found["file"]).relative_to(bundle).as_posix(), int(found["line"]))
        for found in _FRAME.finditer(text)
        if Path(found["file"]).is_relative_to(bundle)
    ]
    file, line = places[-1] if places else (None, None)
    return TrialError(text.replace(f"{bundle}/", ""), file, line)


def _death(status: int | None) -> str:
    from jittask.runtime.executors.death import cause

    if status is None:
        return "its process does not report any more"
    return f"its process ended by itself: {cause(status, out_of_memory=False)}"
