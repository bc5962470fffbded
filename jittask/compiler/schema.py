"""Validates a JSON file against its schema, and words what is wrong (rule F10)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from jittask.compiler.findings import Findings
from jittask.compiler.source import Pointer, Source
from jittask.model import ElementKind, TaskType

_HERE = Path(__file__).parent
SCHEMA_FOLDER = next(
    folder for folder in (_HERE.parent / "schemas", _HERE.parents[1] / "schemas") if folder.is_dir()
)

JITAI_KEYS = frozenset(
    {
        "$schema", "accessModifier", "author", "backendBundleEntry", "callable", "category",
        "componentList", "configFile", "connectType", "createTime", "dbConfig", "dataTitle",
        "dbTable", "expandFunctionList", "frontBundleEntry", "functionList", "icon", "id", "lock",
        "modelType", "name", "noticeCfg", "requirements", "shape", "sort", "status", "timerDesc",
        "titleI18n", "unionIndexList", "unionUniqueList", "updateTime", "version", "visible",
    }
)  # fmt: skip
"""Keys that JitAi writes and we do not use: they pass without a word."""

_OF_KIND = {
    ElementKind.TASK: "task",
    ElementKind.SERVICE: "service",
    ElementKind.MODEL: "model",
    ElementKind.DATABASE: "database",
}
_TYPES = {
    "object": "an object",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "null": "null",
    "boolean": "true or false",
}


def check_element(source: Source, kind: ElementKind, findings: Findings) -> None:
    """Check an element's ``e.json``; a task against the schema of its own type."""
    if not _is_object(source, findings):
        return
    name = _OF_KIND[kind]
    schema = _schema(name)
    if kind is ElementKind.TASK:
        written = source.data.get("type")
        if written not in list(TaskType):
            _bad_type(source, [one.value for one in TaskType], findings)
            return
        schema = _task_schema(str(written))
    elif source.data.get("type") not in schema["properties"]["type"]["enum"]:
        _bad_type(source, schema["properties"]["type"]["enum"], findings)
        return
    _check(source, schema, findings)


def check_app(source: Source, findings: Findings) -> None:
    """Check ``app.json``."""
    if _is_object(source, findings):
        _check(source, _schema("app"), findings)


def _is_object(source: Source, findings: Findings) -> bool:
    if isinstance(source.data, dict):
        return True
    findings.add("wrong-type", source.value(()), f"expected an object, got {_shown(source.data)}")
    return False


def _bad_type(source: Source, known: list[str], findings: Findings) -> None:
    written = source.data.get("type")
    if "type" not in source.data:
        findings.add("missing-key", source.value(()), "the key 'type' is missing", _one_of(known))
        return
    near = difflib.get_close_matches(str(written), known, 1, 0.5)
    hint = f"did you mean {near[0]!r}?" if near else _one_of(known)
    findings.add("unknown-type", source.value(("type",)), f"no type {written!r} here", hint)


def _check(source: Source, schema: dict[str, Any], findings: Findings) -> None:
    for pointer, key, known in _unknown_keys(source.data, schema, schema, ()):
        near = difflib.get_close_matches(key, known, 1, 0.75)
        place = source.key((*pointer, key))
        if near and near[0] not in _at(source.data, pointer):
            findings.add(
                "misspelt-key", place, f"no key {key!r} here", f"did you mean {near[0]!r}?"
            )
        else:
            findings.add("unknown-key", place, f"the key {key!r} is not used", _one_of(known))
    misspelt = any(one.code == "misspelt-key" for one in findings.found)
    for error in sorted(_validator_of(schema).iter_errors(source.data), key=_order):
        if not (misspelt and error.validator == "required"):
            _word(error, source, findings)


def _word(error: ValidationError, source: Source, findings: Findings) -> None:
    pointer: Pointer = tuple(error.absolute_path)
    name = str(pointer[-1]) if pointer else "the file"
    instance: Any = error.instance
    got = _shown(instance)
    schema: Any = error.schema
    known_values: Any = error.validator_value
    hint = _example(schema)
    match error.validator:
        case "required":
            missing = next(key for key in known_values if key not in instance)
            findings.add("missing-key", source.key(pointer), f"the key {missing!r} is missing")
        case "enum" | "const":
            listed = known_values
            known = listed if isinstance(listed, list) else [listed]
            near = difflib.get_close_matches(str(error.instance), [str(one) for one in known], 1)
            words = ", ".join(_shown(one) for one in known)
            hint = f"did you mean {_shown(near[0])}?" if near else schema.get("description")
            findings.add(
                "bad-value", source.value(pointer), f"{name}: expected {words}, got {got}", hint
            )
        case "type":
            kinds = known_values
            wanted = [kinds] if isinstance(kinds, str) else kinds
            words = " or ".join(_TYPES[one] for one in wanted)
            findings.add(
                "wrong-type", source.value(pointer), f"{name}: expected {words}, got {got}", hint
            )
        case "pattern":
            findings.add(
                "bad-value",
                source.value(pointer),
                f"{name}: {got} has not the form it should",
                hint,
            )
        case "minimum" | "exclusiveMinimum" | "maximum":
            bound = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
            words = f"{bound[str(error.validator)]} {error.validator_value}"
            findings.add(
                "bad-value", source.value(pointer), f"{name}: expected {words}, got {got}", hint
            )
        case _:
            findings.add(
                "bad-value", source.value(pointer), f"{name}: {got} is not a value of it", hint
            )


def _unknown_keys(
    data: Any, schema: Mapping[str, Any], whole: Mapping[str, Any], pointer: Pointer
) -> Iterator[tuple[Pointer, str, list[str]]]:
    while "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    for branch in schema.get("oneOf", ()):
        if branch.get("type") == "object" and isinstance(data, dict):
            schema = branch
    properties = schema.get("properties")
    if not isinstance(data, dict) or properties is None:
        return
    for key, value in data.items():
        if key in properties:
            yield from _unknown_keys(value, properties[key], whole, (*pointer, key))
        elif key not in JITAI_KEYS:
            yield pointer, key, list(properties)


def _at(data: Any, pointer: Pointer) -> Any:
    for part in pointer:
        data = data[part]
    return data


def _order(error: ValidationError) -> tuple[str, ...]:
    return tuple(str(part) for part in error.absolute_path)


def _example(schema: Mapping[str, Any]) -> str | None:
    examples = schema.get("examples")
    return f"for example: {_shown(examples[0])}" if examples else None


def _one_of(known: list[str]) -> str:
    return "known are: " + ", ".join(known)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"


@lru_cache(maxsize=8)
def _schema(name: str) -> dict[str, Any]:
    path = SCHEMA_FOLDER / f"{name}.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=2)
def _task_schema(task_type: str) -> dict[str, Any]:
    """Return the part of the task schema that is about one type, so that errors are too."""
    whole = _schema("task")
    part = "dateField" if task_type == TaskType.DATE_FIELD else "scheduled"
    return {**whole["$defs"][part], "$defs": whole["$defs"]}


_VALIDATORS: dict[int, Draft202012Validator] = {}


def _validator_of(schema: dict[str, Any]) -> Draft202012Validator:
    found = _VALIDATORS.get(id(schema))
    if found is None:
        found = _VALIDATORS[id(schema)] = Draft202012Validator(schema)
    return found
