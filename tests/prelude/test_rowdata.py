"""One row, as element code sees it (U4)."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jittask.prelude.rowdata import RowData

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: not hasattr(RowData, name)
)
rows = st.dictionaries(names, st.integers() | st.text(max_size=5) | st.none(), min_size=1)


@given(rows)
def test_it_is_a_mapping_of_its_values(values: dict[str, Any]) -> None:
    row = RowData(values)
    assert dict(row) == values
    assert row.toDict() == values
    assert len(row) == len(values)
    assert row == values
    for name, value in values.items():
        assert row[name] == value
        assert getattr(row, name).value == value


@given(rows, st.data())
def test_each_way_to_change_a_field(values: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(values)))
    before = dict(values)
    row = RowData(values)
    row[name] = 1
    assert getattr(row, name).value == 1
    getattr(row, name).value = 2
    assert row[name] == 2
    setattr(row, name, 3)
    assert row[name] == 3
    assert values == before, "a row is a copy"


def test_a_field_is_assigned_from_another() -> None:
    row = RowData({"a": 1, "b": 2})
    row.a = row.b
    assert row["a"] == 2
    assert (str(row.a), repr(row.a)) == ("2", "<a: 2>")


def test_an_unknown_field_is_named_with_the_known_ones() -> None:
    row = RowData({"title": 1, "day": 2})
    with pytest.raises(KeyError, match="no field 'titel'; there are: title, day"):
        row["titel"]
    with pytest.raises(KeyError, match="there are: title, day"):
        row["titel"] = 1
    with pytest.raises(AttributeError, match="no field 'titel'; there are: title, day"):
        row.titel  # noqa: B018
    with pytest.raises(KeyError, match="there are: title, day"):
        row.titel = 1


def test_it_pickles() -> None:
    row = RowData({"a": 1})
    assert pickle.loads(pickle.dumps(row)).toDict() == {"a": 1}
