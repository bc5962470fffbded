"""Sees which files of a tree have changed; what follows from it is decided elsewhere (rule H5).

The only file that knows watchfiles. It uses its watch itself, because that
sees changes from when it is made, before the first ``look``. Only our own top
folders are watched, since the system's watches are limited in number, and
``.jittask`` has more folders than the tree. The root itself is looked at.
"""

from __future__ import annotations

import os
import platform
import stat
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

from watchfiles._rust_notify import RustNotify

from jittask.clock import Clock, SystemClock
from jittask.compiler.file_names import is_draft, is_ignored
from jittask.compiler.files import MANIFEST, TOPS
from jittask.compiler.whole_file import is_whole

STEP_MILLIS = 10
"""How often the system's watch is asked, and how long a lone change must have no other after it."""
_QUIET_MILLIS = 50
_POLL_MILLIS = 500

Changed = frozenset[str]
"""Absolute paths of files and folders; that of the tree means all that is in it."""
NOTHING: Changed = frozenset()


class Watch:
    """Sees every change after it was made.

    Where the system's own watch is not available (its limit is reached, a
    network drive), it polls instead, and says so through ``trouble``.
    """

    def __init__(
        self,
        root: Path,
        trouble: Callable[[str], None],
        clock: Clock | None = None,
        *,
        step_millis: int = STEP_MILLIS,
    ) -> None:
        """``step_millis``: how often to ask the system; more often sees a change sooner."""
        self._step_millis = step_millis
        self._root = root
        self._clock = clock or SystemClock()
        self._trouble = trouble
        self._polling = _wants_polling()
        self._tops: dict[str, int] = {}
        self._manifest = self._look_at_manifest()
        self._watcher: RustNotify | None = None
        self._begin()

    def look(
        self, stop: threading.Event, *, debounce_millis: int, look_every_millis: int
    ) -> Changed | None:
        """Wait for changes; return what may have changed, nothing when none came for a while.

        A burst is gathered until nothing has changed for 50 ms, for ``debounce_millis``
        at most; a lone change of one file that can be parsed is returned at once.
        The root is looked at each time. Returns None when ``stop`` is set, or
        the tree cannot be watched any more.
        """
        found: set[str] = set()
        end: float | None = None
        wait = look_every_millis
        while self._watcher is not None:
            try:
                seen = self._watcher.watch(debounce_millis, self._step_millis, wait, stop)
            except (OSError, RuntimeError) as error:
                if stop.is_set():  # it has been closed meanwhile
                    return None
                self._fall_back(error)
                return frozenset({str(self._root)})
            if not isinstance(seen, set):
                return None if seen in ("stop", "signal") else self._with_root(found)
            found |= {path for _, path in seen if self._matters(path)}
            now = self._clock.monotonic()
            end = now + debounce_millis / 1000 if end is None else end
            if now >= end or _is_lone(found):
                return self._with_root(found)
            wait = min(_QUIET_MILLIS, debounce_millis)
        return None

    def close(self) -> None:
        """Free the system's watches."""
        if self._watcher is not None:
            self._watcher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> None:
        """Watch the top folders that there are now, and only those."""
        self.close()
        self._tops = self._look_at_tops()
        try:
            self._watcher = self._watching(self._tops)
        except FileNotFoundError:  # a folder has just gone: the next look begins again
            self._tops = {}
            self._watcher = self._watching(())
        except (OSError, RuntimeError) as error:
            self._fall_back(error)

    def _watching(self, tops: Iterable[str]) -> RustNotify:
        paths = [str(self._root / name) for name in tops]
        return RustNotify(paths, False, self._polling, _POLL_MILLIS, True, False)

    def _fall_back(self, error: Exception) -> None:
        if self._polling:
            self._trouble(f"changes to files cannot be seen, so nothing reloads by itself: {error}")
            self.close()
            self._watcher = None
            return
        self._trouble(f"the system's file watch failed, so the files are polled instead: {error}")
        self._polling = True
        self._begin()

    def _with_root(self, found: set[str]) -> Changed:
        """Add the manifest, or the whole tree, where replaced; a new folder is watched."""
        manifest, before = self._look_at_manifest(), self._manifest
        self._manifest = manifest
        gone = any(Path(path).parent == self._root for path in found)
        if gone or self._look_at_tops() != self._tops:
            self._begin()
            return frozenset({str(self._root)})
        if manifest != before:
            found.add(str(self._root / MANIFEST))
        return frozenset(found)

    def _look_at_manifest(self) -> tuple[int, int, int, int] | None:
        try:
            found = (self._root / MANIFEST).stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def _look_at_tops(self) -> dict[str, int]:
        """Return the top folders that there are, each with its inode."""
        found: dict[str, int] = {}
        for name in TOPS:
            with suppress(OSError):
                status = (self._root / name).stat()
                if stat.S_ISDIR(status.st_mode):
                    found[name] = status.st_ino
        return found

    def _matters(self, path: str) -> bool:
        """Whether a change can affect a compilation: byte code cannot."""
        return "__pycache__" not in Path(path).parts[len(self._root.parts) :]


def _is_lone(paths: set[str]) -> bool:
    """Whether just one file was changed, beside what an editor has written first, and is whole."""
    files = [
        path for path in map(Path, paths) if not (is_ignored(path.name) or is_draft(path.name))
    ]
    return len(files) == 1 and is_whole(files[0])


def _wants_polling() -> bool:
    """Whether to poll from the start, by watchfiles' own rule: WSL's drives report nothing."""
    forced = os.environ.get("WATCHFILES_FORCE_POLLING")
    if forced:
        return forced.lower() not in {"false", "disable", "disabled"}
    return "microsoft-standard" in platform.uname().release
