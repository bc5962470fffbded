"""Every change that people can see changes a mark, and what they cannot see does not (C3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from jittask.model import AppSettings, Reason, RunStatus, Trigger
from jittask.run_log import LogPiece
from jittask.store import Store
from jittask.store.blocked_tasks import BlockedTask
from jittask.store.changes import ChangeMarks, change_marks
from jittask.store.claim_types import Claimed, Ending
from jittask.store.control import Pause
from jittask.store.run_logs import AttemptPiece
from jittask.store.status_types import ElementRow
from tests.store.runs import NOW, new, take

LATER = NOW + timedelta(minutes=1)
ELEMENT = ElementRow("tasks.A", "running", "1" * 64, NOW, ())
BLOCKED = BlockedTask("tasks.A", "scan-failed", "no table", NOW, NOW, 1, LATER)


def ending(claim: Claimed, status: RunStatus) -> Ending:
    reason = Reason.ERROR if status is RunStatus.PENDING else None
    again = LATER if status is RunStatus.PENDING else None
    return Ending(claim.run.id, claim.token, claim.attempt, status, reason, retry_at=again)


def printed(store: Store, claim: Claimed) -> None:
    piece = LogPiece(NOW, "stdout", "info", "x\n")
    store.finish([], NOW, [AttemptPiece(claim.run.id, claim.token, claim.attempt, piece)])


Step = Callable[[Store, Claimed], object]
STEPS: dict[str, tuple[set[str], Step]] = {
    "a new run": ({"runs"}, lambda store, _: store.enqueue("tasks.B", "", Trigger.MANUAL, NOW)),
    "a planned run": ({"runs"}, lambda store, _: store.plan(NOW, [new("tasks.C")])),
    "a claim": ({"runs"}, lambda store, _: take(store)),
    "a run that is over": (
        {"runs"},
        lambda store, claim: store.finish([ending(claim, RunStatus.COMPLETED)], NOW),
    ),
    "a retry": ({"runs"}, lambda store, claim: store.finish([ending(claim, RunStatus.PENDING)], NOW)),
    "a request to kill": ({"runs"}, lambda store, claim: store.request_kill(claim.run.id, None, NOW)),
    "a line of a log": ({"logs"}, printed),
    "an element": ({"elements"}, lambda store, _: store.put_elements({"tasks.A": ELEMENT}, {})),
    "a pause": ({"pauses"}, lambda store, _: store.put_pause(Pause("tasks.A", NOW, None, "n"))),
    "a blocked task": ({"blocked"}, lambda store, _: store.write_blocked([BLOCKED])),
    "a runtime": ({"runtimes"}, lambda store, _: store.announce("r", "host", 1, NOW)),
    "nothing": (set(), lambda _store, _claim: None),
}  # fmt: skip
PARTS = ("runs", "logs", "elements", "runtimes", "pauses", "blocked")


def changed_by(store: Store, step: Callable[[], object]) -> set[str]:
    before = store.change_marks()
    step()
    after = store.change_marks()
    assert hash(after) is not None
    return {part for part in PARTS if getattr(before, part) != getattr(after, part)}


@pytest.mark.parametrize("what", STEPS)
def test_a_change_is_seen_in_its_part(store: Store, what: str) -> None:
    parts, step = STEPS[what]
    store.plan(NOW, [new("tasks.A")])
    [claim] = take(store)
    store.enqueue("tasks.Waits", "", Trigger.MANUAL, NOW)
    assert changed_by(store, lambda: step(store, claim)) == parts


def test_edits_of_what_is_there_are_seen(store: Store) -> None:
    store.put_elements({"tasks.A": ELEMENT}, {})
    store.put_pause(Pause("tasks.A", NOW, None, None))
    broken = {"tasks.A": replace(ELEMENT, state="broken")}
    assert changed_by(store, lambda: store.put_elements(broken, {"tasks.A": ELEMENT})) == {
        "elements"
    }
    assert changed_by(store, lambda: store.put_pause(Pause("tasks.A", NOW, LATER, None))) == {
        "pauses"
    }
    assert changed_by(store, lambda: store.end_pause("tasks.A")) == {"pauses"}


def test_heartbeats_and_tries_are_no_changes(store: Store) -> None:
    store.announce("r", "host", 1, NOW)
    store.write_blocked([BLOCKED])
    assert changed_by(store, lambda: store.beat("r", LATER)) == set()
    again = replace(BLOCKED, tried=LATER, tries=2)
    assert changed_by(store, lambda: store.write_blocked([again])) == set()


def test_many_runs_far_in_the_future_can_be_summed(store: Store) -> None:
    """Sums of whole instants would be more than the number that a database holds."""
    far = NOW.replace(year=2200)
    store.plan(NOW, [new("tasks.A", far + timedelta(minutes=each)) for each in range(3000)])
    assert store.change_marks().runs


def test_a_commit_of_another_program_is_seen(
    store: Store, app: AppSettings, tmp_path: Path
) -> None:
    """Also where the marks are kept as long as nobody commits."""
    with Store.open(app, tmp_path) as other:
        for number in range(3):
            before = store.change_marks()
            assert store.change_marks() == before
            other.enqueue(f"tasks.B{number}", "", Trigger.MANUAL, NOW)
            assert store.change_marks().runs != before.runs
            store.put_pause(Pause(f"tasks.B{number}", NOW, None, "n"))
            assert store.change_marks().pauses != before.pauses


def test_a_file_without_a_commit_is_not_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []

    def count(connection: Connection) -> ChangeMarks:
        reads.append(connection)
        return change_marks(connection)

    monkeypatch.setattr("jittask.store.facade.status_methods.change_marks", count)
    marks = [store.change_marks() for _ in range(3)]
    assert marks[0] == marks[1] == marks[2]
    assert len(reads) == (3 if store.shared else 1)
