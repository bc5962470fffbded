"""Listings of runs: right by a plain oracle, and by indexes whatever the filter (R1, V5)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa

from benchmarks.records import COLUMNS, NOW, VERSIONS, filters, made
from jittask.model import Reason, Run, RunStatus, Trigger
from jittask.run_log import LogPiece
from jittask.store import Store, StoreError, record_pages, walks
from jittask.store.claim_types import Ending
from jittask.store.instants import to_micros
from jittask.store.record_filter import OVERDUE_AFTER, By, Page, RecordFilter
from jittask.store.record_pages import queries
from jittask.store.run_logs import AttemptPiece
from jittask.store.tables import runs
from tests.store.runs import new, take

COUNT = 600


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with runs of every kind, many of them of one task, row or instant."""
    dice = random.Random(3)
    rows = []
    for row in made(COUNT):
        values = dict(zip(COLUMNS, row, strict=True))
        values["id"] = None
        values["task"] = f"tasks.{dice.choice('AAAB')}"
        values["row_key"] = dice.choice(["", "", "1", "2"])
        values["status"] = dice.choice(list(RunStatus))
        instant = to_micros(NOW) + dice.randrange(-40, 40) * 60_000_000
        values["effective"] = instant
        values["nominal"] = instant - dice.choice([0, 0, 0, 3_600_000_000])
        values["started"] = dice.choice([None, instant + dice.randrange(5) * 60_000_000])
        ended = values["status"] not in ("pending", "executing")
        values["finished"] = instant + 600_000_000 if ended else None
        values["late"] = dice.random() < 0.2
        values["error"] = dice.choice([None, "it went badly", "100% wrong", "100 wrong"])
        values["trigger"] = dice.choice(["schedule", "schedule", "manual", "rerun"])
        values["version"] = dice.choice([None, *VERSIONS[:2]])
        rows.append({key: value for key, value in values.items() if key != "id"})
    with store._database.writing() as connection:
        connection.execute(sa.insert(runs), rows)
    return store


CHOICES: dict[str, list[object]] = {
    "tasks": [("tasks.A",), ("tasks.A", "tasks.B"), ("tasks.B", "tasks.C"), ()],
    "row_keys": [("1",), ("1", "2", "none")],
    "statuses": [
        frozenset({RunStatus.FAILED}),
        frozenset({RunStatus.COMPLETED, RunStatus.EXECUTING}),
    ],
    "overdue": [True],
    "trigger": [Trigger.SCHEDULE, Trigger.MANUAL],
    "version": [VERSIONS[1][:6], VERSIONS[1][:9]],
    "late": [True],
    "text": ["BADLY", "100%"],
    "since": [NOW - timedelta(minutes=20)],
    "until": [NOW + timedelta(minutes=10)],
}


def some_filters(count: int) -> Iterator[RecordFilter]:
    """Yield every filter of one part, and some of several."""
    dice = random.Random(5)
    yield RecordFilter()
    for name, values in CHOICES.items():
        for value in values:
            yield RecordFilter(**{name: value})
    for _ in range(count):
        names = dice.sample(list(CHOICES), dice.randrange(2, 5))
        yield RecordFilter(**{name: dice.choice(CHOICES[name]) for name in names})


def instant(run: Run, by: By) -> object:
    return {By.EFFECTIVE: run.effective, By.NOMINAL: run.nominal, By.START: run.started}[by]


def expected(everything: list[Run], wanted: RecordFilter, by: By, descending: bool) -> list[int]:
    def fits(run: Run) -> bool:
        late = run.status is RunStatus.PENDING and run.effective < NOW - OVERDUE_AFTER
        at = instant(run, by)
        return (
            at is not None
            and (wanted.tasks is None or run.task in wanted.tasks)
            and (not wanted.late or run.late)
            and (wanted.text is None or wanted.text.lower() in (run.error or "").lower())
            and (not wanted.row_keys or run.row_key in wanted.row_keys)
            and wanted.trigger in (None, run.trigger)
            and (wanted.version is None or (run.version or "").startswith(wanted.version))
            and (wanted.since is None or at >= wanted.since)
            and (wanted.until is None or at <= wanted.until)
            and (
                (not wanted.statuses and not wanted.overdue)
                or run.status in wanted.statuses
                or (wanted.overdue and late)
            )
        )

    found = [(instant(run, by), run.id) for run in everything if fits(run)]
    return [number for _, number in sorted(found, reverse=descending)]


@pytest.mark.parametrize("gathered", [0, 20_000])
def test_every_filter_in_every_order(
    filled: Store, gathered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "_GATHERED", gathered)
    everything = list(filled.records(RecordFilter(), NOW, 1000).records)
    assert len(everything) == COUNT
    found_some = 0
    for wanted, by, descending in product(some_filters(40), By, (True, False)):
        seen: list[int] = []
        after = None
        while True:
            page = filled.records(wanted, NOW, 97, after, by=by, descending=descending)
            seen += [run.id for run in page.records]
            after = page.next
            if after is None:
                break
        assert seen == expected(everything, wanted, by, descending), (wanted, by, descending)
        found_some += bool(seen)
    assert found_some > 200


def test_the_choices_name_every_part_of_a_filter() -> None:
    assert set(CHOICES) == {field.name for field in fields(RecordFilter)}


def test_a_cursor_belongs_to_its_order(filled: Store) -> None:
    cursor = filled.records(RecordFilter(), NOW, 10).next
    assert filled.records(RecordFilter(), NOW, 10, cursor, descending=False).records
    with pytest.raises(StoreError, match="by effective, not by start") as caught:
        filled.records(RecordFilter(), NOW, 10, cursor, by=By.START)
    assert caught.value.hint == "add --by effective"
    for nonsense in ("effective:1", "effective:x:1", "1:1", ""):
        with pytest.raises(StoreError, match="no cursor"):
            filled.records(RecordFilter(), NOW, 10, nonsense)


# --- plans: no page reads or sorts all runs


@pytest.mark.parametrize("few", [True, False])
def test_the_plans(store: Store, few: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if store._database.engine.dialect.name == "postgresql":  # it plans by what it knows of the rows
        if few:
            monkeypatch.setattr(walks, "_GATHERED", 500)
        fill(store, 20_000)
    monkeypatch.setattr(walks, "_few", walks._few if few else lambda *_: False)
    judged = 0
    with store._database.reading() as connection:
        for name, asking in filters().items():
            wanted, by, descending = asking(random.Random(1))
            page = Page(50, f"{by}:{to_micros(NOW)}:1", by, descending)
            page_walks = list(walks.walks_of(connection, wanted, NOW, by))
            for walk, query in zip(page_walks, queries(connection, wanted, NOW, page), strict=True):
                judge = sqlite_plan if connection.dialect.name == "sqlite" else postgres_plan
                wrong = judge(connection, query, walk)
                assert wrong is None, f"{name}, walk by {walk.index}: {wrong}"
                judged += 1
    assert judged > 100


def sqlite_plan(connection: sa.Connection, query: sa.Select, walk: walks.Walk) -> str | None:
    steps = [step[3] for step in connection.exec_driver_sql(*explained(connection, query))]
    small = walk.index == "runs_open"  # the claim's index finds the few open runs as well
    if not any(name in steps[0] for name in (walk.index, "runs_to_claim" if small else "-")):
        return f"goes by {steps}"
    if any("TEMP B-TREE" in step for step in steps) and not walk.gathered:
        return f"sorts: {steps}"
    few = small or (walk.index == "runs_late" and walk.gathered)
    if steps[0].startswith("SCAN") and not few:
        return f"scans: {steps}"
    return None


def postgres_plan(connection: sa.Connection, query: sa.Select, walk: walks.Walk) -> str | None:
    words, values = explained(connection, query)
    [(found,)] = connection.exec_driver_sql(f"{words}", values).all()
    for node in nodes(found[0]["Plan"]):
        if node["Node Type"] == "Seq Scan":
            return "scans all runs"
        if node["Node Type"] == "Sort" and not walk.gathered and node["Plan Rows"] > 500:
            return f"sorts {node['Plan Rows']} runs"
    return None


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def explained(connection: sa.Connection, query: sa.Select) -> tuple[str, object]:
    compiled = query.compile(connection, compile_kwargs={"render_postcompile": True})
    if connection.dialect.name == "sqlite":
        assert compiled.positiontup is not None
        values = tuple(compiled.params[name] for name in compiled.positiontup)
        return f"EXPLAIN QUERY PLAN {compiled}", values
    return f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params


def fill(store: Store, count: int) -> None:
    from benchmarks.records import fill_postgres

    fill_postgres(store._database.engine.url, count)


def test_a_plan_without_an_index_is_seen(store: Store) -> None:
    walk = walks.Walk("runs_ended", (sa.text("finished IS NOT NULL"),), runs.c.due)
    if store._database.engine.dialect.name == "postgresql":
        fill(store, 20_000)
    with store._database.reading() as connection:
        judge = sqlite_plan if connection.dialect.name == "sqlite" else postgres_plan
        assert judge(connection, walk.query((), descending=True, limit=51), walk) is not None


# --- texts


def test_a_search_that_finds_little_stops_and_goes_on(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = RecordFilter(text="BADLY")
    whole = filled.records(asked, NOW, 1000)
    assert whole.searched_to is None
    assert len(whole.records) > 100
    monkeypatch.setattr(record_pages, "_SEARCHED_AT_ONCE", 7)
    monkeypatch.setattr(record_pages, "MOST_SEARCHED", 14)
    seen: list[int] = []
    after, stops = None, 0
    while True:
        page = filled.records(asked, NOW, 50, after)
        seen += [run.id for run in page.records]
        if page.searched_to is not None:
            stops += 1
            assert all(run.effective >= page.searched_to for run in page.records)
        after = page.next
        if after is None:
            break
    assert seen == [run.id for run in whole.records]
    assert stops == COUNT // 14


def test_a_text_is_found_in_logs_reasons_and_earlier_attempts(store: Store) -> None:
    store.plan(NOW, [new(f"tasks.{name}") for name in "ABCD"])
    claims = {claim.run.task[-1]: claim for claim in take(store)}
    pieces = [AttemptPiece(claims["A"].run.id, 1, 1, LogPiece(NOW, "stdout", "info", "a Needle\n"))]
    by_reason = Ending(
        claims["B"].run.id, 1, 1, RunStatus.CANCELLED, Reason.ROW_GONE, detail="no needle"
    )
    retried = Ending(
        claims["C"].run.id, 1, 1, RunStatus.PENDING, Reason.ERROR, error="NEEDLE!", retry_at=NOW
    )
    store.finish([by_reason, retried], NOW, pieces)
    assert len(take(store, now=NOW)) == 1
    found = store.records(RecordFilter(text="needle"), NOW).records
    assert {run.task[-1] for run in found} == {"A", "B", "C"}
    assert store.records(RecordFilter(text="need_e"), NOW).records == ()
