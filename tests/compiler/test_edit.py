"""One value of an e.json is changed, and every other byte stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jittask.compiler.edit import NotJson, with_value


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"enable": 1}', '{"enable": 0}'),
        ('{"enable": 0}', '{"enable": 0}'),
        ('{ "a":{"enable":1},\r\n"enable" :true }\r\n', '{ "a":{"enable":1},\r\n"enable" :0 }\r\n'),
        ('{"enable": "1", "x": [1]}', '{"enable": 0, "x": [1]}'),
        ('{"enable": {"a": [1, 2]}, "x": 1}', '{"enable": 0, "x": 1}'),
        ('{"en\\u0061ble": 1}', '{"en\\u0061ble": 0}'),
        ('\ufeff{"é": "\\"", "enable":1}', '\ufeff{"é": "\\"", "enable":0}'),
        ('{\r\n\t"a": 1\r\n}', '{\r\n\t"enable": 0,\r\n\t"a": 1\r\n}'),
        ('{"a": 1}', '{"enable": 0, "a": 1}'),
        ("{ }", '{"enable": 0 }'),
    ],
)
def test_only_the_value_changes(before: str, after: str) -> None:
    assert with_value(before.encode(), "enable", 0).decode() == after


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{",
        b'{"enable": 1,}',
        b'{"enable": 1, "enable": 1}',
        b"\xff",
        b"1",
        b"[" * 9999,
    ],
)
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(NotJson):
        with_value(raw, "enable", 0)


TEXTS = st.text('aé"\\{:,\n', max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["enable", "a", "é", ""]), VALUES),
    st.sampled_from([None, 2, "\t"]),
    st.booleans(),
    st.sampled_from([0, 1]),
)
def test_whatever_the_file_it_says_the_same_but_for_the_value(
    data: dict, indent: object, ascii_only: bool, value: int
) -> None:
    raw = json.dumps(data, indent=indent, ensure_ascii=ascii_only).encode()  # type: ignore[arg-type]
    changed = with_value(raw, "enable", value)
    assert json.loads(changed) == {**data, "enable": value}
    assert with_value(changed, "enable", value) == changed
