"""The page's filter editor and the server mean the same by a text (rule C8).

``page_filters.json`` has what the page writes; ``web/src/conditions/written.test.ts`` fails when
that changes, and ``npm test -- -u`` writes it anew. ``outlines.json`` in that folder has what the
page is tested with; ``JITTASK_REWRITE=1`` writes it anew.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from jittask.operations.inspect.filters import FilterReading
from jittask.operations.views.filters import filter_view
from jittask.query.expression import Combination, Condition, Expression, Relative
from jittask.query.outline import Group, Node, Row, outline
from jittask.query.parse import QuerySyntaxError, parse

ROOT = Path(__file__).parents[2]
CASES = json.loads(Path(__file__).with_name("page_filters.json").read_text(encoding="utf-8"))
OUTLINES = ROOT / "web/src/conditions/outlines.json"
PAGE = (ROOT / "docs/reference/filters.md").read_text(encoding="utf-8")
TEXTS = [
    *(found.replace("\\|", "|") for found in re.findall(r"^\| `(Q\(.*?)` \|", PAGE, re.MULTILINE)),
    " (Q('a','=','📄)') | (Q(b=2)))&Q('c','isnull',None) ",
    "Q(Q(a=1) | Q(Q(b=2), Q.OR, Q(c='it\\'s'))) & Q(d=1, e = [1, (2)])",
    "(Q(a=1)  # why & (how\n & Q(b=2)) | Q(c=3)",
    "Q('a','near',5) & (Q(b=2) | c) & Q('d','=',1, e=2)",
    "Q('a','=',12345678901234567) | Q('b','range',[None,0.5])",
    "Q(a=1) &\r\nQ(b=2)",
]


def value_of(value: object) -> Any:
    match value:
        case Relative():
            return {"relative": value.value}
        case tuple():
            return [value_of(item) for item in value]
        case _:
            return value


def of_expression(expression: Expression) -> Any:
    """Return a filter as nested lists; parts that are joined alike are one list."""
    match expression:
        case Condition(field=field, operator=operator, value=value):
            return [field, operator.value, value_of(value)]
        case Combination(connector=connector, left=left, right=right):
            return joined(connector.value.lower(), [of_expression(left), of_expression(right)])


def of_outline(node: Node) -> Any:
    match node:
        case Row(condition=condition):
            return of_expression(condition)
        case Group(join=join, children=children):
            return joined(join.value.lower(), [of_outline(child) for child in children])
        case _:
            raise AssertionError(f"not a part of a filter: {node}")


def of_page(tree: Any) -> Any:
    if isinstance(tree, list):
        return tree
    return joined(tree["join"], [of_page(child) for child in tree["children"]])


def joined(join: str, parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    flat = [
        inner
        for part in parts
        for inner in (part["parts"] if isinstance(part, dict) and part["join"] == join else [part])
    ]
    return {"join": join, "parts": flat}


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_a_text_of_the_page_is_read_as_its_tree(case: dict[str, Any]) -> None:
    expected = of_page(case["tree"])
    assert of_expression(parse(case["text"])) == expected
    assert of_outline(outline(case["text"])) == expected


def test_the_page_is_tested_with_what_the_server_reads() -> None:
    found = []
    for text in TEXTS:
        try:
            tree = outline(text)
        except QuerySyntaxError:
            continue
        found.append({"text": text, "tree": filter_view(FilterReading(tree, ()), text)["tree"]})
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in found)
    made = f"[\n{lines}\n]\n"
    if os.environ.get("JITTASK_REWRITE"):
        OUTLINES.write_text(made, encoding="utf-8")
    assert OUTLINES.read_text(encoding="utf-8") == made
