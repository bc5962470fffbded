"""A claim that does not wait for the disk: what it leaves where power is lost (R4, R9)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jittask.model import AppSettings, Reason, RunStatus
from jittask.store import Store
from jittask.store.claim_types import Choice, Claim, Claimed, DueRun, Ending, Executing
from jittask.store.control import Pause
from jittask.store.facade import claiming_methods, membership_methods
from jittask.store.plans import Closing
from tests.store.runs import NOW, new, take

SECOND = timedelta(seconds=1)


@pytest.fixture
def boot(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give a list whose last text is the boot of the machine."""
    boots = ["first"]
    for module in (claiming_methods, membership_methods):
        monkeypatch.setattr(module, "boot_id", lambda: boots[-1])
    return boots


@pytest.fixture
def store(tmp_path: Path, boot: list[str]) -> Iterator[Store]:
    with Store.open(AppSettings(), tmp_path, create=True) as opened:
        opened.announce("a", "host", 1, NOW)
        yield opened


def everything(due: Sequence[DueRun], _: Sequence[Executing], __: Mapping[str, Pause]) -> Choice:
    return Choice(tuple(Claim(run, "v") for run in due), ())


def readied(store: Store, limit: int = 9, until: datetime = NOW) -> list[DueRun]:
    """Ready what comes, and return it."""
    found = [coming.run for coming in store.coming(NOW - SECOND, until, limit)]
    store.ready([run.id for run in found], [])
    return found


def take_readied(store: Store, due: Sequence[DueRun]) -> list[Claimed]:
    return store.take_readied(due, everything, "a", NOW)


def close(store: Store, run: int) -> None:
    store.plan(NOW, close=[Closing(run, RunStatus.CANCELLED, Reason.EDITED, "no more")])


def restarted(store: Store, identity: str = "b") -> list[int]:
    """Let another runtime begin; return the runs that the one before has left executing."""
    store.announce(identity, "host", 2, NOW + SECOND)
    store.retire(identity, NOW + SECOND)
    return [orphan.id for orphan in store.orphans()]


def test_what_comes_is_found_in_order_and_no_more_than_the_limit(store: Store) -> None:
    times = [NOW, NOW - SECOND / 2, NOW - SECOND / 4, NOW + SECOND, NOW - SECOND]
    store.plan(NOW - 2 * SECOND, [new(at=at) for at in times])
    found = store.coming(NOW - SECOND, NOW, 9)
    assert [coming.due for coming in found] == [times[1], times[2], times[0]]
    assert [coming.run.effective for coming in found] == [times[1], times[2], times[0]]
    assert store.coming(NOW - SECOND, NOW, 2) == found[:2]
    assert store.coming(NOW - SECOND, NOW, 9, ["tasks.A"]) == []


def test_it_is_claimed_once_and_as_any_other(store: Store) -> None:
    store.plan(NOW - SECOND, [new(), new("tasks.B")])
    due = readied(store)
    first, second = take_readied(store, due)
    assert (first.version, first.token, first.attempt) == ("v", 1, 1)
    assert take_readied(store, due) == []
    assert take(store) == ()
    record = store.run(second.run.id)
    assert record is not None
    [attempt] = record.attempts
    assert (record.status, record.started) == (RunStatus.EXECUTING, NOW)
    assert (attempt.number, attempt.runtime, attempt.host) == (1, "a", "host")


def test_before_it_is_due_and_where_it_was_cancelled_it_is_not_claimed(store: Store) -> None:
    [(run, _)] = store.plan(NOW - SECOND, [new()])
    [due] = readied(store)
    assert store.take_readied([due], everything, "a", NOW - SECOND / 2) == []
    close(store, run)
    assert take_readied(store, [due]) == []


def test_what_executes_and_is_paused_is_seen_as_it_is_then(store: Store) -> None:
    store.plan(NOW - SECOND, [new(), new("tasks.B")])
    first, second = readied(store)
    take_readied(store, [first])
    store.put_pause(Pause("tasks.B", NOW, None, "wait"))
    seen: list[object] = []

    def nothing(*given: object) -> Choice:
        seen.extend(given)
        return Choice((), ())

    assert store.take_readied([second], nothing, "a", NOW) == []
    due, executing, pauses = seen
    assert due == [second]
    assert executing == [Executing("tasks.A", "", NOW)]
    assert pauses == {"tasks.B": Pause("tasks.B", NOW, None, "wait")}


# --- another boot


def test_what_was_readied_and_due_before_power_was_lost_may_have_begun(
    store: Store, boot: list[str]
) -> None:
    [(lost, _), (free, _)] = store.plan(NOW - SECOND, [new(), new("tasks.B")])
    readied(store)
    close(store, free)
    boot.append("second")
    assert restarted(store) == [lost]
    record = store.run(lost)
    assert record is not None
    [attempt] = record.attempts
    assert (record.status, attempt.runtime, attempt.started) == (RunStatus.EXECUTING, "a", NOW)
    assert attempt.host == "host"
    assert record.detail is not None
    assert "lost power" in record.detail


def test_a_clock_that_is_behind_after_the_boot_hides_nothing(store: Store, boot: list[str]) -> None:
    store.plan(NOW - SECOND, [new(at=NOW + SECOND)])
    [run] = readied(store, until=NOW + SECOND)
    boot.append("second")
    store.announce("b", "host", 2, NOW - SECOND)
    store.retire("b", NOW - SECOND)
    [orphan] = store.orphans()
    assert (orphan.id, orphan.started) == (run.id, NOW + SECOND), "nothing begins before it is due"


def test_what_was_taken_back_or_left_by_a_stop_has_not_begun(store: Store, boot: list[str]) -> None:
    store.plan(NOW - SECOND, [new(), new("tasks.B")])
    first, _ = readied(store)
    store.ready([], [first.id])
    assert take_readied(store, [first]) == []
    store.note("a", stopped=NOW)
    boot.append("second")
    assert restarted(store) == []
    assert len(take(store, "b")) == 2


def test_where_only_the_program_ended_nothing_has_begun_that_is_pending(store: Store) -> None:
    store.plan(NOW - SECOND, [new()])
    readied(store)
    assert restarted(store) == []
    assert len(take(store, "b")) == 1


def test_what_was_not_readied_has_not_begun(store: Store, boot: list[str]) -> None:
    store.plan(NOW - SECOND, [new(), new("tasks.B")])
    readied(store, limit=1)
    boot.append("second")
    assert len(restarted(store)) == 1


def test_a_run_that_waits_for_its_next_attempt_has_not_begun(store: Store, boot: list[str]) -> None:
    store.plan(NOW - SECOND, [new()])
    [claim] = take_readied(store, readied(store))
    retry = Ending(claim.run.id, claim.token, 1, RunStatus.PENDING, retry_at=NOW)
    assert store.finish([retry], NOW) == [retry]
    boot.append("second")
    assert restarted(store) == []


def test_a_claim_without_the_disk_survives_the_program_and_one_with_it_the_power(
    tmp_path: Path, store: Store
) -> None:
    """As SQLite says which of its commits it has synced."""
    settings = {}
    for kind in (True, False):
        with store._database.writing(synced=kind) as connection:
            settings[kind] = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    assert settings == {True: 2, False: 1}, "FULL, and NORMAL: written at once, synced later"

    store.plan(NOW - SECOND, [new()])
    take_readied(store, readied(store))
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / ".jittask", copy / ".jittask")  # as the next program finds it
    with Store.open(AppSettings(), copy, create=False) as other:
        assert [orphan.task for orphan in other.executed_by("a")] == ["tasks.A"]
