"""What the operating system keeps for the process: folder, environment, signals, limits, rights."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import faulthandler
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from jittask.runtime.executors.process_state.aspect import Aspect, Setting, Settings

MAX_MORE_DESCRIPTORS = 64
"""How many more descriptors than when it was fresh a process may hold: connections are kept."""
_LIMITS = (
    resource.RLIMIT_AS, resource.RLIMIT_CORE, resource.RLIMIT_CPU, resource.RLIMIT_DATA,
    resource.RLIMIT_FSIZE, resource.RLIMIT_MEMLOCK, resource.RLIMIT_NOFILE,
    resource.RLIMIT_NPROC, resource.RLIMIT_STACK,
)  # fmt: skip
_SIGNALS = tuple(sorted(map(int, signal.valid_signals())))
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
_OFF = (0.0, 0.0)
_FD_FOLDER = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
_STATUS_LINES = frozenset({
    b"Uid", b"Gid", b"Groups", b"VmLck", b"CapInh", b"CapPrm", b"CapEff", b"CapBnd", b"CapAmb",
    b"NoNewPrivs", b"Seccomp",
})  # fmt: skip
"""Lines of ``/proc/self/status``; each is always in the same place."""
_STATUS_SIZE = 8192


class Alarms:
    """Timers that would send a signal to the next body."""

    name = "an alarm"

    def take(self) -> None:
        """Take nothing: between bodies no timer runs."""

    def differs(self, before: None) -> bool:
        """Whether a timer runs, or a dump of tracebacks is due."""
        faulthandler.cancel_dump_traceback_later()
        return any(signal.getitimer(timer) != _OFF for timer in _TIMERS)

    def put_back(self, before: None) -> str | None:
        """Stop the timers."""
        stop_alarms()
        return None


def stop_alarms() -> None:
    """Stop every timer that sends a signal."""
    for timer in _TIMERS:
        signal.setitimer(timer, 0)


class SignalHandlers:
    """What each signal does, which are blocked, and who is woken by them."""

    name = "a signal's handler"

    def take(self) -> list[Any]:
        """Return each signal's handler."""
        return list(map(_signal.getsignal, _SIGNALS))  # the other one makes enums: 20 times slower

    def differs(self, before: list[Any]) -> bool:
        """Whether one is another."""
        signal.set_wakeup_fd(-1)
        return self.take() != before

    def put_back(self, before: list[Any]) -> str | None:
        """Set them back; one that was not set from Python cannot be."""
        for number, handler in zip(_SIGNALS, before, strict=True):
            if _signal.getsignal(number) != handler:
                if handler is None:
                    return f"the handler of signal {number} had been replaced"
                signal.signal(number, handler)
        return None


class Environment:
    """The variables of the environment, and the C library's time zone, which TZ sets."""

    name = "the environment"

    def take(self) -> tuple[dict[bytes, bytes], tuple[Any, ...]]:
        """Return a copy, and the zone."""
        return dict(_environment()), _zone()

    def differs(self, before: tuple[dict[bytes, bytes], tuple[Any, ...]]) -> bool:
        """Whether a variable or the zone is another."""
        return _environment() != before[0] or _zone() != before[1]

    def put_back(self, before: tuple[dict[bytes, bytes], tuple[Any, ...]]) -> str | None:
        """Set the variables, then the zone by them."""
        now, variables = _environment(), before[0]
        for name in [name for name in now if name not in variables]:
            del os.environb[name]
        for name, value in variables.items():
            if now.get(name) != value:
                os.environb[name] = value
        time.tzset()
        return None


class Descriptors:
    """Open files and sockets: what libraries keep open is kept, but not without a bound.

    They are counted only where the lowest free number has changed, which is far
    cheaper to ask. Descriptor 0 is put back; ``standard_streams`` has done it for 1 and 2.
    """

    name = "open descriptors"

    def __init__(self) -> None:
        self._input = os.dup(0)
        self._fresh = _count_descriptors()
        self._lowest_free = -1

    def take(self) -> int:
        """Return which file descriptor 0 is."""
        self._lowest_free = self._find_lowest_free()
        return _inode(0)

    def differs(self, before: int) -> bool:
        """Whether there are others, as far as can be seen without counting."""
        return _inode(0) != before or self._find_lowest_free() != self._lowest_free

    def put_back(self, before: int) -> str | None:
        """Close nothing, because whose it is cannot be known; put descriptor 0 back."""
        if _inode(0) != before:
            os.dup2(self._input, 0)
        self._lowest_free = self._find_lowest_free()
        more = _count_descriptors() - self._fresh
        return f"{more} descriptors were left open" if more > MAX_MORE_DESCRIPTORS else None

    def _find_lowest_free(self) -> int:
        number = os.dup(self._input)
        os.close(number)
        return number


class Rights:
    """Who the process is for the kernel, what it may do, what memory it has locked.

    Nothing of it can be put back, or not by everybody.
    """

    name = "rights"

    def __init__(self) -> None:
        self._lines: Callable[[list[bytes]], tuple[bytes, ...]] | None = None
        if sys.platform == "linux":
            self._status = os.open("/proc/self/status", os.O_RDONLY)
            lines = os.pread(self._status, _STATUS_SIZE, 0).split(b"\n")
            found = [
                number
                for number, line in enumerate(lines)
                if line.partition(b":")[0] in _STATUS_LINES
            ]
            self._lines = itemgetter(*found)

    def take(self) -> tuple[Any, ...]:
        """Return what the kernel says; elsewhere than on Linux, only who it is."""
        general = (
            os.stat("/").st_ino,  # noqa: PTH116 - as below
            (os.getpgrp(), os.getsid(0)),
            (os.getuid(), os.geteuid(), os.getgid(), os.getegid()),
        )
        if self._lines is None:
            return general
        return general + self._lines(os.pread(self._status, _STATUS_SIZE, 0).split(b"\n"))

    def differs(self, before: tuple[Any, ...]) -> bool:
        """Whether anything is another."""
        return self.take() != before

    def put_back(self, before: tuple[Any, ...]) -> str | None:
        """Say what has changed."""
        names = ("the root folder", "the session or process group", "the users or groups")
        now = self.take()
        changed = [name for name, was, here in zip(names, before, now, strict=False) if was != here]
        changed += [
            str(here.partition(b":")[0], "ascii")
            for was, here in zip(before[3:], now[3:], strict=True)
            if was != here
        ]
        return f"{', '.join(changed)} had been changed"


def _environment() -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = vars(os.environ)["_data"]
    return found


def _zone() -> tuple[Any, ...]:
    return time.tzname, time.timezone, time.altzone, time.daylight


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - a Path costs more than the question
    except OSError:  # it was removed
        return None


def _inode(descriptor: int) -> int:
    """Return which file a descriptor is; -1 where it is closed."""
    try:
        return os.fstat(descriptor).st_ino
    except OSError:
        return -1


def _count_descriptors() -> int:
    return len(os.listdir(_FD_FOLDER))  # noqa: PTH208 - as above


def _limits() -> list[tuple[int, int]]:
    return [resource.getrlimit(number) for number in _LIMITS]


def _set_limits(before: list[tuple[int, int]]) -> None:
    for number, values in zip(_LIMITS, before, strict=True):
        if resource.getrlimit(number) != values:
            resource.setrlimit(number, values)


def _priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def _set_priority(value: int) -> None:
    os.setpriority(os.PRIO_PROCESS, 0, value)


def _scheduling() -> tuple[Any, ...]:
    return os.sched_getscheduler(0), os.sched_getparam(0).sched_priority


def _set_scheduling(before: tuple[Any, ...]) -> None:
    os.sched_setscheduler(0, before[0], os.sched_param(before[1]))


def _settings() -> Settings:
    found = [
        Setting("the working folder", _folder, os.chdir),
        Setting("the umask", _umask, os.umask),
        Setting("the blocked signals", lambda: _signal.pthread_sigmask(signal.SIG_BLOCK, ()),
                lambda mask: signal.pthread_sigmask(signal.SIG_SETMASK, mask)),
        Setting("the resource limits", _limits, _set_limits),
        Setting("the priority", _priority, _set_priority),
    ]  # fmt: skip
    if sys.platform == "linux":
        found += [
            Setting("the processors", lambda: os.sched_getaffinity(0),
                    lambda processors: os.sched_setaffinity(0, processors)),
            Setting("the scheduling", _scheduling, _set_scheduling),
        ]  # fmt: skip
    return Settings(*found)


def system_aspects() -> tuple[Aspect, ...]:
    """Return the aspects of one process, after those that ``Alarms`` and handlers are."""
    return (Environment(), _settings(), Descriptors(), Rights())
