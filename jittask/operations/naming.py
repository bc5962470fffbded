"""Which task, run or row is meant by what somebody wrote (rule V5)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from jittask.model import ElementKind, FieldType, Run
from jittask.operations.errors import BrokenTask, InvalidArgument, NotFound
from jittask.operations.manifest import refuse_broken_manifest

if TYPE_CHECKING:
    from jittask.compiler.compiled import (
        Compilation,
        CompiledApp,
        CompiledTask,
        DateFieldTask,
    )
    from jittask.model import FieldInfo
    from jittask.operations.workspace import Workspace
    from jittask.store import StoreReader

_Choice = TypeVar("_Choice", bound=StrEnum)
_NAMES_SHOWN = 10
_LAST_RUN = 2**63 - 1
"""The greatest number that a run store can keep; drivers refuse to look for more."""
_UUID_DIGITS = 32
_NUMBER_KEYS = frozenset({FieldType.INTEGER, FieldType.FLOAT})


def full_name(name: str) -> str:
    """Return a task's name with ``tasks.`` in front, which may be left out."""
    return name if name.startswith("tasks.") else f"tasks.{name}"


def find_task(compilation: Compilation, name: str) -> CompiledTask:
    """Return the task of that name. Raises BrokenTask where it cannot load, NotFound."""
    full = full_name(name)
    task = compilation.app.tasks.get(full)
    if task is not None:
        return task
    if full in compilation.broken:
        first = next(finding for finding in compilation.of(full) if finding.is_error)
        place = f"{first.location.file}:{first.location.line}:{first.location.column}"
        raise BrokenTask(f"{full} cannot load: {place}: {first.message}", "see jittask validate")
    raise no_task(name, task_names(compilation.app))


def rows_task(workspace: Workspace, name: str) -> DateFieldTask | None:
    """Return the task of that name if it fires for rows; None for a scheduled one.

    Raises what ``find_task`` raises, and Conflict where ``app.json`` cannot be used.
    """
    from jittask.compiler.compiled import DateFieldTask

    refuse_broken_manifest(workspace.compilation.diagnostics)
    task = find_task(workspace.compilation, name)
    return task if isinstance(task, DateFieldTask) else None


def existing_task_name(compilation: Compilation, name: str) -> str:
    """Return the full name of a task, which may be broken. Raises NotFound."""
    full = full_name(name)
    if full in compilation.app.tasks or full in compilation.broken:
        return full
    raise no_task(name, task_names(compilation.app))


def task_names(app: CompiledApp) -> list[str]:
    """Return the full names of all tasks, broken ones too."""
    return [element.name for element in app.elements.values() if element.kind is ElementKind.TASK]


def no_task(name: str, known: Sequence[str]) -> NotFound:
    """Return the error of a name that no task has, with the one meant, or the first that exist."""
    short = name.removeprefix("tasks.").lower()
    names = {task.removeprefix("tasks.").lower(): task for task in known}
    same_end = [task for key, task in names.items() if key.rpartition(".")[2] == short]
    near = same_end or [names[key] for key in difflib.get_close_matches(short, names, 1)]
    if near:
        return NotFound(f"no task {name!r}", f"did you mean {near[0]}?")
    if not known:
        return NotFound(f"no task {name!r}", "the tree has none; make one: jittask new")
    more = f" and {len(known) - _NAMES_SHOWN:,} more" if len(known) > _NAMES_SHOWN else ""
    return NotFound(f"no task {name!r}", f"there are: {', '.join(known[:_NAMES_SHOWN])}{more}")


def member(choices: type[_Choice], given: str, argument: str) -> _Choice:
    """Return the choice that is written so. Raises InvalidArgument, which lists them all."""
    try:
        return choices(given)
    except ValueError:
        known = ", ".join(choices)
        raise InvalidArgument(argument, f"expected one of {known}, got {given!r}") from None


def find_run(store: StoreReader, number: int) -> Run:
    """Return the run of that number. Raises NotFound."""
    run = store.run(number) if abs(number) <= _LAST_RUN else None
    if run is None:
        raise NotFound(f"no run {number}", "jittask records lists them")
    return run


# --- rows (D4)


class KeyedModel(Protocol):
    """A model of which the key is known, where it is known: as declared, or by its table."""

    @property
    def name(self) -> str:
        """Its full name."""

    @property
    def key_fields(self) -> tuple[FieldInfo, ...]:
        """The primary key's fields, in order; empty where they are not known."""


def shown_row_key(stored: str) -> str:
    """Return a stored row key as people read and write it; empty where there is no row.

    A key of one text, number or UUID is plain text; a key of several columns is
    its JSON list. A text that would be read as JSON itself, because it has quotes or
    brackets, stays JSON. What is not JSON, as older versions stored it, is returned as it is.
    """
    value = _parsed(stored)
    return value if isinstance(value, str) and not _reads_as_json(value) else stored


def stored_row_key(model: KeyedModel, text: str) -> str:
    """Return the row key that runs of ``model`` are stored with: the JSON of its key columns.

    ``text`` is a shown key; a stored one is accepted too. Where the columns of
    the model are not known, a whole number is taken as a number. Raises
    InvalidArgument for ``row``.
    """
    fields = model.key_fields
    value = _parsed(text)
    if len(fields) > 1:
        if not isinstance(value, list) or len(value) != len(fields):
            names = ", ".join(field.name for field in fields)
            hint = f"write the values as a JSON list, for example {_example(model)}"
            message = f"{model.name}: a row is named by its {names}, got {text!r}"
            raise InvalidArgument("row", message, hint)
        typed = [_typed(item, field.type, text) for item, field in zip(value, fields, strict=True)]
        return json.dumps(typed, ensure_ascii=False)
    if isinstance(value, list) and (not fields or len(value) == len(fields)):
        return json.dumps(value if len(value) > 1 else value[0], ensure_ascii=False)
    if isinstance(value, str):
        text = value
    if not fields:
        whole = isinstance(value, int) and not isinstance(value, bool) and str(value) == text
        return text if whole else json.dumps(text, ensure_ascii=False)
    return json.dumps(_typed(text, fields[0].type, text), ensure_ascii=False)


def row_key_forms(text: str) -> tuple[str, ...]:
    """Return every form in which a shown row key may be stored, older ones too.

    For finding runs: a number may be stored as a number or, where its column
    holds text, as a text; a UUID with hyphens or, where its column holds bytes,
    without; older versions stored what was written by hand.
    """
    forms = {text: None, json.dumps(text, ensure_ascii=False): None}
    value = _parsed(text)
    if isinstance(value, str):
        forms[value] = None
    elif value is not None:
        forms[json.dumps(value, ensure_ascii=False)] = None
    forms |= dict.fromkeys(_uuid_forms(value if isinstance(value, str) else text))
    return tuple(forms)


def _uuid_forms(text: str) -> tuple[str, ...]:
    """Return how a UUID may be stored; nothing for another text."""
    digits = text.replace("-", "").lower()
    if len(digits) != _UUID_DIGITS or not set(digits) <= set("0123456789abcdef"):
        return ()
    places = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
    hyphenated = "-".join(digits[first:last] for first, last in places)
    return json.dumps(digits), json.dumps(hyphenated)


def _reads_as_json(text: str) -> bool:
    return isinstance(_parsed(text), str | list)


def _parsed(text: str) -> Any:
    """Return the JSON value of a text; None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _typed(value: object, kind: FieldType, text: str) -> object:
    """Return a key column's value as JSON holds it."""
    if kind not in _NUMBER_KEYS:
        return value if isinstance(value, str) else str(value)
    try:
        number: object = int(str(value)) if kind is FieldType.INTEGER else float(str(value))
    except ValueError:
        raise InvalidArgument("row", f"expected a number as the key, got {text!r}") from None
    return number


def _example(model: KeyedModel) -> str:
    values = [1 if field.type in _NUMBER_KEYS else field.name for field in model.key_fields]
    return f"'{json.dumps(values, ensure_ascii=False)}'"
