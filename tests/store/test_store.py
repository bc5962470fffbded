"""The store's promises: unique keys, fenced claims, legal steps (R1, R3, R4)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from jittask.model import TRANSITIONS, AppSettings, Reason, RunStatus, Trigger
from jittask.store import NoRecords, Store, StoreError, StoreUnavailable, upgrade
from jittask.store.claim_types import Choice, Claim, Claimed, DueRun, Ending, Executing, Skip
from jittask.store.control import Pause
from jittask.store.engine import Lock, alone
from jittask.store.instants import from_micros
from jittask.store.plans import Closing, NewRun
from jittask.store.query_types import LogChunk, RecordFilter
from jittask.store.tables import marks, metadata, runs
from jittask.store.transitions import transition
from jittask.store.watermarks import Watermark
from tests.services import store_settings

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)


def new(task: str = "tasks.A", at: datetime = NOW, *more: datetime, **values: object) -> NewRun:
    return NewRun(task, "", Trigger.SCHEDULE, (at, *more), at, **values)  # type: ignore[arg-type]


def test_a_nominal_has_one_run(store: Store) -> None:
    assert len(store.plan(NOW, [new(), new()])) == 1
    assert store.plan(NOW, [new()]) == []


def test_a_merged_run_takes_the_nominals_that_are_free(store: Store) -> None:
    store.plan(NOW, [new()])
    later = NOW + timedelta(days=1)
    [(_, run)] = store.plan(NOW, [new("tasks.A", NOW, later)])
    assert run.nominals == (later,)


def test_a_cancelled_run_gives_its_nominal_back_and_a_skipped_one_does_not(store: Store) -> None:
    for state, again in ((RunStatus.CANCELLED, 1), (RunStatus.SKIPPED, 0)):
        task = f"tasks.{state}"
        [(number, _)] = store.plan(NOW, [new(task)])
        store.plan(NOW, close=[Closing(number, state, Reason.EDITED, "x")])
        assert len(store.plan(NOW, [new(task)])) == again


def everything(due: Sequence[DueRun], _executing: Sequence[Executing]) -> Choice:
    return Choice(tuple(Claim(one, "v") for one in due), ())


def take(store: Store, worker: str = "w", now: datetime = NOW) -> tuple[Claimed, ...]:
    return store.take(everything, worker, now, 100)[1].claimed


def test_a_claim_is_one(store: Store) -> None:
    store.plan(NOW, [new()])
    assert len(take(store, "w1")) == 1
    assert take(store, "w2") == ()


def test_nothing_is_claimed_before_it_is_due(store: Store) -> None:
    store.plan(NOW, [new()])
    assert store.next_due() == NOW
    assert take(store, now=NOW - timedelta(microseconds=1)) == ()
    assert len(take(store)) == 1
    assert store.next_due() is None


def test_what_may_be_claimed_soon_is_told_by_task(store: Store) -> None:
    later = NOW + timedelta(seconds=1)
    again = NOW - timedelta(seconds=1)
    store.plan(NOW, [new("b", later), new("a"), new("a", again), new("c", later)])
    assert store.soon(NOW, 10) == ["a"]
    assert store.soon(later, 10) == ["a", "b", "c"]
    assert store.soon(later, 3) == ["a", "b"]
    take(store)
    assert store.soon(later, 10) == ["b", "c"]


def test_the_urgent_come_first_then_the_oldest(store: Store) -> None:
    order = [("tasks.A", 0, 1), ("tasks.B", 5, 3), ("tasks.C", 5, 2), ("tasks.D", -1, 0)]
    for task, priority, minute in order:
        store.plan(NOW, [new(task, NOW + timedelta(minutes=minute), priority=priority)])
    later = NOW + timedelta(hours=1)
    assert [one.run.task[-1] for one in take(store, now=later)] == ["C", "B", "A", "D"]


def test_who_chooses_sees_what_executes_everywhere(store: Store) -> None:
    store.plan(NOW, [new("tasks.A")])
    take(store, "elsewhere")
    store.plan(NOW, [new("tasks.A", NOW + timedelta(minutes=1))])
    seen: list[Executing] = []

    def look(due: Sequence[DueRun], executing: Sequence[Executing]) -> Choice:
        seen.extend(executing)
        return Choice((), tuple(Skip(one, Reason.OVERLAP, "x") for one in due))

    length, taken = store.take(look, "here", NOW + timedelta(hours=1), 100)
    assert (length, len(taken.skipped), seen) == (1, 1, [("tasks.A", "")])


def test_two_runtimes_never_claim_one_run(store: Store) -> None:
    """Many claimers at once: each run is claimed once, each by one token."""
    store.plan(NOW, [new("tasks.A", NOW - timedelta(minutes=n)) for n in range(200)])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: store.take(some, f"w{n % 8}", NOW, 10), range(64)))
    claimed = [one.run.id for _, taken in found for one in taken.claimed]
    assert len(claimed) == len(set(claimed)) == 200


def some(due: Sequence[DueRun], _executing: Sequence[Executing]) -> Choice:
    return Choice(tuple(Claim(one, "v") for one in due[:5]), ())


def test_a_stale_token_writes_nothing(store: Store) -> None:
    store.plan(NOW, [new()])
    [first] = take(store, "w1")
    number = first.run.id
    back = Ending(
        number, first.token, first.attempt, RunStatus.PENDING, Reason.INTERRUPTED, retry_at=NOW
    )
    assert store.finish([back], NOW)
    [second] = take(store, "w2")
    assert second.token > first.token
    stale = Ending(number, first.token, first.attempt, RunStatus.COMPLETED, result="1")
    assert store.finish([stale], NOW) == []
    run = store.run(number)
    assert run is not None
    assert run.status is RunStatus.EXECUTING
    assert [one.outcome for one in run.attempts] == ["interrupted", None]


def test_attempts_are_kept_one_by_one(store: Store) -> None:
    """With their own outcome and error each, while another executes too (R1)."""
    store.plan(NOW, [new()])
    ends = [(RunStatus.PENDING, Reason.ERROR, "first"), (RunStatus.PENDING, None, None)]
    for minute, (state, reason, error) in enumerate(ends):
        [mine] = take(store, f"w{minute}", NOW + timedelta(minutes=minute))
        end = Ending(
            mine.run.id, mine.token, mine.attempt, state, reason, error=error, peak_kb=minute,
            retry_at=NOW,
        )  # fmt: skip
        assert store.finish([end], NOW + timedelta(minutes=minute, seconds=1)) == [end]
    [mine] = take(store, "w2", NOW + timedelta(minutes=2))
    assert outcomes(store, mine.run.id) == [
        (1, "w0", "error", "first", 0), (2, "w1", "pending", None, 1), (3, "w2", None, None, None),
    ]  # fmt: skip
    last = Ending(mine.run.id, mine.token, 3, RunStatus.COMPLETED, result="1", peak_kb=7)
    store.finish([last], NOW + timedelta(minutes=3))
    assert outcomes(store, mine.run.id)[-1] == (3, "w2", "completed", None, 7)
    run = store.run(mine.run.id)
    assert run is not None
    assert [(one.started, one.finished) for one in run.attempts] == [
        (NOW, NOW + timedelta(seconds=1)),
        (NOW + timedelta(minutes=1), NOW + timedelta(minutes=1, seconds=1)),
        (NOW + timedelta(minutes=2), NOW + timedelta(minutes=3)),
    ]
    assert (run.started, run.finished) == (NOW, NOW + timedelta(minutes=3))


def outcomes(store: Store, number: int) -> list[tuple[object, ...]]:
    run = store.run(number)
    assert run is not None
    return [(one.number, one.worker, one.outcome, one.error, one.peak_kb) for one in run.attempts]


def test_text_that_no_database_holds_is_kept_as_near_as_may_be(store: Store) -> None:
    """A body may print NUL, or half of a surrogate pair: neither may keep its end from a record."""
    store.plan(NOW, [new()])
    [mine] = take(store)
    odd, kept = "a\0b\ud800c\U0001f600", "a\ufffdb\ufffdc\U0001f600"
    end = Ending(
        mine.run.id,
        mine.token,
        1,
        RunStatus.FAILED,
        Reason.ERROR,
        detail=odd,
        result=odd,
        error=odd,
    )
    store.finish([end], NOW, [(mine.run.id, LogChunk(1, NOW, "stdout", odd))])
    run = store.run(mine.run.id)
    assert run is not None
    assert (run.detail, run.result, run.error) == (kept, kept, kept)
    assert [one.text for one in store.log(mine.run.id)] == [kept]


def test_an_outcome_whose_reply_was_lost_counts_once_more(store: Store) -> None:
    store.plan(NOW, [new()])
    [mine] = take(store)
    end = Ending(mine.run.id, mine.token, mine.attempt, RunStatus.COMPLETED, result="1")
    assert store.finish([end], NOW) == [end]
    assert store.finish([end], NOW + timedelta(hours=1)) == [end]
    run = store.run(mine.run.id)
    assert run is not None
    assert run.finished == NOW


def test_only_those_asked_for_are_killed(store: Store) -> None:
    store.plan(NOW, [new("tasks.A"), new("tasks.B")])
    a, b = (one.run.id for one in take(store))
    assert store.request_kill(a, "too slow", NOW)
    assert store.kills([a, b]) == {a: "too slow"}
    assert not store.request_kill(999, None, NOW)


def test_a_pause_holds_until_it_is_ended(store: Store) -> None:
    pause = Pause("tasks.A", NOW, NOW + timedelta(days=1), "moving house")
    store.put_pause(pause)
    store.put_pause(pause)
    assert store.pauses() == {"tasks.A": pause}
    assert store.end_pause("tasks.A")
    assert not store.end_pause("tasks.A")


def test_pauses_that_are_over_are_forgotten(store: Store) -> None:
    lasting, over = Pause("tasks.A", NOW, None, None), Pause("tasks.B", NOW, NOW, None)
    for pause in (lasting, over, Pause("tasks.C", NOW, NOW + timedelta(seconds=1), None)):
        store.put_pause(pause)
    assert [one.task for one in store.status(NOW).pauses] == ["tasks.A", "tasks.C"]
    store.forget_pauses(NOW)
    assert set(store.pauses()) == {"tasks.A", "tasks.C"}


def test_what_would_be_planned_again_is_not_cancelled(store: Store) -> None:
    [(planned, _)] = store.plan(NOW, [new("tasks.A")])
    by_hand = store.enqueue("tasks.A", "", Trigger.MANUAL, NOW)
    assert not store.cancel(planned, None, NOW)
    assert store.cancel(by_hand, "no need", NOW)
    assert not store.cancel(by_hand, "no need", NOW)
    run = store.run(by_hand)
    assert run is not None
    assert (run.status, run.reason, run.detail, run.finished) == (
        RunStatus.CANCELLED, Reason.KILLED, "cancelled by hand: no need", NOW,
    )  # fmt: skip


def test_a_cancelled_retry_keeps_its_nominal_and_a_cancelled_backfill_does_not(
    store: Store,
) -> None:
    [(retried, _)] = store.plan(NOW, [new("tasks.A")])
    [mine] = take(store)
    store.finish(
        [Ending(retried, mine.token, 1, RunStatus.PENDING, Reason.ERROR, retry_at=NOW)], NOW
    )
    assert store.cancel(retried, None, NOW)
    assert store.plan(NOW, [new("tasks.A")]) == []
    filled = NewRun("tasks.B", "", Trigger.BACKFILL, (NOW,), NOW)
    [(number, _)] = store.plan(NOW, [filled])
    assert store.cancel(number, None, NOW)
    assert len(store.plan(NOW, [filled])) == 1


def test_what_waits_for_a_task_that_is_gone_ends(store: Store) -> None:
    """A retry, and what somebody asked for; another task's, and what may come back, wait on."""
    names = ["tasks.Gone", "tasks.Away", "tasks.There"]
    vanished = dict(zip(names, (NOW - timedelta(days=1), NOW, None), strict=True))
    store.plan(NOW, [new(name) for name in names])
    tried = take(store)
    again = [Ending(one.run.id, one.token, 1, RunStatus.PENDING, retry_at=NOW) for one in tried]
    store.finish(again, NOW)
    asked = [store.enqueue(name, "", Trigger.MANUAL, NOW) for name in names]
    marks = [
        Watermark(name, NOW, "", "v", NOW, NOW, enabled=True, vanished=gone)
        for name, gone in vanished.items()
    ]
    store.plan(NOW, mark=marks)
    assert store.end_abandoned(NOW - timedelta(days=1), NOW) == 2
    for number, name in [
        *((one.run.id, one.run.task) for one in tried),
        *zip(asked, names, strict=True),
    ]:
        run = store.run(number)
        assert run is not None
        ended = (RunStatus.CANCELLED, Reason.REMOVED, NOW)
        wanted = ended if name == "tasks.Gone" else (RunStatus.PENDING, None, None)
        assert (run.status, run.reason, run.finished) == wanted, name
    assert store.plan(NOW, [new("tasks.Gone")]) == [], "its body has begun: it keeps its key"


def test_a_rerun_is_of_the_same_occurrence(store: Store) -> None:
    later = NOW + timedelta(days=1)
    [(number, _)] = store.plan(NOW, [new("tasks.A", NOW, later, priority=3)])
    before = store.run(number)
    assert before is not None
    after = store.run(store.rerun(before, later))
    assert after is not None
    assert (after.rerun_of, after.trigger, after.nominals, after.effective, after.priority) == (
        number, Trigger.RERUN, (NOW, later), later, 3,
    )  # fmt: skip
    assert store.rerun(before, later) != after.id


@pytest.mark.parametrize("before", list(RunStatus))
@pytest.mark.parametrize("after", list(RunStatus))
def test_only_legal_steps(before: RunStatus, after: RunStatus) -> None:
    if after in TRANSITIONS[before]:
        transition(before, after)
    else:
        with pytest.raises(ValueError, match="cannot go"):
            transition(before, after)


def test_pages_and_filters(store: Store) -> None:
    for n in range(25):
        store.plan(NOW, [new("tasks.A" if n % 2 else "tasks.B", NOW + timedelta(minutes=n))])
    seen, after = [], None
    while True:
        page = store.records(RecordFilter(), NOW, 10, after)
        seen += [run.effective for run in page.records]
        after = page.next
        if after is None:
            break
    assert seen == [NOW + timedelta(minutes=n) for n in range(24, -1, -1)]
    some = store.records(RecordFilter(task="tasks.A", since=NOW + timedelta(minutes=20)), NOW)
    assert len(some.records) == 2
    late = store.records(RecordFilter(overdue=True), NOW + timedelta(minutes=5))
    assert len(late.records) == 4
    with pytest.raises(StoreError, match="no cursor"):
        store.records(RecordFilter(), NOW, 10, "nonsense")


def test_a_run_has_ended_exactly_when_it_is_finished(store: Store) -> None:
    """The indexes of listings rest on it."""
    store.plan(NOW, [new("tasks.A", status=RunStatus.SKIPPED, reason=Reason.MISFIRE)])
    store.plan(NOW, [new(f"tasks.{name}") for name in "BCDEF"])
    closing = store.pending(["tasks.B"])["tasks.B"][0]
    store.plan(NOW, close=[Closing(closing.id, RunStatus.CANCELLED, Reason.EDITED, "x")])
    c, d, e, _ = take(store)
    store.finish(
        [
            Ending(c.run.id, c.token, 1, RunStatus.COMPLETED),
            Ending(d.run.id, d.token, 1, RunStatus.FAILED, Reason.ERROR),
            Ending(e.run.id, e.token, 1, RunStatus.PENDING, Reason.ERROR, retry_at=NOW),
        ],
        NOW,
    )
    found = {one.task[-1]: one for one in store.records(RecordFilter(), NOW).records}
    assert [found[name].status for name in "ABCDEF"] == [
        "skipped", "cancelled", "completed", "failed", "pending", "executing",
    ]  # fmt: skip
    assert [found[name].finished for name in "ABCDEF"] == [NOW, NOW, NOW, NOW, None, None]


def test_pruning_takes_what_ended_long_ago(store: Store) -> None:
    past, later = NOW - timedelta(days=100), NOW + timedelta(days=300)
    store.plan(past, [new("tasks.A", past), new("tasks.B", past, status=RunStatus.SKIPPED)])
    [(edited, _)] = store.plan(past, [new("tasks.C", later)])
    store.plan(past, close=[Closing(edited, RunStatus.CANCELLED, Reason.EDITED, "x")])
    store.plan(NOW, [new("tasks.D", past, status=RunStatus.SKIPPED), new("tasks.E", past)])
    [a, e] = take(store, now=past)
    store.finish([Ending(a.run.id, a.token, 1, RunStatus.COMPLETED)], past)
    store.finish([Ending(e.run.id, e.token, 1, RunStatus.COMPLETED)], NOW)
    assert store.prune(NOW, 90, limit=2) == 2
    assert store.prune(NOW, 90) == 1
    left = store.records(RecordFilter(), NOW).records
    assert sorted(one.task for one in left) == ["tasks.D", "tasks.E"]


def test_logs_keep_their_order(store: Store) -> None:
    store.plan(NOW, [new()])
    store.finish([], NOW, [(1, LogChunk(1, NOW, "stdout", f"{n}")) for n in range(5)])
    chunks = list(store.log(1))
    assert "".join(one.text for one in chunks) == "01234"
    assert [one.text for one in store.log(1, chunks[2].id)] == ["3", "4"]


def test_an_old_schema_is_upgraded_with_its_records(app: AppSettings, tmp_path: Path) -> None:
    """A store of the first schema, with runs in it."""
    with Store.open(app, tmp_path, create=True) as store:
        upgrade.migrate(store._database.engine, "0001", down=True)
        with store._database.writing() as connection:
            connection.execute(sa.insert(runs), [_old_run(n) for n in range(3)])
    with pytest.raises(StoreError, match="of an older JitTask"):
        Store.open(app, tmp_path, create=False)
    with Store.open(app, tmp_path, create=True) as store:
        assert [one.task for one in store.records(RecordFilter(), NOW).records] == [
            "t2",
            "t1",
            "t0",
        ]
        assert len(take(store)) == 3


def test_what_an_older_one_has_planned_still_stands(app: AppSettings, tmp_path: Path) -> None:
    """A store of the schema before tasks' marks told how far they had been walked."""
    mark = {
        "task": "t0", "activated": 1, "timing_digest": "d", "version": "v", "planned_until": 9,
        "enabled": True,
    }  # fmt: skip
    with Store.open(app, tmp_path, create=True) as store:
        upgrade.migrate(store._database.engine, "0003", down=True)
        with store._database.writing() as connection:
            connection.execute(sa.insert(runs), [_old_run(0)])
            connection.execute(sa.insert(marks), [mark])
    with Store.open(app, tmp_path, create=True) as store:
        [found] = store.marks().values()
        assert found.planned_until == from_micros(9)
        assert found.walked_until <= found.activated
        assert len(take(store)) == 1


def _old_run(n: int) -> dict[str, object]:
    return {
        "task": f"t{n}", "row_key": "", "state": "pending", "trigger": "schedule", "nominal": n,
        "effective": n, "due": n, "attempt": 0, "token": 0, "priority": 0, "late": False,
    }  # fmt: skip


def test_attempts_are_upgraded_and_downgraded_with_their_runs(store: Store) -> None:
    """Whatever state their run is in, nothing that is told of an attempt changes."""
    store.plan(NOW, [new(f"tasks.{name}") for name in "ABCDE"])
    waiting, *others = take(store, "w1")
    back = Ending(waiting.run.id, waiting.token, 1, RunStatus.PENDING, Reason.ERROR, retry_at=NOW)
    ended = [
        Ending(others[0].run.id, others[0].token, 1, RunStatus.COMPLETED, result="1", peak_kb=5),
        Ending(others[1].run.id, others[1].token, 1, RunStatus.FAILED, Reason.ERROR, error="oh"),
        Ending(others[2].run.id, others[2].token, 1, RunStatus.CANCELLED, Reason.ROW_GONE),
    ]
    store.finish([back, *ended], NOW + timedelta(seconds=1))
    numbers = [waiting.run.id, *(one.run.id for one in others)]
    before = [store.run(number) for number in numbers]
    assert all(run and len(run.attempts) == 1 for run in before)
    engine = store._database.engine
    for _ in range(2):
        upgrade.migrate(engine, "0003", down=True)
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM attempts")).scalar() == 5
        upgrade.migrate(engine, "head")
        assert [store.run(number) for number in numbers] == before


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_make_the_tables(store: Store) -> None:
    with store._database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert [
            one for one in compare_metadata(context, metadata) if "alembic" not in str(one)
        ] == []


def test_migrations_make_the_indexes(store: Store) -> None:
    """Word for word: Alembic does not compare what a partial index holds."""
    with store._database.writing() as connection:
        migrated = indexes(connection)
        for index in list(runs.indexes):
            index.drop(connection)
            index.create(connection)
        assert indexes(connection) == migrated
        assert len(migrated) == len(runs.indexes)


def indexes(connection: sa.Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'runs'"
    else:
        query = (
            "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = 'runs' AND indexname <> 'runs_pkey'"
        )
    return set(connection.execute(sa.text(query)).scalars())


def test_a_newer_schema_is_refused(store: Store, app: AppSettings, tmp_path: Path) -> None:
    with store._database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer JitTask"):
        Store.open(app, tmp_path, create=True)


def test_nothing_has_run_yet(app: AppSettings, tmp_path: Path) -> None:
    with pytest.raises(NoRecords, match="no records yet"):
        Store.open(app, tmp_path, create=False)
    Store.open(app, tmp_path, create=True).close()
    with Store.open(app, tmp_path, create=False) as store:
        assert store.run(1) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("oracle://h/d", "expected an SQLite file or a PostgreSQL database, got oracle://h/d"),
        ("sqlite://", "expected an SQLite file or a PostgreSQL database"),
        ("nonsense", "expected a URL such as sqlite:///runs.db"),
        ("sqlite:///bad.db", "cannot be used as the run store"),
        ("sqlite:///no/folder/runs.db", "no such folder"),
        ("postgresql://127.0.0.1:1/none", "settings.store: postgresql.*127.0.0.1:1/none"),
    ],
)
def test_what_is_no_store_is_refused(url: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_text("this is no database, but long enough to be looked at" * 10)
    with pytest.raises(StoreError, match=words):
        Store.open(AppSettings(store=url), tmp_path, create=True)


def test_a_runtime_that_is_stopped_in_a_transaction_holds_up_nobody(tmp_path: Path) -> None:
    """The server ends what does nothing for half a heartbeat, and so frees its locks (R4)."""

    def claim_meanwhile(stopped: Store, other: Store, threads: ThreadPoolExecutor) -> None:
        with stopped._database.writing() as connection:
            alone(connection, Lock.CLAIM)
            assert len(threads.submit(take, other).result(20)) == 1
            connection.execute(sa.select(1))

    with store_settings("postgresql") as settings:
        short = replace(settings, runtime=replace(settings.runtime, heartbeat_seconds=1))
        with (
            Store.open(short, tmp_path, create=True) as stopped,
            Store.open(short, tmp_path, create=True) as other,
            ThreadPoolExecutor(1) as threads,
        ):
            other.plan(NOW, [new()])
            with pytest.raises(StoreUnavailable):
                claim_meanwhile(stopped, other, threads)


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    secret = AppSettings(store="postgresql://me:hush@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught:
        Store.open(secret, tmp_path, create=True)
    assert "hush" not in str(caught.value)


def test_pending_are_the_planned_runs_that_no_attempt_has_begun(store: Store) -> None:
    ends = {
        "tasks.Done": RunStatus.COMPLETED,
        "tasks.Again": RunStatus.PENDING,
        "tasks.Begun": None,
    }
    store.plan(NOW, list(map(new, ends)))
    [(skipped, _)] = store.plan(NOW, [new("tasks.Waiting", NOW - timedelta(days=1))])
    store.plan(NOW, close=[Closing(skipped, RunStatus.SKIPPED, Reason.MISFIRE, "x")])
    for mine in take(store):
        state = ends.get(mine.run.task)
        if state is not None:
            store.finish([Ending(mine.run.id, mine.token, mine.attempt, state, retry_at=NOW)], NOW)
    store.enqueue("tasks.Waiting", "", Trigger.MANUAL, NOW)
    later = NOW + timedelta(days=1)
    store.plan(NOW, [new("tasks.Waiting", later), new("tasks.Other", later)])
    found = store.pending([*ends, "tasks.Waiting"])
    assert {task: [run.effective for run in some] for task, some in found.items()} == {
        "tasks.Waiting": [later]
    }


def test_pending_runs_are_found_by_their_tasks(tmp_path: Path) -> None:
    """Not among those of all: that took a hundred thousand tasks a minute."""
    said: list[tuple[str, object]] = []
    with Store.open(AppSettings(), tmp_path, create=True) as store:
        engine = store._database.engine
        sa.event.listen(engine, "before_cursor_execute", lambda *at: said.append((at[2], at[3])))
        store.pending([f"tasks.T{n}" for n in range(200)])
        [(query, given)] = [one for one in said if "FROM runs" in one[0]]
        with engine.connect() as connection:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", given).all()
    assert "runs_open (task=?)" in steps[0][3]
