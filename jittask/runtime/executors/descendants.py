"""The processes below a process: found, ended and named (rule R6).

On Linux a *subreaper* becomes the parent of what its descendants leave behind, so that no
double fork and no new session gets out from below it. Elsewhere that goes to process 1.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

# bound here, before any element code: a body can replace os.getpid itself
from os import WNOHANG, getpgid, getpid, getsid, killpg, strerror, waitpid
from pathlib import Path
from typing import TYPE_CHECKING

from jittask.clock import SystemClock

if TYPE_CHECKING:
    import psutil

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_GET_CHILD_SUBREAPER = 1, 36, 37
_LIBC = ctypes.CDLL(None, use_errno=True)
_SECONDS = 3.0
"""How long processes may take to end; a fork bomb may be faster, a dead disk slower."""
_BETWEEN_ROUNDS = 0.002
_NAMED, _NAME_LENGTH = 5, 100


@dataclass(frozen=True, slots=True)
class Descendant:
    """A process that was ended, or could not be."""

    process: int
    command: str

    def __str__(self) -> str:
        return f"pid {self.process} ({self.command})"


def adopt_orphans() -> None:
    """Become the subreaper of all that this process starts; not inherited by its children."""
    if sys.platform == "linux":
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def adopts_orphans() -> bool:
    """Whether this process is still a subreaper, where the system has those."""
    if sys.platform != "linux":
        return True
    answer = ctypes.c_int()
    _LIBC.prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(answer), 0, 0, 0)
    return bool(answer.value)


def signal_at_parents_end(number: int) -> None:
    """Get a signal when the thread that started this process ends."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, number)


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), strerror(ctypes.get_errno()))


def reap() -> bool:
    """Take the exit codes of children that have ended; return whether others live."""
    try:
        while waitpid(-1, WNOHANG)[0]:
            continue
    except ChildProcessError:
        return False
    return True


def end_descendants(
    spared: Collection[int] = (), reap: Callable[[], object] = reap, seconds: float = _SECONDS
) -> tuple[Descendant, ...]:
    """End what is below this process, apart from ``spared`` and what is below those.

    Returns what lived. Works in rounds, for some seconds: while one is ended, others fork.
    """
    reap()
    children = _children()
    if children is not None and children <= set(spared):
        return ()
    import psutil  # late: most processes never need it

    def find() -> Iterable[psutil.Process]:
        reap()
        return _below(psutil.Process(getpid()), frozenset(spared))

    def is_over() -> bool:
        children = _children()
        return children is None or children <= set(spared)

    ended = end_in_rounds(find, spared, seconds, is_over)
    reap()  # what had ended by itself when it was looked at, too
    return ended


def living_descendants(spared: Collection[int]) -> tuple[Descendant, ...]:
    """Return what lives below this process, apart from ``spared`` and what is below those."""
    children = _children()
    if children is not None and children <= set(spared):
        return ()
    import psutil

    found = []
    for process in _below(psutil.Process(getpid()), frozenset(spared)):
        with suppress(psutil.Error):
            if _lives(process):
                found.append(Descendant(process.pid, _command(process)))
    return tuple(found)


def end_in_rounds(
    find: Callable[[], Iterable[psutil.Process]],
    spared: Collection[int] = (),
    seconds: float = _SECONDS,
    is_over: Callable[[], bool] = lambda: True,
) -> tuple[Descendant, ...]:
    """Kill what ``find`` finds until it finds nothing, for some seconds; return what it was.

    With its process group, apart from those of ``spared`` and of our ancestors: no fork gets
    out of a group that is killed, while one that forks and ends at once may never be found.
    So ``is_over`` has the last word, where nothing was found.
    """
    import psutil

    clock, never = SystemClock(), threading.Event()
    until = clock.monotonic() + seconds
    ended: dict[int, Descendant] = {}
    found: dict[int, psutil.Process] = {}  # kept: one that is about to end is not found again
    ancestors = ourselves()
    groups = {*spared, *(_group(process) for process in ancestors)}
    while clock.monotonic() < until:
        found |= {process.pid: process for process in find() if process.pid not in ancestors}
        living = [process for process in found.values() if _lives(process)]
        if not living and is_over():
            break
        for process in living:
            try:
                if process.pid not in ended:
                    ended[process.pid] = Descendant(process.pid, _command(process))
                group = getpgid(process.pid)
                process.kill()
                if group > 1 and group not in groups:  # 0: of another namespace; to us, our own
                    killpg(group, signal.SIGKILL)
            except (psutil.Error, OSError):
                continue  # it has ended by itself, or belongs to another user
        clock.wait(never, _BETWEEN_ROUNDS)
    return tuple(ended.values())


def ourselves() -> frozenset[int]:
    """Return this process and its ancestors, as far as they live."""
    import psutil

    found = {getpid()}
    with suppress(psutil.Error):  # one ends just now, and we go to another
        parent = psutil.Process(getpid()).parent()
        while parent is not None:
            found.add(parent.pid)
            parent = parent.parent()
    return frozenset(found)


def _group(process: int) -> int:
    with suppress(OSError):  # it has just ended
        return getpgid(process)
    return 0


def named(processes: Collection[Descendant]) -> str:
    """Return the processes in a line."""
    names = [str(process) for process in list(processes)[:_NAMED]]
    if len(processes) > _NAMED:
        names.append(f"and {len(processes) - _NAMED} more")
    return ", ".join(names)


def resident_bytes(roots: Collection[int]) -> dict[int, int]:
    """Return the memory that each process and all below it hold (resident set size)."""
    import psutil

    held = dict.fromkeys(roots, 0)
    for root in roots:
        for process in _with_all_below(root):
            with suppress(psutil.Error):
                held[root] += psutil.Process(process).memory_info().rss
    return held


def _with_all_below(root: int) -> Iterator[int]:
    """Yield the ids of a process and of all below it.

    The kernel lists children by the thread that started them: what else runs on the
    machine costs nothing then.
    """
    import psutil

    if not Path(f"/proc/self/task/{getpid()}/children").exists():
        with suppress(psutil.Error):
            yield from (root, *(each.pid for each in psutil.Process(root).children(recursive=True)))
        return
    left = [root]
    while left:
        process = left.pop()
        yield process
        with suppress(OSError):  # it has ended
            for thread in Path(f"/proc/{process}/task").iterdir():
                with suppress(OSError):
                    children = (thread / "children").read_text(encoding="ascii")
                    left += map(int, children.split())


def _children() -> set[int] | None:
    """Return the children of each thread of this process; None where the kernel does not say."""
    found: set[int] = set()
    try:
        for thread in Path("/proc/self/task").iterdir():
            with suppress(ProcessLookupError):  # the thread has ended, and another has its children
                children = (thread / "children").read_text(encoding="ascii")
                found |= {int(child) for child in children.split()}
    except OSError:  # not Linux, or built without CONFIG_PROC_CHILDREN
        return None
    return found


def _below(root: psutil.Process, spared: frozenset[int]) -> list[psutil.Process]:
    import psutil

    found = []
    passed_over = set(spared)
    for process in root.children(recursive=True):  # parents come before their children
        try:
            if process.pid in passed_over or process.ppid() in passed_over:
                passed_over.add(process.pid)
            else:
                found.append(process)
        except psutil.Error:
            continue
    if sys.platform != "linux":
        found += _of_session(root.pid, passed_over | {process.pid for process in found})
    return found


def _of_session(session: int, known: Collection[int]) -> list[psutil.Process]:
    """Return what has left the tree of a session's leader and not its session."""
    import psutil

    def is_of_it(process: int) -> bool:
        try:
            return process != session and getsid(process) == session
        except OSError:
            return False

    return [
        process
        for process in psutil.process_iter()
        if process.pid not in known and is_of_it(process.pid)
    ]


def _lives(process: psutil.Process) -> bool:
    import psutil

    try:
        return bool(process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD))
    except psutil.Error:
        return False


def _command(process: psutil.Process) -> str:

    words = process.cmdline()
    if words and words == _own_command():
        return "a fork of its worker process"
    text = " ".join(" ".join(words).split()) or process.name()
    return text if len(text) <= _NAME_LENGTH else text[: _NAME_LENGTH - 1] + "…"


def _own_command() -> list[str]:
    import psutil

    return list(psutil.Process(getpid()).cmdline())
