"""Finds what a task runs: ``inner.py`` or a service's function (rule F3)."""

from __future__ import annotations

import difflib

from jittask.compiler.findings import Findings
from jittask.compiler.functions import INNER, inner_function, service_function, template_of
from jittask.compiler.near_file import instead_of
from jittask.compiler.source import Source
from jittask.compiler.task_files import Surroundings, TaskFiles
from jittask.model import FunctionRef


def check_enabled(source: Source, findings: Findings) -> None:
    """Warn where nothing says whether the task is on."""
    if "enable" in source.data:
        return
    misspelt = any(difflib.get_close_matches(key, ["enable"], 1, 0.75) for key in source.data)
    if not misspelt:
        findings.add(
            "missing-enable",
            source.value(()),
            "the key 'enable' is missing, so the task is on",
            'write "enable": 1',
        )


def task_function(
    task: TaskFiles, rows: int, around: Surroundings, findings: Findings
) -> FunctionRef | None:
    """Return the function that ``funcType`` and ``func`` name."""
    source = task.source
    if source.data.get("funcType", "Inner") == "Inner":
        for key in ("func", "taskFunc"):
            if source.data.get(key):
                findings.add(
                    "key-without-effect",
                    source.key((key,)),
                    f"{key} is not used where funcType is Inner",
                    'remove it, or set "funcType": "Global"',
                )
        if task.inner is not None:
            return inner_function(task.name, task.inner, rows, findings)
        if not task.has_inner:
            place = source.value(("funcType",) if "funcType" in source.data else ())
            message = "inner.py is missing beside e.json"
            folder = source.file.rpartition("/")[0]
            hint = instead_of(around.reading.files, folder, INNER) or template_of(rows)
            findings.add("inner-missing", place, message, hint)
        return None
    if task.has_inner:
        findings.add(
            "unused-inner",
            source.value(("funcType",)),
            "funcType is Global, so inner.py is not used",
            'remove inner.py, or set "funcType": "Inner"',
        )
    return service_function(source, around.services, rows, findings)
