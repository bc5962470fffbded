"""The methods of a model, on each database (U4, F9): JitAi's names and arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jittask import Q, datatypes
from jittask.element_names import MODEL_FUNCTIONS, NOT_SUPPORTED
from jittask.prelude.app import App
from jittask.prelude.documented import NotSupported
from jittask.prelude.models import NormalModel
from jittask.prelude.rowdata import RowData

ROOT = Path(__file__).parents[2]
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
    (row,) = things.query({"name": "a"}, fieldList=["day"])
    assert row.toDict() == {"day": date(2026, 1, 3)}


def test_writing(things: Any) -> None:
    row = things.create({"name": "e"})
    assert row.toDict() == {"id": row["id"], "name": "e", "day": None}
    row.name.value = "f"
    things.save(row)
    assert things.get({"id": row["id"]})["name"] == "f"
    assert things.save({"name": "g"})["id"] != row["id"]
    assert names(things.updateByPK(row["id"], {"name": "h"})) == ["h"]
    assert names(things.updateByPK([row["id"], -1], {"name": "h2"})) == ["h2"]
    assert things.updateByFilter(Q("name", "in", ["a", "b"]), {"name": "x"}) == 2
    assert things.delete({"name": "x"}) == 2
    with pytest.raises(ValueError, match="needs a filter"):
        things.delete({})
    assert names(things.query(orderList=["name"])) == ["c", "d", "g", "h2"]
    assert things.delete(Q("id", ">", 0)) == 4


def test_create_or_update(things: Any) -> None:
    row = things.get({"name": "a"})
    unused = max(each["id"] for each in things.query()) + 10
    written = things.createOrUpdateMany(
        [{"id": row["id"], "name": "a2"}, {"id": unused, "name": "e"}, {"name": "f"}]
    )
    assert [each["name"] for each in written] == ["a2", "e", "f"]
    assert written[1]["id"] == unused
    assert names(things.query(orderList=["name"])) == ["a2", "b", "c", "d", "e", "f"]


def test_a_page_of_rows_and_how_many_there_are(things: Any) -> None:
    result = things.query(orderList=["name"], page=2, size=2)
    assert names(result) == names(result["rowDatas"]) == ["c", "d"]
    assert result["totalCount"] == 4
    assert things.query({"name": "a"})["totalCount"] == 1
    with pytest.raises(KeyError, match="a result has rowDatas and totalCount"):
        result["rows"]


def test_a_row_saves_and_deletes_itself(things: Any) -> None:
    row = things.get({"name": "a"})
    row.name.value = "a2"
    assert row.save()["name"] == "a2"
    assert things(name="e", day=None).save()["id"] is not None
    changed = things(**things.get({"name": "b"}))
    changed["name"] = "b2"
    changed.save()
    assert names(things.query(orderList=["name"])) == ["a2", "b2", "c", "d", "e"]
    assert row.delete()["name"] == "a2"
    changed.delete()
    assert names(things.query(orderList=["name"])) == ["c", "d", "e"]
    with pytest.raises(ValueError, match="the row has no key: id"):
        things.query(fieldList=["name"])[0].delete()


def test_updating_or_adding_by_a_filter(things: Any) -> None:
    assert things.updateOrAdd({"name": "a"}, [], {"name": "a2"}, {"name": "x"})["name"] == "a2"
    assert things.updateOrAdd({"name": "e"}, [], {"name": "e2"}, {"name": "e"})["name"] == "e"
    assert names(things.query(orderList=["name"])) == ["a2", "b", "c", "d", "e"]


def test_values_and_aggregates(things: Any) -> None:
    assert things.getFieldData("name", "", [["name", -1]]) == ["d", "c", "b", "a"]
    assert things.aggregate("", "day", "COUNT") == 3
    figures = things.statisticFieldData(Q("name", "!=", "d"), {"day": "MIN", "name": "max"})
    assert figures == {"day": date(2026, 1, 2), "name": "c"}
    with pytest.raises(ValueError, match="an aggregate is one of SUM"):
        things.aggregate("", "day", "DROP")


def test_deleting_by_key_and_by_filter(things: Any) -> None:
    ids = things.getFieldData("id", Q("name", "in", ["a", "b"]))
    assert things.deleteByPK([*ids, -1]) == 2
    assert things.deleteByFilter({"name": "c"}) == 1
    assert names(things.query()) == ["d"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda thing: thing.query(pages=2),
            "query has no argument 'pages'; did you mean page?; query takes",
        ),
        (lambda thing: thing.get({}, fieldList=["day"]), "get has no argument 'fieldList'; get"),
        (lambda thing: thing.query(zone=2), "query has no argument 'zone'; query takes filter"),
        (lambda thing: thing.create({}, cascade=1), "create has no argument 'cascade'; create"),
        (lambda thing: thing.updateByPK(1), "updateByPK: missing a required argument"),
        (lambda thing: thing.query(page=1, currentPage=2), "page and currentPage are one"),
        (lambda thing: thing.query(size=0), "size is a whole number from 1, got 0"),
        (lambda thing: thing.query(level=2), "level=2 is not supported: related rows"),
        (lambda thing: thing.create({"name": "x"}, 1), "triggerEvent=1 is not supported"),
        (lambda thing: thing.get({"name": "a"}).save(cascade=1), "save has no argument 'cascade'"),
        (lambda thing: thing.save({"name": "x"}, event=0), "save has no argument 'event'"),
        (lambda thing: thing.groupBy("", ["name"]), "Thing.groupBy is not supported: use query"),
        (lambda thing: thing.queryTQL("Select()"), "Thing.queryTQL is not supported: use query"),
        (lambda thing: thing.create({"nam": "x"}), "has no field 'nam'; did you mean 'name'?"),
        (lambda thing: thing.query(fieldList=["zzz"]), "has no field 'zzz'; there are: id, name"),
        (lambda thing: thing.query(orderList=[["zzz", 1]]), "has no field 'zzz'"),
        (lambda thing: thing.updateByPK([[1, 2]], {"name": "x"}), "a key is id, got"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(
    sqlite_host: App, call: Callable[[Any], Any], message: str
) -> None:
    thing = sqlite_host.getElement("models.Thing")
    thing.create({"name": "a"})
    with pytest.raises((TypeError, ValueError, NotSupported), match=re.escape(message)):
        call(thing)
    assert thing.count() == 1


def test_the_reference_lists_every_function() -> None:
    """Those that there are with their arguments, and those that are refused with what to do."""
    text = (ROOT / "docs/reference/models.md").read_text(encoding="utf-8")
    for name, instead in NOT_SUPPORTED.items():
        assert f"| `{name}` | {instead} |" in text
    public = {name for name in vars(NormalModel) if not name.startswith("_")} - {"keys"}
    for name in public - NOT_SUPPORTED.keys():
        assert f"`{name}(" in text or f".{name}(" in text, name


def test_a_name_that_models_do_not_have_is_refused_with_what_there_is(sqlite_host: App) -> None:
    """U6: no bare AttributeError; ``hasattr`` and ``getattr`` with a default work."""
    thing = sqlite_host.getElement("models.Thing")
    with pytest.raises(AttributeError, match="Thing has no function 'querry': did you mean query"):
        thing.querry()
    with pytest.raises(AttributeError, match="no function 'zzz': a model has aggregate, count"):
        thing.zzz()
    assert not hasattr(thing, "zzz")
    assert getattr(thing, "__zzz__", None) is None
    functions = {name for name in vars(NormalModel) if not name.startswith("_")}
    assert functions == {*MODEL_FUNCTIONS, *NOT_SUPPORTED}


@pytest.mark.parametrize(
    ("name", "message"),
    [("SubTable", "a table of their own"), ("Dat", "did you mean 'Date'"), ("Xyz", "known are")],
)
def test_a_field_type_that_there_is_not_is_refused_with_what_to_do(name: str, message: str) -> None:
    with pytest.raises(AttributeError, match=message):
        getattr(datatypes, name)
