"""A tree that is kept compiled: an edit costs what it changed, not what the tree holds (H2).

Only what the changed paths belong to is compiled again, and what depends on it;
all else is shared with the compilation before. The outcome is that of a
compilation from nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from jittask.compiler.build import compile_all
from jittask.compiler.compiled import Compilation
from jittask.compiler.compiling import Compiling
from jittask.compiler.file_changes import FileChanges
from jittask.compiler.file_sweep import sweep
from jittask.compiler.files import MANIFEST
from jittask.compiler.live_files import LiveFiles
from jittask.compiler.look import NOTHING_KNOWN
from jittask.compiler.probe import Meanwhile, Probe
from jittask.compiler.recompiling import Recompiling
from jittask.compiler.task_cache import TaskCache


class TreeCompiler:
    """Keeps one tree compiled; safe to call from several threads, and one compiles at a time.

    Where ``app.json`` means something else, an environment variable that was asked
    for has changed, or one of the top folders comes or goes, the whole tree is
    compiled again. So it is after an exception.
    """

    def __init__(self, root: str | Path, *, imports: bool = False, keep: bool = False) -> None:
        """Of ``imports`` and ``keep``, see ``compile_tree``; the first look comes later."""
        self.root = Path(root).resolve()
        self._probe = Probe(wanted=imports or keep)
        self._keep = keep
        self._lock = threading.RLock()
        self._kept: Recompiling | None = None
        """None where the next look must be at the whole tree."""
        self._latest: Compilation | None = None
        self._sweep: Iterator[str | None] | None = None

    @property
    def compilation(self) -> Compilation:
        """The tree as it was at the last look, which is made now where there was none."""
        return self._latest or self.look_at_all()

    def apply(self, paths: Iterable[str | Path], meanwhile: Meanwhile | None = None) -> Compilation:
        """Compile what has changed at these paths, and what depends on it.

        A path is that of a file or a folder, absolute or relative to the tree; it
        may be gone, or not have changed. Returns the very compilation before where
        nothing did. ``meanwhile`` is called with tasks that have a new version while
        another process imports them; some may turn out broken.
        """
        relative = [self._relative(path) for path in paths]
        inside = [path for path in relative if path is not None]
        return self._after(lambda files: files.look_again(inside), meanwhile)

    def look_at_all(self, meanwhile: Meanwhile | None = None) -> Compilation:
        """Compile what has changed anywhere in the tree: every file is looked at."""
        return self._after(LiveFiles.look_at_all, meanwhile)

    def close(self) -> None:
        """End the process that imports the functions; a later compilation starts another one."""
        with self._lock:
            self._probe.close()

    def sweep(self, steps: int) -> list[str]:
        """Look at the next files and folders, so many; return paths to ``apply``.

        They have changed, and no path that was applied has named them. Each call takes up
        where the one before has stopped; after the last file it begins again.
        """
        with self._lock:
            if self._kept is None:
                return []
            if self._sweep is None:
                self._kept.prepare()  # now, while nothing waits for it
                self._sweep = sweep(self._kept.files)
            looked = list(islice(self._sweep, steps))
            if len(looked) < steps:
                self._sweep = None
            return [path for path in looked if path is not None]

    @property
    def sweeping(self) -> bool:
        """Whether a sweep has begun that has not come to the last file."""
        return self._sweep is not None

    def _after(
        self, look: Callable[[LiveFiles], FileChanges], meanwhile: Meanwhile | None = None
    ) -> Compilation:
        with self._lock:
            kept, self._kept = self._kept, None  # where something fails, all is looked at again
            if kept is None:
                return self._begin()
            changes = look(kept.files)
            if not changes and kept.holds:
                self._kept = kept
                assert self._latest is not None
                return self._latest
            touched = kept.follow(changes) if kept.holds and not changes.tops else None
            if touched is None:
                return self._begin()
            self._latest = kept.outcome(touched, self._probe, meanwhile)
            self._kept = kept
            return self._latest

    def _begin(self) -> Compilation:
        """Compile the whole tree; a task that is as it was in the compilation before is kept."""
        before = self._latest
        self._sweep = None
        self._probe.start()  # it gets ready meanwhile
        if before is None and self._keep and (self.root / MANIFEST).is_file():
            with TaskCache(self.root) as cache:
                files = LiveFiles(self.root, cache.known)
                compiling = Compiling(files, cache=cache)
                self._latest = compile_all(compiling, self._probe)
                files.settle(cache.began)
                cache.write(files, self._latest.app.tasks)
        else:
            files = LiveFiles(self.root, NOTHING_KNOWN if before is None else before.reusable.known)
            compiling = Compiling(files, before)
            self._latest = compile_all(compiling, self._probe)
            files.settle()
        compiling.release()
        self._kept = Recompiling(compiling, files, self._latest)
        return self._latest

    def _relative(self, path: str | Path) -> str | None:
        """Return a path as the tree has it; None for one outside of the tree."""
        absolute = os.path.normpath(self.root / path)
        if absolute == str(self.root):
            return ""
        inside = f"{self.root}{os.sep}"
        return absolute.removeprefix(inside) if absolute.startswith(inside) else None
