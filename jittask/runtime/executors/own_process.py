"""Keeps a forked child of a body from running on as if it were the worker process (rule R6).

A child that returns from the function, or raises out of it, would otherwise read the worker
process's orders, and report an end of its own.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# bound here, before any element code: a body can replace os.getpid itself
from os import _exit, getpid
from typing import NoReturn


class OwnProcess:
    """The process in which this was made."""

    def __init__(self) -> None:
        self._process = getpid()

    @contextmanager
    def only(self) -> Iterator[None]:
        """End any other process that comes here, or leaves this block.

        It gets the exit code that Python would give it.
        """
        if getpid() != self._process:  # forked by an import
            _leave(0)
        try:
            yield
        except BaseException as error:
            if getpid() == self._process:
                raise
            _leave(_exit_code(error))
        if getpid() != self._process:
            _leave(0)


def _exit_code(error: BaseException) -> int:
    """Return what Python's exit code would be, and print what Python would."""
    if isinstance(error, SystemExit) and (error.code is None or isinstance(error.code, int)):
        return (error.code or 0) & 0xFF
    with suppress(Exception):  # it may have closed its standard error
        if isinstance(error, SystemExit):
            sys.stderr.write(f"{error.code}\n")
        else:
            traceback.print_exception(error)
    return 1


def _leave(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    _exit(code)
