"""The console that ``jittask run`` starts: a process of its own, watched, never waited for (C1)."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

END_SECONDS = 1.0
"""How long a console may take to end after the runtime: a whole stop fits into 10 s (R7)."""


class ConsoleBeside:
    """Shares nothing with the runtime but the tree and the run store.

    It ends when its standard input does, so also when this process is killed. It
    is in a session of its own: the terminal's Ctrl-C is for the runtime, whose runs end first.
    """

    def __init__(
        self, root: Path, port: int, shape: str, *, in_browser: bool, say: Callable[[str], None]
    ) -> None:
        """``say`` is called from another thread where the console ends by itself."""
        options = ["--port", str(port), "--format", shape, "--until-eof"]
        options += ["--open"] if in_browser else []
        self._say = say
        self._ending = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jittask", "console", str(root), *options],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self._thread = threading.Thread(target=self._watch, name="jittask-console", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """End it, and wait for that; what does not end is killed."""
        self._ending.set()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _watch(self) -> None:
        code = self._process.wait()
        if not self._ending.is_set():
            self._say(f"the console has ended ({_how(code)}); the tasks continue to run")


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
