"""Dates of other programs, in every form that a column has, by every operator (D1, D2, D4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from jittask.data import row_pages
from jittask.data.rows import Rows
from jittask.model import FieldType
from jittask.schedule import windows
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.windows import Column, FieldRange
from tests.data.dialects.made_tables import NOW, UTC_ZONE, found_by, made

SETTLED = "2026-12-01 09:00:00"


class Form(NamedTuple):
    """A way to write the same instants: each is an expression of SQL for a wall time of UTC."""

    database: str
    declared: str
    written: str
    """With ``strftime``'s codes, and with {epoch} for Unix seconds."""
    kind: FieldType | None = None
    session: str = ""

    def sql(self, wall: datetime) -> str:
        """Return the expression that writes a wall time."""
        epoch = wall.replace(tzinfo=UTC).timestamp()
        return wall.strftime(self.written.replace("{epoch}", f"{epoch:.0f}"))


DATETIME = FieldType.DATETIME
FORMS = [
    *(
        Form("sqlite", declared, written, kind)
        for declared, kind in (
            ("DATETIME", None), ("TIMESTAMP", None), ("TEXT", DATETIME), ("", DATETIME),
        )
        for written in (
            "'%Y-%m-%d %H:%M:%S'", "'%Y-%m-%dT%H:%M:%S'", "'%Y-%m-%d %H:%M'", "'%Y-%m-%dT%H:%M'",
            "'%Y-%m-%d %H:%M:%S.0'", "'%Y-%m-%d %H:%M:%S.000'", "'%Y-%m-%dT%H:%M:%S.000000'",
            "'%Y-%m-%d %H:%M:%S.000000000'", "'%Y-%m-%dT%H:%M:%SZ'", "'%Y-%m-%d %H:%M:%S+00:00'",
            "'%Y-%m-%dT%H:%M:%S.000+0000'",
        )
    ),
    Form("sqlite", "INTEGER", "{epoch}", DATETIME),
    Form("sqlite", "REAL", "{epoch}.0", DATETIME),
    Form("sqlite", "DATETIME", "{epoch}"),
    Form("sqlite", "TIMESTAMP WITH TIME ZONE", "'%Y-%m-%d %H:%M:%S+00:00'"),
    Form("sqlite", "timestamptz", "'%Y-%m-%d %H:%M:%S'"),
    Form("postgresql", "timestamp", "'%Y-%m-%d %H:%M:%S'"),
    Form("postgresql", "timestamp(0)", "'%Y-%m-%dT%H:%M:%S'"),
    Form("postgresql", "timestamptz", "'%Y-%m-%d %H:%M:%S+00'"),
    Form("postgresql", "timestamptz", "'%Y-%m-%d %H:%M:%S+00'", DATETIME),
    *(Form("mysql", f"DATETIME({digits})", "'%Y-%m-%d %H:%M:%S'") for digits in range(7)),
    *(
        Form("mysql", f"TIMESTAMP({digits}) NULL", "'%Y-%m-%d %H:%M:%S'", kind, "SET time_zone = '+00:00'")
        for digits in (0, 3, 6)
        for kind in (None, DATETIME)
    ),
]  # fmt: skip
WALLS = [datetime.fromisoformat(SETTLED) + timedelta(hours=hours) for hours in (0, 1, 16, 24, 1000)]
"""Of which one is a midnight away, and one is in another year."""
FILTERS = [
    ("Q('held','=','2026-12-01 09:00:00')", [0]),
    ("Q('held','=','2026-12-01T10:00:00+01:00')", [0]),
    ("Q('held','!=','2026-12-01 09:00:00')", [1, 2, 3, 4]),
    ("Q('held','>','2026-12-01 09:00:00')", [1, 2, 3, 4]),
    ("Q('held','>=','2026-12-01 09:00:00')", [0, 1, 2, 3, 4]),
    ("Q('held','<','2026-12-01 10:00:00')", [0]),
    ("Q('held','<=','2026-12-01 10:00:00')", [0, 1]),
    ("Q('held','<','2026-12-02')", [0, 1]),
    ("Q('held','>=','2026-12-02')", [2, 3, 4]),
    ("Q('held','=','2026-12-02 01:00:00')", [2]),
    ("Q('held','in',['2026-12-01 09:00:00','2026-12-02 09:00:00'])", [0, 3]),
    ("Q('held','nin',['2026-12-01 09:00:00','2026-12-02 09:00:00'])", [1, 2, 4]),
    ("Q('held','range',['2026-12-01 09:00:00','2026-12-01 10:00:00'])", [0, 1]),
    ("Q('held','range',[None,'2026-12-01 09:00:00'])", [0]),
    ("Q('held','<',NOW())", [0, 1]),
    ("Q('held','>=',TODAY())", [0, 1, 2, 3, 4]),
    ("Q('held','year',2026)", [0, 1, 2, 3]),
    ("Q('held','year',9999)", []),
    ("Q('held','month',12)", [0, 1, 2, 3]),
    ("Q('held','day',2)", [2, 3]),
    ("Q('held','week',49)", [0, 1, 2, 3]),
    ("Q('held','isnull',True)", [5]),
    ("Q('held','isnull',False)", [0, 1, 2, 3, 4]),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: " ".join(filter(None, form)))
def test_each_form_is_found_by_each_operator_and_by_scans(form: Form, tmp_path: Path) -> None:
    values = [*(form.sql(wall) for wall in WALLS), "NULL"]
    settings = [form.session] if form.session else []
    with made(
        form.database, tmp_path, form.declared, values, zone=UTC_ZONE, as_kind=form.kind,
        settings=settings,
    ) as rows:  # fmt: skip
        found = {text: found_by(rows, text) for text, _ in FILTERS}
        assert found == dict(FILTERS)
        for wall, number in zip(WALLS, range(5), strict=True):
            assert number in fired(rows, wall.replace(tzinfo=UTC), UTC_ZONE)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: " ".join(filter(None, form)))
def test_each_form_is_paged_through_where_many_are_due_at_once(
    form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_pages, "PAGE_ROWS", 2)
    monkeypatch.setattr(row_pages, "MAX_PAGES", 2)
    values = [form.sql(wall) for wall in (*WALLS, *[WALLS[0]] * 9, *[WALLS[1]] * 5)]
    settings = [form.session] if form.session else []
    with made(
        form.database, tmp_path, form.declared, values, zone=UTC_ZONE, as_kind=form.kind,
        settings=settings,
    ) as rows:  # fmt: skip
        begins = [wall.replace(tzinfo=UTC) for wall in WALLS[:2]]
        spans = [(begin, begin) for begin in begins] + [(begins[0], begins[0] + timedelta(days=9))]
        least = rows.bounds("held")[0]
        if isinstance(least, datetime) and least.tzinfo is None:
            spans = [(low.replace(tzinfo=None), high.replace(tzinfo=None)) for low, high in spans]
        first, second, whole = (FieldRange(*span) for span in spans)
        due = [0, *range(5, 14)], [1, *range(14, 19)]
        for ranges, expected in (
            ([first], due[0]), ([first, second], [*due[0], *due[1]]), ([whole], [*range(4), *range(5, 19)]),
        ):  # fmt: skip
            pages = list(rows.pages("held", ranges, None, NOW, UTC_ZONE, ["held"]))
            found = [row["id"] for page in pages for row in page]
            assert max(map(len, pages)) <= 2
            assert len(found) == len(set(found))
            assert set(found) >= set(expected)
            assert 4 not in found


def fired(rows: Rows, at: datetime, zone: ZoneInfo) -> set[int]:
    """Return the rows that fire at an instant, found as a scan finds them."""
    timer = RowTimer.from_config({"startField": "held"}, zone)
    column = Column(rows.date_field("held").type is DATETIME, *rows.bounds("held"))
    tick = timedelta(microseconds=1)
    ranges = windows.ranges(timer, at - tick, at, column)
    fires = set()
    for page in rows.pages("held", ranges, None, NOW, zone, ["held"]):
        for row in page:
            row_timer = timer.timer_of(row, rows.zone)
            occurrences = list(row_timer.between(at - tick, at)) if row_timer else []
            fires |= {row["id"]} if occurrences else set()
    return fires
