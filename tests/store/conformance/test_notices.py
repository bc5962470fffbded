"""What has been reported, messages to them, and how tasks' runs have ended (R13, R14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jittask.model import Notice
from jittask.store import LeadershipLost, Store
from jittask.store.notices import (
    MessageState,
    MessageType,
    NewMessage,
    NoticeState,
    Stage,
    Undelivered,
)
from jittask.store.status_types import ElementRow
from jittask.store.task_ends import TaskEnds
from jittask.store.watermarks import Watermark
from tests.store.conformance.test_statistics import fill, row
from tests.store.runs import NOW, new

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
A = NoticeState(Notice.FAILED, "tasks.A", Stage.WAITING, "", NOW, NOW, True, "run 1 failed")
B = replace(A, kind=Notice.BROKEN, subject="models.B", mark="7", recovers=False)
MAIL = NewMessage("m" * 64, "mailto://…", "1 failed", "failed: tasks.A", MessageType.FAILURE)
CHAT = replace(MAIL, target="c" * 64, label="slack://…", type=MessageType.SUCCESS)


def test_a_state_is_replaced_and_forgotten(store: Store) -> None:
    store.write_notices(NOW, [A, B], [])
    assert store.notice_states() == (B, A)
    reported = replace(A, stage=Stage.REPORTED, changed=NOW + MINUTE)
    store.write_notices(NOW, [reported], [B.key])
    assert store.notice_states() == (reported,)


def test_a_message_is_due_until_it_is_sent(store: Store) -> None:
    store.write_notices(NOW, [], [], [MAIL, CHAT])
    mail, chat = store.due_messages(NOW, 10)
    assert (mail.label, mail.title, mail.body, mail.tries) == (
        "mailto://…",
        MAIL.title,
        MAIL.body,
        0,
    )
    assert (mail.type, chat.type) == (MAIL.type, CHAT.type)
    store.end_message(mail.id, MessageState.SENT)
    assert store.due_messages(NOW, 10) == (chat,)
    assert store.due_messages(NOW - MINUTE, 10) == ()


def test_a_message_that_could_not_be_sent_waits_and_is_shown(store: Store) -> None:
    store.write_notices(NOW, [], [], [MAIL, MAIL, CHAT])
    first, second, _ = store.due_messages(NOW, 10)
    for message in (first, second):
        store.delay_message(message.id, NOW + MINUTE, "refused")
    assert [message.label for message in store.due_messages(NOW, 10)] == ["slack://…"]
    assert store.due_messages(NOW + MINUTE, 1)[0].tries == 1
    assert store.status(NOW).undelivered == (Undelivered("mailto://…", 2, NOW, "refused"),)
    store.end_message(first.id, MessageState.LOST)
    store.end_message(second.id, MessageState.SENT)
    assert store.status(NOW).undelivered == ()


def test_messages_of_an_hour_are_counted_for_the_busiest_target(store: Store) -> None:
    assert store.messages_since(NOW) == 0
    store.write_notices(NOW, [], [], [MAIL, CHAT])
    store.write_notices(NOW + MINUTE, [], [], [MAIL])
    assert store.messages_since(NOW - MINUTE) == 2
    assert store.messages_since(NOW) == 1


def test_what_was_sent_is_forgotten_after_an_hour_and_what_was_lost_after_a_week(
    store: Store,
) -> None:
    store.write_notices(NOW, [], [], [MAIL, CHAT])
    sent, lost = store.due_messages(NOW, 10)
    store.end_message(sent.id, MessageState.SENT)
    store.end_message(lost.id, MessageState.LOST)
    for later, left in ((59 * MINUTE, 2), (HOUR, 1), (timedelta(days=7), 0)):
        store.write_notices(NOW + later, [], [])
        with store._database.reading() as connection:
            assert (
                connection.exec_driver_sql("SELECT count(*) FROM notice_messages").scalar() == left
            )


def test_only_the_leader_writes(store: Store) -> None:
    if not store.shared:
        pytest.skip("one runtime has this store")
    store.announce("r", "host", 1, NOW)
    term = store.lead("r", 0)
    store.write_notices(NOW, [A], [], [MAIL], term)
    [message] = store.due_messages(NOW, 10)
    for write in (
        lambda: store.write_notices(NOW, [B], [], [CHAT], term + 1),
        lambda: store.end_message(message.id, MessageState.SENT, term + 1),
        lambda: store.delay_message(message.id, NOW, "x", term + 1),
    ):
        with pytest.raises(LeadershipLost):
            write()
    assert store.notice_states() == (A,)
    assert store.due_messages(NOW, 10) == (message,)


def planned(store: Store, *tasks: str) -> None:
    marks = [Watermark(task, NOW, "d", "v", NOW, NOW, True) for task in tasks]
    store.plan(NOW, watermarks=marks)
    store.put_elements({task: ElementRow(task, "running", "v", NOW, ()) for task in tasks}, {})


def test_how_the_newest_runs_of_each_task_have_ended(store: Store) -> None:
    planned(store, "tasks.A", "tasks.B", "tasks.C")
    fill(store, [
        row("tasks.A", "failed", NOW, 0, 1000), row("tasks.A", "completed", NOW + MINUTE, 0, 1000),
        row("tasks.A", "skipped", NOW + 2 * MINUTE, 0, 0),
        row("tasks.B", "completed", NOW, 0, 0), row("tasks.B", "failed", NOW + MINUTE, 0, 2000),
        row("tasks.Gone", "failed", NOW, 0, 0),
    ])  # fmt: skip
    a, b, c = store.all_task_ends()
    second = timedelta(seconds=1)
    assert (a.task, a.completed, a.failed) == ("tasks.A", NOW + MINUTE + second, NOW + second)
    assert (b.completed, b.failed) == (NOW, NOW + MINUTE + 2 * second)
    assert c == TaskEnds("tasks.C", None, None, None)
    assert [each.is_failing for each in (a, b, c)] == [False, True, False]
    assert store.run(b.failed_run).effective == NOW + MINUTE
    assert store.due_and_ends(NOW, 2)[1] == (a, b)


def test_due_runs_are_those_whose_time_has_come(store: Store) -> None:
    store.plan(NOW, [new(at=NOW), new("tasks.B", NOW + MINUTE)])
    assert store.due_and_ends(NOW, 0)[0] == 1
    assert store.due_and_ends(NOW + MINUTE, 0)[0] == 2
