"""What the runtime that plans asks of the store to tell people what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from jittask.store import members, notices, task_ends
from jittask.store.facade.part import StorePart
from jittask.store.notices import Message, MessageState, NewMessage, NoticeKey, NoticeState
from jittask.store.task_ends import TaskEnds


class NoticeMethods(StorePart):
    """Notices and messages (R14). With a ``term``, all raise LeadershipLost after it."""

    def all_task_ends(self) -> tuple[TaskEnds, ...]:
        """Return how the newest runs of every planned task have ended."""
        with self._database.reading() as connection:
            return task_ends.task_ends(connection, None)

    def notice_states(self) -> tuple[NoticeState, ...]:
        """Return what is wrong or was, and how far people know of it."""
        with self._database.reading() as connection:
            return notices.notice_state_rows(connection)

    def write_notices(
        self,
        now: datetime,
        put: Sequence[NoticeState],
        gone: Collection[NoticeKey],
        messages: Sequence[NewMessage] = (),
        term: int | None = None,
    ) -> None:
        """Write what has changed, and the messages that tell of it, in one transaction."""
        with self._database.writing() as connection:
            if term is not None:
                members.check_term(connection, term)
            notices.write_states(connection, put, gone)
            notices.add_messages(connection, messages, now)
            notices.forget_messages(connection, now)

    def messages_since(self, since: datetime) -> int:
        """Return how many messages the target that has got most has got since then."""
        with self._database.reading() as connection:
            return notices.messages_since(connection, since)

    def due_messages(self, now: datetime, most: int) -> tuple[Message, ...]:
        """Return the messages that are to be sent now."""
        with self._database.reading() as connection:
            return notices.due_messages(connection, now, most)

    def end_message(self, number: int, state: MessageState, term: int | None = None) -> None:
        """Write that a message has been sent, or is given up."""
        with self._database.writing() as connection:
            if term is not None:
                members.check_term(connection, term)
            notices.end_message(connection, number, state)

    def delay_message(
        self, number: int, next_try: datetime, error: str, term: int | None = None
    ) -> None:
        """Write that a message could not be sent, and when it is tried again."""
        with self._database.writing() as connection:
            if term is not None:
                members.check_term(connection, term)
            notices.delay_message(connection, number, next_try, error)
