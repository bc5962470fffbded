"""One look at what is wrong, what follows from it, and what becomes of messages (rule R14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from jittask import zonedata
from jittask.compiler.compiled import CompiledTask
from jittask.environment import filled_in
from jittask.masking import Mask
from jittask.model import Notice
from jittask.runtime.events import Event, Notified, Trouble
from jittask.runtime.notices.conditions import MANIFEST, Condition, Recipients, Seen, conditions
from jittask.runtime.notices.decide import Changes, due, follow, reported
from jittask.runtime.notices.sender import Sender, Sent, missing
from jittask.runtime.notices.words import digest_of, masked, messages
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store
from jittask.store.notices import MessageState, NewMessage, NoticeKey, NoticeState, Stage

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=24)
_AT_ONCE = 20
_HOUR = timedelta(hours=1)


class Notifier:
    """Keeps its state in the store alone, so that another runtime can continue."""

    def __init__(self, store: Store, sender: Sender, emit: Callable[[Event], None]) -> None:
        self._store = store
        self._sender = sender
        self._emit = emit
        self._unwritten: list[Sent] = []
        """What has become of messages, and may not be in the store."""
        self._said_missing = False

    def look(self, snapshot: Snapshot, now: datetime, term: int | None) -> None:
        """Write what has changed, and the messages that are due.

        Raises StoreUnavailable, and LeadershipLost.
        """
        settings = snapshot.app.settings
        tasks = {name: running.task for name, running in snapshot.tasks.items()}
        recipients = Recipients(settings, tasks)
        known = {state.key: state for state in self._store.notice_states()}
        if not recipients.urls and not known:
            return
        reason = missing() if recipients.urls and not self._said_missing else None
        if reason is not None:  # before anything has to be sent
            self._said_missing = True
            self._emit(Trouble(now, "notify-unavailable", f"nobody can be notified: {reason}"))
        seen = self._seen(tasks, now)
        current = conditions(seen, tasks, recipients, now)
        names = {element.name for element in seen.status.elements} | {MANIFEST}

        def reports_end(state: NoticeState) -> bool:
            return state.subject in names and recipients.wants(Notice.RECOVERED, state.subject)

        changes = follow(known, self._with_errors(known, current), reports_end, now)
        states = _after(known, changes)
        waiting = due(states.values(), settings.notify.group_seconds, now)
        new: list[NewMessage] = []
        if waiting and self._store.messages_since(now - _HOUR) < settings.notify.max_per_hour:
            mask, zone = Mask(filled_in()), zonedata.zone(settings.timezone)
            new = messages(masked(waiting, mask), recipients, settings, zone)
            changes = _between(known, _after(states, reported(waiting, now)))
        if not changes.is_empty or new:
            self._store.write_notices(now, changes.put, changes.gone, new, term)

    def send(self, snapshot: Snapshot, now: datetime, term: int | None) -> None:
        """Write what has become of messages, and hand over those that are to be sent.

        Raises StoreUnavailable, and LeadershipLost.
        """
        self._unwritten += self._sender.results()
        while self._unwritten:  # before anything is handed over, so that nothing is sent twice
            self._write(self._unwritten[0], now, term)
            self._unwritten.pop(0)
        tasks = {name: running.task for name, running in snapshot.tasks.items()}
        recipients = Recipients(snapshot.app.settings, tasks)
        urls = {digest_of(url): url for url in recipients.urls}
        for message in self._store.due_messages(now, _AT_ONCE):
            url = urls.get(message.target)
            if url is None:  # it is no target any more
                self._store.end_message(message.id, MessageState.LOST, term)
            else:
                self._sender.offer(message, url)

    def _write(self, sent: Sent, now: datetime, term: int | None) -> None:
        message = sent.message
        if sent.error is None:
            self._store.end_message(message.id, MessageState.SENT, term)
            self._emit(Notified(now, message.label, message.title, message.tries + 1))
            return
        if now - message.at >= GIVEN_UP_AFTER:
            self._store.end_message(message.id, MessageState.LOST, term)
            text = f"{message.label}: {sent.error}; the message is given up: {message.title}"
            self._emit(Trouble(now, "notify-given-up", text))
            return
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(message.tries, 16))
        self._store.delay_message(message.id, now + pause, sent.error, term)
        text = f"{message.label}: {sent.error}; tried again in {pause.total_seconds():.0f} s"
        self._emit(Trouble(now, "notify-failed", text))

    def _seen(self, tasks: Mapping[str, CompiledTask], now: datetime) -> Seen:
        expecting = [name for name, task in tasks.items() if task.policy.expect_every is not None]
        activated = {}
        if expecting:
            marks = self._store.watermarks()
            activated = {name: marks[name].activated for name in expecting if name in marks}
        return Seen(self._store.status(now), self._store.all_task_ends(), activated)

    def _with_errors(
        self, known: Mapping[NoticeKey, NoticeState], current: Mapping[NoticeKey, Condition]
    ) -> dict[NoticeKey, Condition]:
        """Return the conditions; a run that is to be reported, with the last line of its error."""
        found = dict(current)
        for key, condition in current.items():
            before = known.get(key)
            if condition.run is None:
                continue
            is_known = before is not None and before.stage is not Stage.WAITING
            if is_known and before is not None and before.mark == condition.mark:
                continue
            run = self._store.run(condition.run)
            lines = (run.error or run.detail or "").strip().splitlines() if run else []
            row = f" (row {run.row_key})" if run and run.row_key else ""
            why = f": {lines[-1]}" if lines else ""
            text = f"run {condition.run} failed{row}{why}"
            found[key] = replace(condition, text=text)
        return found


def _after(
    known: Mapping[NoticeKey, NoticeState], changes: Changes
) -> dict[NoticeKey, NoticeState]:
    states = {key: state for key, state in known.items() if key not in changes.gone}
    return {**states, **{state.key: state for state in changes.put}}


def _between(
    before: Mapping[NoticeKey, NoticeState], after: Mapping[NoticeKey, NoticeState]
) -> Changes:
    """Return what leads from one to the other."""
    put = tuple(state for key, state in after.items() if before.get(key) != state)
    return Changes(put, tuple(key for key in before if key not in after))
