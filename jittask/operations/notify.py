"""Who is notified when something is wrong, and a test message to each of them (rule R14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jittask.operations.errors import NotFound
from jittask.operations.workspace import Workspace
from jittask.runtime.notices.sender import Send, send
from jittask.runtime.notices.words import label_of
from jittask.store.notices import MessageType

_BODY = "This is a test of jittask notify. Nothing is wrong."


@dataclass(frozen=True, slots=True)
class Target:
    """A target of notifications."""

    label: str
    """The scheme of its URL: the rest may be a secret."""
    places: tuple[str, ...]
    """Where it is written: ``app.json``, and tasks."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What has become of a test message."""

    target: Target
    error: str | None
    """Why it could not be sent; None where it was."""


def targets(workspace: Workspace) -> tuple[Target, ...]:
    """Return who is notified, in the order in which they are written."""
    return tuple(Target(label_of(url), places) for url, places in _written(workspace).items())


def tell_targets(workspace: Workspace, send_one: Send = send) -> Iterator[Tested]:
    """Send a test message to each target, one after the other, and yield what became of it.

    Raises NotFound where nobody is notified.
    """
    written = _written(workspace)
    if not written:
        raise NotFound(
            "nobody is notified: app.json has no settings.notify.urls, and no task has targets",
            'for example "notify": {"urls": ["mailtos://me:${MAIL_PASSWORD}@example.org"]}',
        )
    settings = workspace.settings
    title = f"{settings.title or settings.name or settings.app_id or 'JitTask'}: test"
    for url, places in written.items():
        yield Tested(Target(label_of(url), places), send_one(url, title, _BODY, MessageType.INFO))


def _written(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """Return the targets as they are written, and where."""
    app = workspace.latest.app
    found: dict[str, tuple[str, ...]] = dict.fromkeys(app.settings.notify.urls, ("app.json",))
    for task in app.tasks.values():
        for url in task.policy.notify.urls or ():
            found[url] = (*found.get(url, ()), task.name)
    return found
