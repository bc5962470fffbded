"""The settings of ``app.json`` that the environment may give instead (rule F2).

They are those that a place decides, and not the app: where the run store is, how
long records are kept, how the runtime runs. What a task means (zone, calendar,
policy) is in the files alone, so that what was reviewed is what fires.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jittask.compiler.findings import Findings
from jittask.compiler.json_spans import Pointer
from jittask.compiler.schema_check import check_schema
from jittask.compiler.schemas import schema
from jittask.compiler.source import Source

STORE_VARIABLE = "JITTASK_STORE"
_PREFIX = "JITTASK_"
_SETTINGS = ("store", "retentionDays")
_GROUP = "runtime"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache
def setting_variables() -> Mapping[str, Pointer]:
    """Return the place in ``app.json`` of each setting that a variable may give, by variable."""
    known = schema("app")["properties"]["settings"]["properties"]
    pointers: list[Pointer] = [("settings", key) for key in _SETTINGS]
    pointers += [("settings", _GROUP, key) for key in known[_GROUP]["properties"]]
    return {_variable(str(pointer[-1])): pointer for pointer in pointers}


def secret_names(asked: Iterable[str]) -> frozenset[str]:
    """Return which of the variables that a tree has asked for may be secrets (U5).

    A number of workers is none: masked, it would be taken out of every log.
    """
    return frozenset(asked) - (setting_variables().keys() - {STORE_VARIABLE})


def _variable(key: str) -> str:
    return _PREFIX + _CAPITAL.sub("_", key).upper()


def given(environment: Mapping[str, str]) -> Iterator[tuple[str, Pointer]]:
    """Yield the variables that give a setting; an empty one gives none."""
    for variable, pointer in setting_variables().items():
        if variable in environment and environment[variable].strip():
            yield variable, pointer


def with_environment(
    data: Mapping[str, Any], environment: Mapping[str, str], findings: Findings, source: Source
) -> dict[str, Any]:
    """Return the manifest's data with the settings that the environment gives.

    A value that its schema does not allow is a finding, and is left out. The
    store's address stays a reference, which is resolved where it is opened: it
    may have a password.
    """
    filled = dict(data)
    for variable, pointer in given(environment):
        if variable == STORE_VARIABLE:
            filled = _put(filled, pointer, f"${{{variable}}}")
            continue
        text = environment[variable].strip()
        value, mistake = _read(text, pointer)
        if mistake is None:
            filled = _put(filled, pointer, value)
            continue
        code, message, hint = mistake
        findings.add(code, source.value(pointer), f"{variable}: {message}", hint)
    return filled


def _read(text: str, pointer: Pointer) -> tuple[object, tuple[str, str, str | None] | None]:
    """Return what a variable says, as JSON or as plain text, or what is wrong with it."""
    candidates = _readings(text)
    found: list[Findings] = []
    for value in candidates:
        about = Findings(None)
        data = _put({}, pointer, value)
        check_schema(Source("app.json", json.dumps(data), data), "app", None, about)
        if not about.found:
            return value, None
        found.append(about)
    first = found[0].found[0]
    message = first.message.removeprefix(f"{pointer[-1]}: ")
    return None, (first.code, message, first.hint)


def _readings(text: str) -> list[object]:
    """Return what a text may mean: JSON first, where it is JSON, and then itself."""
    try:
        return [json.loads(text), text]
    except ValueError:
        return [text]


def _put(data: Mapping[str, Any], pointer: Pointer, value: object) -> dict[str, Any]:
    """Return data with a value at ``pointer``; what is on the way there is copied."""
    key, *rest = pointer
    inner = data.get(str(key))
    below = inner if isinstance(inner, Mapping) else {}
    return {**data, str(key): _put(below, tuple(rest), value) if rest else value}
