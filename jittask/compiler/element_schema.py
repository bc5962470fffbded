"""Checks an ``e.json``: its type decides its schema (rules F1, F10)."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from jittask.compiler.findings import Findings
from jittask.compiler.kinds import KINDS, Kind
from jittask.compiler.schema_check import check_schema, is_object, one_of
from jittask.compiler.schema_words import shown
from jittask.compiler.source import Source
from jittask.model import ElementKind


def check_element(source: Source, element_kind: ElementKind, findings: Findings) -> bool:
    """Check an element's ``e.json``, a task against the schema of its own type.

    False where its type is not known, so that nothing more can be checked.
    """
    if not is_object(source, findings):
        return False
    kind = KINDS[element_kind]
    written = source.data.get("type")
    if written not in kind.types:
        _bad_type(source, kind, kind.types, findings)
        return False
    return check_schema(source, kind.schema, kind.parts.get(written), findings)


def _bad_type(source: Source, kind: Kind, known: Sequence[str], findings: Findings) -> None:
    written = source.data.get("type")
    if "type" not in source.data:
        findings.add("missing-key", source.value(()), "the key 'type' is missing", one_of(known))
        return
    place = source.value(("type",))
    top, _, rest = str(written).partition(".")
    near = difflib.get_close_matches(str(written), known, 1, 0.75)
    if not near and rest and top != kind.folder and top in KINDS:
        message = f"a {top} element is in {kind.folder}/"
        findings.add(
            "wrong-folder", place, message, f"move it to {top}/, or give it a type of this folder"
        )
    elif not near and rest and top == kind.folder:
        message = f"the custom type {written} is not run here"
        findings.add("custom-type", place, message, one_of(known))
    else:
        hint = f"did you mean {near[0]!r}?" if near else one_of(known)
        findings.add("unknown-type", place, f"no type {shown(written)} here", hint)
