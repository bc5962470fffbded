"""What people have been notified of, and the messages that are on their way (rule R14).

A message is written in the same transaction as the state that it reports, so that no crash
loses or repeats it. Its target is a digest: no URL of a target is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import Notice
from jittask.storable import storable
from jittask.store.instants import from_micros, to_micros
from jittask.store.tables import notice_messages, notice_states

NoticeKey = tuple[Notice, str]
"""What is wrong, and with which element."""

_SENT_KEPT = timedelta(hours=1)
"""For how long the messages of the last hour are counted."""
_LOST_KEPT = timedelta(days=7)


class Stage(StrEnum):
    """How far people know of something."""

    WAITING = "waiting"
    """It is wrong, and not reported yet."""
    REPORTED = "reported"
    OVER = "over"
    """It was reported, is over, and that is not reported yet."""


class MessageType(StrEnum):
    """How grave a message is, in the words of apprise: targets show it by a colour or a sign."""

    FAILURE = "failure"
    WARNING = "warning"
    SUCCESS = "success"
    INFO = "info"


class MessageState(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    SENT = "sent"
    LOST = "lost"
    """It could not be sent for so long that it was given up."""


@dataclass(frozen=True, slots=True)
class NoticeState:
    """Something that is wrong, or was, and how far people know of it."""

    kind: Notice
    subject: str
    """An element's full name, or ``app.json``."""
    stage: Stage
    mark: str
    """A change of it is reported as if it were new: the run of a date-field task."""
    since: datetime
    changed: datetime
    """When it came to this stage."""
    recovers: bool
    """Whether its end is worth telling."""
    text: str

    @property
    def key(self) -> NoticeKey:
        """What names it."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to one target."""

    target: str
    """A digest of the URL as it is written."""
    label: str
    """The target, for people, without secrets."""
    title: str
    body: str
    type: MessageType


@dataclass(frozen=True, slots=True)
class Message(NewMessage):
    """A message that waits to be sent."""

    id: int
    at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A target that could not be reached, and what waits for it."""

    label: str
    messages: int
    since: datetime
    """When the oldest of them was written."""
    error: str


def notice_state_rows(connection: Connection) -> tuple[NoticeState, ...]:
    """Return what is wrong or was, by kind and subject."""
    query = sa.select(notice_states).order_by(notice_states.c.kind, notice_states.c.subject)
    return tuple(
        NoticeState(
            Notice(row.kind), row.subject, Stage(row.stage), row.mark, from_micros(row.since),
            from_micros(row.changed), row.recovers, row.text,
        )
        for row in connection.execute(query)
    )  # fmt: skip


def write_states(
    connection: Connection, put: Sequence[NoticeState], gone: Collection[NoticeKey]
) -> None:
    """Write states whole, and delete those that are over and done."""
    for kind, subject in (*gone, *(state.key for state in put)):
        connection.execute(
            sa.delete(notice_states).where(
                notice_states.c.kind == kind, notice_states.c.subject == subject
            )
        )
    if put:
        connection.execute(sa.insert(notice_states), [_columns(state) for state in put])


def _columns(state: NoticeState) -> dict[str, object]:
    return {
        "kind": state.kind.value,
        "subject": state.subject,
        "stage": state.stage.value,
        "mark": state.mark,
        "since": to_micros(state.since),
        "changed": to_micros(state.changed),
        "recovers": state.recovers,
        "text": storable(state.text),
    }


def add_messages(connection: Connection, messages: Sequence[NewMessage], now: datetime) -> None:
    """Write messages that are to be sent at once."""
    if messages:
        rows = [
            {
                "target": message.target, "label": message.label, "title": storable(message.title),
                "body": storable(message.body), "state": MessageState.WAITING.value,
                "at": to_micros(now), "tries": 0, "next_try": to_micros(now),
                "type": message.type.value,
            }
            for message in messages
        ]  # fmt: skip
        connection.execute(sa.insert(notice_messages), rows)


def due_messages(connection: Connection, now: datetime, most: int) -> tuple[Message, ...]:
    """Return the messages that are to be sent, or tried again, now; the oldest first."""
    query = (
        sa.select(notice_messages)
        .where(
            notice_messages.c.state == MessageState.WAITING.value,
            notice_messages.c.next_try <= to_micros(now),
        )
        .order_by(notice_messages.c.id)
        .limit(most)
    )
    return tuple(
        Message(
            row.target, row.label, row.title, row.body, MessageType(row.type), row.id,
            from_micros(row.at), row.tries,
        )
        for row in connection.execute(query)
    )  # fmt: skip


def end_message(connection: Connection, number: int, state: MessageState) -> None:
    """Write that a message has been sent, or is given up."""
    connection.execute(
        sa.update(notice_messages)
        .where(notice_messages.c.id == number)
        .values(state=state.value, tries=notice_messages.c.tries + 1)
    )


def delay_message(connection: Connection, number: int, next_try: datetime, error: str) -> None:
    """Write that a message could not be sent, and when it is tried again."""
    connection.execute(
        sa.update(notice_messages)
        .where(notice_messages.c.id == number)
        .values(
            tries=notice_messages.c.tries + 1, next_try=to_micros(next_try), error=storable(error)
        )
    )


def messages_since(connection: Connection, since: datetime) -> int:
    """Return how many messages the target that has got most has got since then."""
    by_target = (
        sa.select(sa.func.count().label("messages"))
        .where(notice_messages.c.at > to_micros(since))
        .group_by(notice_messages.c.target)
        .subquery()
    )
    return int(connection.execute(sa.select(sa.func.max(by_target.c.messages))).scalar() or 0)


def forget_messages(connection: Connection, now: datetime) -> None:
    """Delete what has been sent and is not counted any more, and what was given up long ago."""
    sent = sa.and_(
        notice_messages.c.state == MessageState.SENT.value,
        notice_messages.c.at <= to_micros(now - _SENT_KEPT),
    )
    lost = sa.and_(
        notice_messages.c.state == MessageState.LOST.value,
        notice_messages.c.at <= to_micros(now - _LOST_KEPT),
    )
    connection.execute(sa.delete(notice_messages).where(sa.or_(sent, lost)))


def undelivered(connection: Connection) -> tuple[Undelivered, ...]:
    """Return the targets that could not be reached at the last try, by label."""
    columns = notice_messages.c
    query = (
        sa.select(
            columns.label, sa.func.count(), sa.func.min(columns.at), sa.func.max(columns.error)
        )
        .where(columns.state == MessageState.WAITING.value, columns.error.is_not(None))
        .group_by(columns.label)
        .order_by(columns.label)
    )
    return tuple(
        Undelivered(label, number, from_micros(oldest), error)
        for label, number, oldest, error in connection.execute(query)
    )
