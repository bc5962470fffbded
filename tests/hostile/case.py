"""A body that misbehaves, and what has to come of it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from enum import Enum, auto

HEAD = """
import atexit, ctypes, gc, itertools, json, locale, logging, multiprocessing, os, resource
import shutil, signal, socket, subprocess, sys, tempfile, threading, time, warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from jittask import log

LEFT = "@LEFT@"
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)", LEFT]
kept = []


def note(process=None):
    file = os.open(LEFT, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(file, f"{process or os.getpid()}\\n".encode())
    os.close(file)


def sleep():
    while True:
        time.sleep(600)


def noted_sleep():
    note()
    sleep()


def process_id(_):
    return os.getpid()


def forked(function):
    child = os.fork()
    if child == 0:
        note()
        function()
        os._exit(0)
    note(child)
    return child


def others():
    folder = "/proc/self/fd"
    numbers = [int(name) for name in os.listdir(folder)]  # one of them lists the folder
    return [number for number in numbers if number > 2 and os.path.exists(f"{folder}/{number}")]
"""
"""What a body may use.

``note`` writes down the id of a process that must not outlive the run, which is
its own without an argument. ``SLEEPER`` is a command that sleeps for ten
minutes, ``forked`` runs a function in a child, and ``others`` are the
descriptors but for the standard ones.
"""


class Ends(Enum):
    """How the run of a body comes to its end."""

    ALONE = auto()
    """By itself, or by its timeout."""
    KILLED = auto()
    """A person kills it, once the body is ready for it."""
    STOPPED = auto()
    """The program is stopped at once, once the body is ready for it."""
    CRASHED = auto()
    """The program is killed, once the body is ready for it."""


@dataclass(frozen=True)
class Case:
    """A body; the status of its run, and what its error and log have to say."""

    name: str
    body: str
    """The statements of ``customFunc``."""
    status: str = "completed"
    error: str = ""
    """A regular expression for the reason and the error."""
    log: str = ""
    """A regular expression for the log."""
    result: str | None = None
    """The result as JSON; None where it does not matter."""
    ends: Ends = Ends.ALONE
    policy: dict[str, object] = field(default_factory=dict)

    @property
    def may_time_out(self) -> bool:
        """Whether its timeout, of two seconds, may be what ends it."""
        return "2 s" in self.error

    def code(self, left: str) -> str:
        """Return the file ``inner.py``; ``left`` is the file that ``note`` writes to."""
        body = inspect.cleandoc(self.body).replace("\n", "\n    ")
        return f"{HEAD.replace('@LEFT@', left)}\n\ndef customFunc():\n    {body}\n"
