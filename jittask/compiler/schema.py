"""Validates a JSON file against its schema, and words what is wrong (rule F10)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from jittask.compiler.findings import Findings
from jittask.compiler.schemas import part_of, schema
from jittask.compiler.source import Pointer, Source
from jittask.model import ElementKind, TaskType

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

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
_PARTS = {"tasks.NormalType": "scheduled", "tasks.DateFieldType": "dateField"}
_TYPES = {
    "object": "an object",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "null": "null",
    "boolean": "true or false",
}


def check_element(source: Source, kind: ElementKind, findings: Findings) -> bool:
    """Check an element's ``e.json``, a task against the schema of its own type.

    False where its type is not known, so that nothing more can be said of it.
    """
    if not _is_object(source, findings):
        return False
    name = _OF_KIND[kind]
    written = source.data.get("type")
    if kind is ElementKind.TASK:
        known = [one.value for one in TaskType]
    else:
        known = schema(name)["properties"]["type"]["enum"]
    if written not in known:
        _bad_type(source, kind, known, findings)
        return False
    part = _PARTS.get(written) if kind is ElementKind.TASK else None
    _check(source, name, part, findings)
    return True


def check_app(source: Source, findings: Findings) -> bool:
    """Check ``app.json``; False where it is no object, so that nothing can be read of it."""
    if not _is_object(source, findings):
        return False
    _check(source, "app", None, findings)
    return True


def check_database_settings(source: Source, findings: Findings) -> bool:
    """Check a database's own settings file; False where it is no object."""
    if not _is_object(source, findings):
        return False
    _check(source, "database", "settings", findings)
    return True


def _is_object(source: Source, findings: Findings) -> bool:
    if isinstance(source.data, dict):
        return True
    findings.add("wrong-type", source.value(()), f"expected an object, got {_shown(source.data)}")
    return False


def _bad_type(source: Source, kind: ElementKind, known: list[str], findings: Findings) -> None:
    written = source.data.get("type")
    if "type" not in source.data:
        findings.add("missing-key", source.value(()), "the key 'type' is missing", _one_of(known))
        return
    place = source.value(("type",))
    top, _, rest = str(written).partition(".")
    near = difflib.get_close_matches(str(written), known, 1, 0.75)
    if not near and rest and top != kind.value and top in _OF_KIND:
        message = f"a {top} element stands under {kind.value}/"
        findings.add(
            "wrong-folder", place, message, f"move it to {top}/, or give it a type of this folder"
        )
    elif not near and rest and top == kind.value:
        message = f"the custom type {written} is not run here"
        findings.add("custom-type", place, message, _one_of(known))
    else:
        hint = f"did you mean {near[0]!r}?" if near else _one_of(known)
        findings.add("unknown-type", place, f"no type {_shown(written)} here", hint)


def _check(source: Source, name: str, part: str | None, findings: Findings) -> None:
    if _is_sound(source.data, name, part):
        return
    whole = schema(name)
    mine = part_of(name, part)
    for pointer, key, known in _unknown_keys(source.data, mine, whole, ()):
        near = difflib.get_close_matches(key, known, 1, 0.75)
        place = source.key((*pointer, key))
        if near and near[0] not in _at(source.data, pointer):
            findings.add(
                "misspelt-key", place, f"no key {key!r} here", f"did you mean {near[0]!r}?"
            )
        else:
            findings.add("unknown-key", place, f"the key {key!r} is not used", _one_of(known))
    misspelt = any(one.code == "misspelt-key" for one in findings.found)
    for error in sorted(_validator(name, part).iter_errors(source.data), key=_order):
        if not (misspelt and error.validator == "required"):
            _word(error, source, findings)


def _is_sound(data: Any, name: str, part: str | None) -> bool:
    """Say quickly that nothing is wrong; what is wrong is for ``jsonschema`` to say.

    Stricter than the schema: an unknown key is unsound too.
    """
    try:
        return _quick(name, part).is_valid(data)
    except ValueError:  # a number that Rust has no room for
        return False


def _word(
    error: ValidationError, source: Source, findings: Findings, example: str | None = None
) -> None:
    """Word one mistake; ``example``: a hint where its own part of the schema has none."""
    pointer: Pointer = tuple(error.absolute_path)
    name = next((part for part in reversed(pointer) if isinstance(part, str)), "the file")
    instance: Any = error.instance
    got = _shown(instance)
    schema: Any = error.schema
    known_values: Any = error.validator_value
    hint = _example(schema) or example
    match error.validator:
        case "required":
            missing = next(key for key in known_values if key not in instance)
            findings.add("missing-key", source.key(pointer), f"the key {missing!r} is missing")
        case "enum" | "const":
            listed = known_values
            known = listed if isinstance(listed, list) else [listed]
            by_text = {str(one): one for one in known}
            near = difflib.get_close_matches(str(error.instance), by_text, 1)
            words = " or ".join(
                filter(None, (", ".join(map(_shown, known[:-1])), _shown(known[-1])))
            )
            meant = f"did you mean {_shown(by_text[near[0]])}?" if near else None
            hint = meant or schema.get("description")
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
            example = schema.get("examples", ["…"])[0]
            findings.add(
                "bad-value",
                source.value(pointer),
                f"{name}: expected a text like {_shown(example)}, got {got}",
                schema.get("description"),
            )
        case "minimum" | "exclusiveMinimum" | "maximum":
            bound = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
            words = f"{bound[str(error.validator)]} {error.validator_value}"
            findings.add(
                "bad-value", source.value(pointer), f"{name}: expected {words}, got {got}", hint
            )
        case "minLength":
            message = f"{name}: expected {error.validator_value} characters or more, got {got}"
            findings.add("bad-value", source.value(pointer), message, hint)
        case "not":
            message = f"{name}: expected a number from 1, or -1 for the last, got {got}"
            findings.add("bad-value", source.value(pointer), message)
        case "oneOf":
            _word_branch(error, source, findings)
        case _:
            findings.add("bad-value", source.value(pointer), f"{name}: {got} does not fit", hint)


def _word_branch(error: ValidationError, source: Source, findings: Findings) -> None:
    """Word what is wrong with the branch that is meant: the one of the value's own type."""
    whole: Any = error.schema
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    for found in branches.values():
        if not any(one.validator == "type" and not one.path for one in found):
            _word(found[0], source, findings, _example(whole))
            return
    pointer: Pointer = tuple(error.absolute_path)
    branch_schemas: Any = error.validator_value
    words = _either([_TYPES[one["type"]] for one in branch_schemas if one["type"] != "null"])
    message = f"{pointer[-1]}: expected {words}, got {_shown(error.instance)}"
    findings.add("wrong-type", source.value(pointer), message, _example(whole))


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


def _either(words: list[str]) -> str:
    return " or ".join([*filter(None, [", ".join(words[:-1])]), words[-1]])


def _one_of(known: list[str]) -> str:
    return "known are: " + ", ".join(known)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"


@lru_cache
def _validator(name: str, part: str | None) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # late: a tree without mistakes never needs it

    return Draft202012Validator(part_of(name, part))


@lru_cache
def _quick(name: str, part: str | None) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_closed(part_of(name, part)))


def _closed(node: Any) -> Any:
    """Return the schema with every object closed but for the keys that JitAi writes."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict) and "type" in node:
        passing = dict.fromkeys(JITAI_KEYS, True)
        closed["properties"] = {**passing, **closed["properties"]}
        closed["additionalProperties"] = False
    return closed
