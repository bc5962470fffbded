"""The elements as runtimes report them: kept whole, and written only where they changed (H3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jittask.diagnostics import Diagnostic, Location, Severity
from jittask.store import Store
from jittask.store.status_types import ElementRow
from tests.written import rows_written

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATER = datetime(2026, 1, 6, tzinfo=UTC)
WRONG = Diagnostic("bad-json", Severity.ERROR, "no JSON", Location("tasks/C/e.json", 2), "fix it")
A = ElementRow("tasks.A", "running", "1" * 64, NOW, ())
B = ElementRow("tasks.B", "disabled", "2" * 64, NOW, ())
C = ElementRow("tasks.C", "broken", None, NOW, (WRONG,), NOW)
ALL = (A, B, C)


@pytest.mark.parametrize(
    ("following", "written"),
    [
        (ALL, {}),
        (ALL[::-1], {}),
        ((), {"DELETE": 3}),
        ((A, C), {"DELETE": 1}),
        ((*ALL, replace(A, name="tasks.D")), {"INSERT": 1}),
        ((A, replace(B, state="running"), C), {"DELETE": 1, "INSERT": 1}),
        ((replace(A, version="3" * 64), B, C), {"DELETE": 1, "INSERT": 1}),
        ((replace(A, since=LATER), B, C), {"DELETE": 1, "INSERT": 1}),
        ((A, B, replace(C, diagnostics=())), {"DELETE": 1, "INSERT": 1}),
        ((A, B, replace(C, broken_since=LATER)), {"DELETE": 1, "INSERT": 1}),
        ((A, replace(B, diagnostics=(WRONG,))), {"DELETE": 2, "INSERT": 1}),
    ],
)
def test_what_is_known_already_is_not_written_again(
    store: Store, following: tuple[ElementRow, ...], written: dict[str, int]
) -> None:
    store.put_elements(by_name(ALL), {})
    assert store.elements() == by_name(ALL)
    with rows_written() as found:
        store.put_elements(by_name(following), by_name(ALL))
    assert list(store.elements().items()) == sorted(by_name(following).items())
    assert found == written


def test_what_another_runtime_has_said_meanwhile_is_replaced(store: Store) -> None:
    store.put_elements(by_name((replace(A, state="disabled"), C)), {})
    store.put_elements(by_name(ALL), {})
    assert store.elements() == by_name(ALL)


def by_name(rows: tuple[ElementRow, ...]) -> dict[str, ElementRow]:
    return {row.name: row for row in rows}


def test_the_broken_ones_alone(store: Store) -> None:
    store.put_elements({each.name: each for each in ALL}, {})
    assert store.status(NOW).elements == ALL
    assert store.status(NOW, only_broken=True).elements == (C,)
