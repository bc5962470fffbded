"""Keeps the workspace's compiled tree as the files are, by the runtime's own watch (rule C1)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from jittask.clock import Clock
from jittask.operations.workspace import Workspace
from jittask.runtime.unseen_changes import UnseenChanges

if TYPE_CHECKING:
    from jittask.compiler.compiled import Compilation

_LOOK_SECONDS = 0.5
_RETRY_SECONDS = 5.0


class Watch(Protocol):
    """What sees changes of files: ``runtime.watch.Watch``, or a test's own."""

    def look(
        self, stop: threading.Event, *, debounce_millis: int, look_every_millis: int
    ) -> frozenset[str] | None:
        """Wait for changes; return what may have changed; None when no more will be seen."""

    def close(self) -> None:
        """Free what it holds."""


class LiveTree:
    """A thread that compiles again what has changed, and then calls ``changed``.

    Readers take ``workspace.compilation`` as it is; they never wait for a compilation
    but for the very first.
    """

    def __init__(
        self,
        workspace: Workspace,
        watch: Watch,
        clock: Clock,
        changed: Callable[[], None],
        trouble: Callable[[str], None],
    ) -> None:
        self._workspace = workspace
        self._watch = watch
        self._clock = clock
        self._changed = changed
        self._trouble = trouble
        self._announced: Compilation | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="jittask-tree", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._workspace.is_watched = True
        self._thread.start()

    def close(self) -> None:
        """Watch no more."""
        self._workspace.is_watched = False
        self._stop.set()
        self._thread.join()
        self._watch.close()

    def _follow(self) -> None:
        self._refresh(None)  # the first time, so that no request has to wait for it
        unseen = UnseenChanges(self._workspace.compiler, self._clock)
        while not self._stop.is_set():
            settings = self._workspace.settings.runtime
            found = self._watch.look(
                self._stop,
                debounce_millis=settings.debounce_millis,
                look_every_millis=round(_LOOK_SECONDS * 1000),
            )
            if found is None:
                return
            unseen.seen(found)
            paths = found or unseen.step()
            if paths:
                self._refresh(paths)

    def _refresh(self, paths: Collection[str] | None) -> None:
        """Compile until it can be done; what keeps it from that is reported once."""
        reported = None
        while not self._stop.is_set():
            try:
                after = self._workspace.refresh(paths)
            except Exception as error:
                words = f"the tree cannot be read: {type(error).__name__}: {error}"
                if words != reported:
                    self._trouble(words)
                reported = words
                self._clock.wait(self._stop, _RETRY_SECONDS)
                continue
            # an operation may have looked at the files before
            if after is not self._announced and after != self._announced:
                self._announced = after
                with suppress(RuntimeError):  # the loop of the server has just ended
                    self._changed()
            return
