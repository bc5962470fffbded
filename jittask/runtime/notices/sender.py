"""Sends messages by apprise, in a thread that nothing waits for (rule R14)."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from io import StringIO
from typing import Any

from jittask.environment import UnsetVariable, expand, filled_in
from jittask.masking import Mask
from jittask.store.notices import Message, MessageType

_MOST_QUEUED = 100
_MOST_CHARACTERS = 300
_MISSING = "apprise is not installed: pip install 'jittask[notify]'"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """What has become of a message at one try."""

    message: Message
    error: str | None
    """Why it could not be sent, in a line without secrets."""


Send = Callable[[str, str, str, MessageType], str | None]
"""Sends a title and a body to a target; returns why it could not."""


def missing() -> str | None:
    """Return why nothing can be sent at all, in a line; None where apprise is there."""
    return None if find_spec("apprise") else _MISSING


def send(url: str, title: str, body: str, kind: MessageType) -> str | None:
    """Send to a target, an apprise URL as it is written; return why that failed, or None.

    It takes as long as the target does, within the timeouts of apprise.
    """
    try:
        target = expand(url)
    except UnsetVariable as error:
        return str(error)
    try:
        import apprise
    except ImportError:
        return _MISSING
    logged = StringIO()
    handler = logging.StreamHandler(logged)
    apprise_log: Any = apprise.logger
    before, propagates = apprise_log.level, apprise_log.propagate
    apprise_log.addHandler(handler)
    apprise_log.setLevel(logging.WARNING)
    apprise_log.propagate = False  # what it says is returned
    try:
        notifier = apprise.Apprise()
        if not notifier.add(target):
            return _without_secrets(f"apprise knows no such target: {_last(logged)}", url, target)
        notify_type = getattr(apprise.NotifyType, kind.name)
        text = apprise.NotifyFormat.TEXT
        if notifier.notify(body=body, title=title, notify_type=notify_type, body_format=text):
            return None
        return _without_secrets(_last(logged) or "it was not accepted", url, target)
    except Exception as error:
        return _without_secrets(f"{type(error).__name__}: {error}", url, target)
    finally:
        apprise_log.removeHandler(handler)
        apprise_log.setLevel(before)
        apprise_log.propagate = propagates


def _last(logged: StringIO) -> str:
    lines = logged.getvalue().splitlines()
    return lines[-1] if lines else ""


def _without_secrets(text: str, url: str, target: str) -> str:
    """Return a line in which neither what was filled in nor a part of the target is left."""
    parts = [part for part in target.partition("://")[2].replace("?", "/").split("/") if part]
    parts += [piece for part in parts for piece in part.replace("@", ":").split(":")]
    hidden = Mask([*filled_in(), target, url, *parts])
    return " ".join(hidden(text).split())[:_MOST_CHARACTERS]


class Sender:
    """Takes messages, and gives back what has become of each."""

    def __init__(self, send_one: Send = send) -> None:
        self._send = send_one
        self._jobs: queue.Queue[tuple[Message, str] | None] = queue.Queue(_MOST_QUEUED)
        self._results: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._under_way: set[int] = set()
        self._thread: threading.Thread | None = None

    @property
    def under_way(self) -> frozenset[int]:
        """The messages that it has, and whose result was not taken."""
        return frozenset(self._under_way)

    def offer(self, message: Message, url: str) -> bool:
        """Take a message, unless it has it already or there is no room."""
        if message.id in self._under_way:
            return False
        try:
            self._jobs.put_nowait((message, url))
        except queue.Full:
            return False
        self._under_way.add(message.id)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="jittask-sender", daemon=True)
            self._thread.start()
        return True

    def results(self) -> list[Sent]:
        """Return what has become of messages since the last call."""
        found = []
        while not self._results.empty():
            found.append(self._results.get())
        self._under_way -= {sent.message.id for sent in found}
        return found

    def close(self, seconds: float) -> None:
        """Take no more, and wait at most so long for the message that is being sent."""
        while True:
            try:
                self._jobs.get_nowait()
            except queue.Empty:
                break
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            message, url = job
            try:
                error = self._send(url, message.title, message.body, message.type)
            except Exception as failure:
                error = type(failure).__name__  # its text may hold a secret
                _log.debug("a notification could not be sent", exc_info=failure)
            self._results.put(Sent(message, error))
