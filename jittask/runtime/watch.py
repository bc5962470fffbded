"""Sees that files of a tree have changed; what follows from it is decided elsewhere (rule H5).

The only file that knows watchfiles, of which it takes the watch itself: that
one stands from when it is made, before anybody asks it. Only our own top
folders are watched, since the system's watches are limited in number, and
``.jittask`` has more folders than the tree. What stands at the root is looked at.
"""

from __future__ import annotations

import os
import platform
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from watchfiles._rust_notify import RustNotify

from jittask.compiler.files import MANIFEST, TOPS

_STEP_MILLIS = 50
_POLL_MILLIS = 500


class Watch:
    """Tells of every change after it was made.

    Where the system's own watch cannot be had (its limit is reached, a network
    drive), falls back to polling and says so through ``trouble``.
    """

    def __init__(self, root: Path, trouble: Callable[[str], None]) -> None:
        self._root = root
        self._trouble = trouble
        self._polling = _wants_polling()
        self._tops: dict[str, int] = {}
        self._manifest = self._look_at_manifest()
        self._watcher: RustNotify | None = None
        self._begin()

    def changes(
        self, stop: threading.Event, *, debounce_millis: int, look_every_millis: int
    ) -> Iterator[bool]:
        """Yield True after a burst of changes has settled, False when nothing came for a while.

        The root is looked at each time. Ends when ``stop`` is set, or nothing can be watched.
        """
        step = min(_STEP_MILLIS, debounce_millis)
        while self._watcher is not None:
            try:
                found = self._watcher.watch(debounce_millis, step, look_every_millis, stop)
            except (OSError, RuntimeError) as error:
                if stop.is_set():  # it has been closed meanwhile
                    return
                self._fall_back(error)
                yield True
                continue
            if found in ("stop", "signal"):
                return
            paths = [Path(path) for _, path in found] if isinstance(found, set) else []
            yield self._root_has_changed(paths) or any(map(self._bears, paths))

    def close(self) -> None:
        """Free the system's watches."""
        if self._watcher is not None:
            self._watcher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> None:
        """Watch the top folders that there are now, and no others any more."""
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
            self._trouble(f"the tree cannot be watched, so nothing reloads: {error}")
            self.close()
            self._watcher = None
            return
        self._trouble(f"the system's file watch failed, so the tree is polled instead: {error}")
        self._polling = True
        self._begin()

    def _root_has_changed(self, paths: list[Path]) -> bool:
        """Whether the manifest or a top folder is another one; a new folder is watched too."""
        manifest, before = self._look_at_manifest(), self._manifest
        self._manifest = manifest
        gone = any(path.parent == self._root for path in paths)
        if gone or self._look_at_tops() != self._tops:
            self._begin()
            return True
        return manifest != before

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

    def _bears(self, path: Path) -> bool:
        """Whether a change can change a compilation: byte code cannot."""
        return "__pycache__" not in path.parts[len(self._root.parts) :]


def _wants_polling() -> bool:
    """Whether to poll from the first, as watchfiles judges it: WSL's drives tell nothing."""
    wanted = os.environ.get("WATCHFILES_FORCE_POLLING")
    if wanted:
        return wanted.lower() not in {"false", "disable", "disabled"}
    return "microsoft-standard" in platform.uname().release
