"""Row keys: stored in one form, shown and accepted as plain text (D4)."""

from __future__ import annotations

import json

import pytest

from jittask.model import FieldInfo, FieldType, ModelForm, ModelInfo
from jittask.operations.errors import InvalidArgument
from jittask.operations.naming import row_key_forms, shown_row_key, stored_row_key

TEXT, NUMBER, OTHER = FieldType.TEXT, FieldType.INTEGER, FieldType.OTHER
DATE, DECIMAL, FLOAT = FieldType.DATE, FieldType.DECIMAL, FieldType.FLOAT


def model(*kinds: FieldType) -> ModelInfo:
    fields = tuple(
        FieldInfo(f"k{n}", kind, f"k{n}", primary_key=True) for n, kind in enumerate(kinds)
    )
    return ModelInfo("models.M", ModelForm.NORMAL, "databases.D", "m", fields, opaque=not kinds)


@pytest.mark.parametrize(
    ("kinds", "shown", "stored"),
    [
        ([NUMBER], "7", "7"),
        ([NUMBER], "-7", "-7"),
        ([TEXT], "abc", '"abc"'),
        ([TEXT], "7", '"7"'),
        ([TEXT], "007", '"007"'),
        ([TEXT], "1e5", '"1e5"'),
        ([TEXT], "true", '"true"'),
        ([TEXT], "女", '"女"'),
        ([TEXT], "a b", '"a b"'),
        ([OTHER], "8d5e1e4e-0000-4000-8000-000000000000",
         '"8d5e1e4e-0000-4000-8000-000000000000"'),
        ([DATE], "2026-01-05", '"2026-01-05"'),
        ([DECIMAL], "1.50", '"1.50"'),
        ([FLOAT], "1.5", "1.5"),
        ([TEXT, NUMBER], '["a", 7]', '["a", 7]'),
        ([TEXT], '"\\"quoted\\""', '"\\"quoted\\""'),
        ([TEXT], '"[1]"', '"[1]"'),
        ([TEXT], 'say "hi"', '"say \\"hi\\""'),
        ([TEXT], "{}", '"{}"'),
        ([], "7", "7"),
        ([], "abc", '"abc"'),
        ([], "007", '"007"'),
        ([], '["a", 7]', '["a", 7]'),
    ],
)  # fmt: skip
def test_one_form(kinds: list[FieldType], shown: str, stored: str) -> None:
    assert stored_row_key(model(*kinds), shown) == stored
    assert shown_row_key(stored) == shown
    assert stored_row_key(model(*kinds), stored) == stored
    assert stored in row_key_forms(shown)
    assert shown in row_key_forms(shown)


def test_lists_are_normalised() -> None:
    assert stored_row_key(model(TEXT, NUMBER), '["a","7"]') == '["a", 7]'
    assert stored_row_key(model(NUMBER), "[7]") == "7"
    assert stored_row_key(model(NUMBER), '"7"') == "7"


def test_what_older_versions_stored_is_shown_and_found() -> None:
    assert shown_row_key("abc") == "abc"
    assert shown_row_key("") == ""
    assert set(row_key_forms("abc")) == {"abc", '"abc"'}
    assert set(row_key_forms('"abc"')) >= {"abc", '"abc"'}


def test_a_uuid_is_found_with_hyphens_or_without() -> None:
    """As bytes are stored without them, and UUIDs of a database with them."""
    digits, uuid = "0f8fad5bd9cb469fa16570867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e"
    for shown in (digits, uuid, digits.upper(), f'"{uuid}"'):
        assert {f'"{digits}"', f'"{uuid}"'} <= set(row_key_forms(shown))


@pytest.mark.parametrize(
    ("kinds", "text"),
    [([NUMBER], "abc"), ([NUMBER], ""), ([TEXT, NUMBER], "a"), ([TEXT, NUMBER], '["a"]'),
     ([TEXT, NUMBER], '["a", "b"]')],
)  # fmt: skip
def test_mistakes(kinds: list[FieldType], text: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        stored_row_key(model(*kinds), text)
    assert caught.value.argument == "row"


def test_a_stored_key_is_json() -> None:
    assert json.loads(stored_row_key(model(TEXT), 'say "hi"')) == 'say "hi"'
