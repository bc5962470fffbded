"""Words what a JSON file has that its schema does not allow (rule F10)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jittask.compiler.findings import Findings
from jittask.compiler.json_spans import Pointer
from jittask.compiler.source import Source

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_TYPES = {
    "object": "an object",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "null": "null",
    "boolean": "true or false",
}


def word_mistake(
    error: ValidationError, source: Source, findings: Findings, example: str | None = None
) -> None:
    """Word one mistake; ``example``: a hint where its own part of the schema has none."""
    pointer: Pointer = tuple(error.absolute_path)
    name = next((part for part in reversed(pointer) if isinstance(part, str)), "the file")
    instance: Any = error.instance
    got = shown(instance)
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
            by_text = {str(value): value for value in known}
            near = difflib.get_close_matches(str(error.instance), by_text, 1)
            words = " or ".join(filter(None, (", ".join(map(shown, known[:-1])), shown(known[-1]))))
            meant = f"did you mean {shown(by_text[near[0]])}?" if near else None
            hint = meant or schema.get("description")
            findings.add(
                "bad-value", source.value(pointer), f"{name}: expected {words}, got {got}", hint
            )
        case "type":
            kinds = known_values
            types = [kinds] if isinstance(kinds, str) else kinds
            words = " or ".join(_TYPES[name] for name in types)
            findings.add(
                "wrong-type", source.value(pointer), f"{name}: expected {words}, got {got}", hint
            )
        case "pattern":
            example = schema.get("examples", ["…"])[0]
            findings.add(
                "bad-value",
                source.value(pointer),
                f"{name}: expected a text like {shown(example)}, got {got}",
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
        case "minProperties":
            names = " or ".join(schema.get("properties", ()))
            findings.add("bad-value", source.value(pointer), f"{name}: expected {names}", hint)
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
        if not any(inner.validator == "type" and not inner.path for inner in found):
            word_mistake(found[0], source, findings, whole.get("description") or _example(whole))
            return
    pointer: Pointer = tuple(error.absolute_path)
    branch_schemas: Any = error.validator_value
    words = _either(
        [_TYPES[branch["type"]] for branch in branch_schemas if branch["type"] != "null"]
    )
    message = f"{pointer[-1]}: expected {words}, got {shown(error.instance)}"
    findings.add("wrong-type", source.value(pointer), message, _example(whole))


def _example(schema: Mapping[str, Any]) -> str | None:
    examples = schema.get("examples")
    return f"for example: {shown(examples[0])}" if examples else None


def _either(words: list[str]) -> str:
    return " or ".join([*filter(None, [", ".join(words[:-1])]), words[-1]])


def shown(value: Any) -> str:
    """Return a value as JSON, at most 60 characters long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
