"""What process 1 of a container has to do: pass signals on, and wait for every orphan (rule R7).

The kernel gives it every process whose parent has ended, and ignores signals that it
does not handle. So the command runs in a child of it, as anywhere else.
"""

from __future__ import annotations

import os
import signal

_PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT,
              signal.SIGUSR1, signal.SIGUSR2)  # fmt: skip


def leave_first_process() -> None:
    """Return in a child, where this is process 1; that one never returns."""
    if os.getpid() != 1:
        return
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)  # none is lost meanwhile
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        return
    at_terminal = os.isatty(0)  # which sends Ctrl-C to both of us
    for number in _PASSED_ON:
        if not (at_terminal and number in (signal.SIGINT, signal.SIGQUIT)):
            signal.signal(number, lambda number, _: os.kill(child, number))
        else:
            signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    while True:
        process, status = os.wait()
        if process == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)
