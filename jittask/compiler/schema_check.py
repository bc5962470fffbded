"""Checks a JSON file against its schema: quickly, and in detail where it is wrong (F10, V7)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from jittask.compiler.findings import Findings
from jittask.compiler.json_spans import Pointer
from jittask.compiler.misplaced_keys import place_of, written_there
from jittask.compiler.schema_words import shown, word_mistake
from jittask.compiler.schemas import part_of, schema
from jittask.compiler.source import Source

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

JITAI_KEYS = frozenset(
    {
        "$schema", "accessModifier", "author", "backendBundleEntry", "callable", "category",
        "componentList", "configFile", "connectType", "createTime", "dataTitle", "dbAlias",
        "dbConfig", "dbTable", "dbType", "expandFunctionList", "frontBundleEntry", "functionList",
        "icon", "id", "lock", "modelType", "name", "noticeCfg", "requirements", "shape", "sort",
        "status", "timerDesc", "titleI18n", "unionIndexList", "unionUniqueList", "updateTime",
        "variables", "version", "visible",
    }
)  # fmt: skip
"""Keys that JitAi writes and we do not use: they are accepted without a message."""


def check_schema(source: Source, name: str, part: str | None, findings: Findings) -> bool:
    """Check a file against a schema, or the part of one; False where it is no object."""
    if not is_object(source, findings):
        return False
    if not _is_sound(source.data, name, part):
        _report(source, name, part, findings)
    return True


def is_object(source: Source, findings: Findings) -> bool:
    """Whether a file holds an object; where it does not, that is a finding."""
    if isinstance(source.data, dict):
        return True
    findings.add("wrong-type", source.value(()), f"expected an object, got {shown(source.data)}")
    return False


def _report(source: Source, name: str, part: str | None, findings: Findings) -> None:
    for unknown in _unknown_keys(source.data, part_of(name, part), schema(name), ()):
        _report_unknown(unknown, source, part_of(name, part), findings)
    misspelt = any(finding.code in ("misspelt-key", "misplaced-key") for finding in findings.found)
    for error in sorted(_validator(name, part).iter_errors(source.data), key=_order):
        if not (misspelt and error.validator == "required"):
            word_mistake(error, source, findings)


def _report_unknown(
    unknown: tuple[Pointer, str, list[str]],
    source: Source,
    part: Mapping[str, Any],
    findings: Findings,
) -> None:
    pointer, key, known = unknown
    near = difflib.get_close_matches(key, known, 1, 0.75)
    place, beside = source.key((*pointer, key)), _at(source.data, pointer)
    if near and near[0] not in beside:
        findings.add("misspelt-key", place, f"no key {key!r} here", f"did you mean {near[0]!r}?")
        return
    belongs = place_of(key, pointer, part)
    if belongs is not None:
        hint = f"write {written_there(belongs, beside[key])}"
        findings.add("misplaced-key", place, f"the key {key!r} is not used here", hint)
        return
    findings.add("unknown-key", place, f"the key {key!r} is not used", one_of(known))


def _is_sound(data: Any, name: str, part: str | None) -> bool:
    """Say quickly that nothing is wrong; what is wrong is for ``jsonschema`` to say.

    Stricter than the schema: an unknown key is unsound too.
    """
    try:
        return _quick(name, part).is_valid(data)
    except ValueError:  # a number that is too large for Rust
        return False


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


def one_of(known: Iterable[str]) -> str:
    """Return a hint that lists what is known."""
    return "known are: " + ", ".join(known)


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
        return [_closed(value) for value in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict) and "type" in node:
        passing = dict.fromkeys(JITAI_KEYS, True)
        closed["properties"] = {**passing, **closed["properties"]}
        closed["additionalProperties"] = False
    return closed
