"""The methods of a model, on each database (U4, F9): JitAi's names and arguments."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from jittask import Q
from jittask.prelude.app import App
from jittask.prelude.rowdata import RowData

SAMPLE = [("a", date(2026, 1, 3)), ("b", date(2026, 1, 2)), ("c", None), ("d", date(2026, 1, 1))]


@pytest.fixture
def things(host: App) -> Any:
    Thing = host.getElement("models.Thing")
    for name, day in SAMPLE:
        Thing.create({"name": name, "day": day})
    return Thing


def names(rows: list[RowData]) -> list[str]:
    return [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("filter", "passing"),
    [
        (None, "abcd"),
        ({}, "abcd"),
        ({"name": "b"}, "b"),
        ("Q('day','>','2026-01-01')", "ab"),
        (Q("day", "isnull", True), "c"),
        (Q(name="a") | Q(name="d"), "ad"),
        (Q("name", "in", []), ""),
    ],
)
def test_a_filter(things: Any, filter: Any, passing: str) -> None:
    assert names(things.query(filter, orderList=["name"])) == list(passing)
    assert things.count(filter) == len(passing)
    first = things.get(filter, orderList=["name"])
    assert (first["name"] if first else "") == passing[:1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"orderList": [("name", -1)]}, "dcba"),
        ({"orderList": [["name", "desc"]]}, "dcba"),
        ({"orderList": [("name", 1)], "pageSize": 3}, "abc"),
        ({"orderList": ["name"], "pageSize": 3, "currentPage": 2}, "d"),
        ({"orderList": ["name"], "pageSize": 3, "currentPage": 3}, ""),
    ],
)
def test_order_and_pages(things: Any, arguments: dict[str, Any], expected: str) -> None:
    assert names(things.query(**arguments)) == list(expected)


def test_fields_that_are_asked_for(things: Any) -> None:
    assert things.get({"name": "a"}, fieldList=["day"]).toDict().keys() == {"id", "name", "day"}
    (row,) = things.query({"name": "a"}, fieldList=["day"])
    assert row.toDict() == {"day": date(2026, 1, 3)}


def test_writing(things: Any) -> None:
    row = things.create({"name": "e"})
    assert row.toDict() == {"id": row["id"], "name": "e", "day": None}
    row.name.value = "f"
    things.save(row)
    assert things.get({"id": row["id"]})["name"] == "f"
    assert things.save({"name": "g"})["id"] != row["id"]
    assert things.updateByPK(row["id"], {"name": "h"}) == 1
    assert things.updateByPK([row["id"], -1], {"name": "h2"}) == 1
    assert things.updateByFilter(Q("name", "in", ["a", "b"]), {"name": "x"}) == 2
    assert things.delete({"name": "x"}) == 2
    with pytest.raises(ValueError, match="needs a filter"):
        things.delete(None)
    assert names(things.query(orderList=["name"])) == ["c", "d", "g", "h2"]
    assert things.delete({}) == 4


def test_create_or_update(things: Any) -> None:
    row = things.get({"name": "a"})
    unused = max(each["id"] for each in things.query()) + 10
    written = things.createOrUpdateMany(
        [{"id": row["id"], "name": "a2"}, {"id": unused, "name": "e"}, {"name": "f"}]
    )
    assert [each["name"] for each in written] == ["a2", "e", "f"]
    assert written[1]["id"] == unused
    assert names(things.query(orderList=["name"])) == ["a2", "b", "c", "d", "e", "f"]
