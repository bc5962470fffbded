"""What a message says: a title, and a line for each notice (rule R14)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from jittask.masking import Mask
from jittask.model import AppSettings, Notice
from jittask.runtime.notices.conditions import Recipients
from jittask.store.notices import MessageType, NewMessage, NoticeState, Stage

MOST_LINES = 20
"""How many notices a message names; it counts the others."""
_MOST_CHARACTERS = 300
_WORDS = {
    Notice.FAILED: "failed",
    Notice.OVERDUE: "overdue",
    Notice.NOT_RUN: "not run",
    Notice.BLOCKED: "blocked",
    Notice.BROKEN: "broken",
}
_GRAVE = frozenset({Notice.FAILED, Notice.BROKEN})
"""What fails until somebody acts; the others may end by themselves."""
_OVER = {
    Notice.FAILED: "completes again",
    Notice.OVERDUE: "is not overdue any more",
    Notice.NOT_RUN: "has run again",
    Notice.BLOCKED: "is not blocked any more",
    Notice.BROKEN: "is fixed",
}


def digest_of(url: str) -> str:
    """Return what the store knows a target by: its URL, as it is written, is a secret."""
    return hashlib.sha256(url.encode(errors="surrogateescape")).hexdigest()


def label_of(url: str) -> str:
    """Return a target for people: nothing of it but its scheme is no secret."""
    scheme, separator, _ = url.partition("://")
    return f"{scheme}://…" if separator else url.partition("/")[0]


def messages(
    states: Sequence[NoticeState], recipients: Recipients, settings: AppSettings, zone: ZoneInfo
) -> list[NewMessage]:
    """Return a message for each target that is to be notified of any of these."""
    found = []
    for url in sorted(recipients.urls):
        own = [state for state in states if url in recipients.of(state.subject).urls]
        if own:
            title, body = title_of(own, settings), body_of(own, zone)
            message = NewMessage(digest_of(url), label_of(url), title, body, type_of(own))
            found.append(message)
    return found


def type_of(states: Sequence[NoticeState]) -> MessageType:
    """Return how grave the gravest of them is."""
    wrong = {state.kind for state in states if state.stage is not Stage.OVER}
    if not wrong:
        return MessageType.SUCCESS
    return MessageType.FAILURE if wrong & _GRAVE else MessageType.WARNING


def title_of(states: Sequence[NoticeState], settings: AppSettings) -> str:
    """Return how much of what: ``Shop: 2 failed, 1 recovered``."""
    app = settings.title or settings.name or settings.app_id or "JitTask"
    if len(states) == 1:
        return f"{app}: {states[0].subject} {_what(states[0])}"
    counts = Counter(_what(state) for state in states)
    return f"{app}: {', '.join(f'{number} {what}' for what, number in counts.items())}"


def body_of(states: Sequence[NoticeState], zone: ZoneInfo) -> str:
    """Return a line for each notice; of many, the first ones."""
    ordered = sorted(states, key=lambda state: (state.stage is Stage.OVER, state.since))
    lines = [_line(state, zone) for state in ordered[:MOST_LINES]]
    left = len(ordered) - len(lines)
    return "\n".join([*lines, f"and {left} more: jittask status"] if left else lines)


def masked(states: Sequence[NoticeState], mask: Mask) -> list[NoticeState]:
    """Return the notices without secrets in their texts."""
    return [replace(state, text=mask(state.text)) for state in states]


def _what(state: NoticeState) -> str:
    return "recovered" if state.stage is Stage.OVER else _WORDS[state.kind]


def _line(state: NoticeState, zone: ZoneInfo) -> str:
    since = _local(state.since, zone)
    if state.stage is Stage.OVER:
        until = _local(state.changed, zone)
        return f"recovered: {state.subject} {_OVER[state.kind]} ({since} to {until})"
    text = " ".join(state.text.split())[:_MOST_CHARACTERS]
    return f"{_WORDS[state.kind]}: {state.subject} since {since}: {text}"


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
