"""Drives the real program: a process that runs a tree and tells its events as JSON lines."""

from __future__ import annotations

import gc
import io
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from unittest.mock import patch

from jittask.cli.main import main

PATIENCE = 60.0


class Program:
    """``jittask run TREE --format json``, or another command; its events, and ways to end it."""

    def __init__(
        self,
        tree: Path,
        shape: str = "json",
        *,
        once: bool = False,
        module: str = "jittask",
        command: str = "run",
        more: tuple[str, ...] = (),
        on_line: Callable[[], None] = lambda: None,
        **env: str,
    ) -> None:
        """``on_line`` is called with each line of stdout, from another thread."""
        options = [*more, *(["--once"] if once else [])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, command, str(tree), "--format", shape, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "NO_COLOR": "1", **env},
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._on_line = on_line
        self._new: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._new.put(line.rstrip("\n"))
            self._on_line()
        self._new.put(None)

    def wait_line(self, wanted: Callable[[str], bool], seconds: float = PATIENCE) -> str:
        """Return the first line from here on that ``wanted`` says yes to."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self._new.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(
                    "nothing of it came; so far:\n" + "\n".join(self.lines)
                ) from None
            if line is None:
                assert self.process.stderr is not None
                raise AssertionError(
                    "it ended:\n" + "\n".join(self.lines) + self.process.stderr.read()
                )
            self.lines.append(line)
            if wanted(line):
                return line

    def wait(self, event: str, **values: object) -> dict:
        """Return the next event of that name with those values."""

        def fits(line: str) -> bool:
            data = json.loads(line)
            return data["event"] == event and all(data.get(k) == v for k, v in values.items())

        return json.loads(self.wait_line(fits))

    def heard(self) -> list[str]:
        """Return all lines so far."""
        with suppress(queue.Empty):
            while (line := self._new.get_nowait()) is not None:
                self.lines.append(line)
        return self.lines

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Press Ctrl-C and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()


def jittask_here(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in this process: a tenth of the time, for its words alone."""
    out, err = io.StringIO(), io.StringIO()
    command = ["jittask", *map(str, arguments)]
    thresholds = gc.get_threshold()  # a command collects less often than a process that stays
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "argv", command),
        patch.dict(os.environ, env),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        finally:
            gc.set_threshold(*thresholds)
    assert isinstance(code, int)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def jittask(
    *arguments: object, cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "jittask", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1", **env},
        timeout=60,
        check=False,
    )
