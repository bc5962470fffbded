"""A program whose tasks are bodies that misbehave, and one task that does not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tests.hostile.case import Case
from tests.running import Program
from tests.tree import Tree

OTHER = """
import json, os, signal, sys, threading, time
from jittask import log

def customFunc():
    print("other")
    log.info("task")
    return [json.loads("[1]"), threading.active_count() < 9, os.getcwd() != "", len(sys.path) > 0]
"""
"""The task that runs beside them: it finds what a new process would find."""

_NEVER = {"startTime": "2199-01-01 00:00:00"}


class Host:
    """The running program of a tree with one task for each case."""

    def __init__(self, root: Path, cases: Sequence[Case]) -> None:
        self.root = root
        self._cases = cases
        tree = Tree(root, runtime={"workers": 2, "heartbeatSeconds": 0.5, "leaseSeconds": 4})
        for case in cases:
            code = case.code(str(self.left(case)))
            policy = {"timeoutSeconds": 2 if case.may_time_out else 60, **case.policy}
            tree.scheduled(self._name(case), code, timing=_NEVER, policy=policy)
        tree.scheduled("Other", OTHER, timing=_NEVER)
        self.program = Program(root)

    def task(self, case: Case) -> str:
        """Return the full name of a case's task."""
        return f"tasks.{self._name(case)}"

    def left(self, case: Case) -> Path:
        """Return the file in which a case's body notes what must not outlive its run."""
        return self.root.with_name(f"left-by-{self._name(case)}")

    def _name(self, case: Case) -> str:
        return f"Hostile{self._cases.index(case)}"

    def __enter__(self) -> Host:
        self.program.wait("ready")
        return self

    def __exit__(self, *exception: object) -> None:
        self.program.__exit__(*exception)


class Shared:
    """One program for many cases; where a case has ended it, the next case has another."""

    def __init__(self, folder: Path, cases: Sequence[Case]) -> None:
        self._folder = folder
        self._cases = cases
        self._hosts: list[Host] = []

    @property
    def opened(self) -> list[Host]:
        """The programs that still run; one at most."""
        return [host for host in self._hosts if host.program.process.poll() is None]

    def running(self) -> Host:
        """Return the program that runs."""
        if not self.opened:
            host = Host(self._folder / f"app{len(self._hosts)}", self._cases)
            self._hosts.append(host)
            host.__enter__()
        return self.opened[-1]

    def __enter__(self) -> Shared:
        return self

    def __exit__(self, *exception: object) -> None:
        for host in self._hosts:
            host.__exit__(*exception)


def errors_of(program: Program) -> str:
    """Return what it wrote to standard error, which a process that it left behind may hold open."""
    assert program.process.stderr is not None
    descriptor = program.process.stderr.fileno()
    os.set_blocking(descriptor, False)
    try:
        return os.read(descriptor, 65_536).decode()
    except BlockingIOError:
        return ""
