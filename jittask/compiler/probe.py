"""Has the functions checked on the real objects, in a process of their own (rule U2).

The process runs ``python -m jittask.prelude.check``; nothing of it is imported
here. An element that hangs, exits or crashes on import costs itself alone: the
process is started anew for the rest.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jittask.compiler.findings import Findings
from jittask.diagnostics import Diagnostic, Location
from jittask.model import FunctionRef

SECONDS = 10.0
"""How long the import of one element may take."""

_START_SECONDS = 60.0


def probe(
    root: Path, tasks: Sequence[tuple[str, FunctionRef, int]]
) -> dict[str, tuple[Diagnostic, ...]]:
    """Check (task, function, number of rows) triples; return the findings by task."""
    waiting = {name: (function, rows) for name, function, rows in tasks}
    found: dict[str, tuple[Diagnostic, ...]] = {}
    while waiting:
        begun: str | None = None
        for answer in _answers(root, waiting):
            if "begin" in answer:
                begun = str(answer["begin"])
            else:
                name = str(answer["name"])
                function, _ = waiting.pop(name)
                found[name] = _findings(name, function, answer)
                begun = None
        if not waiting:
            break
        stuck = begun if begun in waiting else next(iter(waiting))
        function, _ = waiting.pop(stuck)
        found[stuck] = _findings(stuck, function, _STUCK if begun else _CRASHED)
    return found


_STUCK = {
    "code": "import-failed",
    "message": f"importing it did not come to an end within {SECONDS:g} s, or ended the process",
    "hint": "an element file defines functions; it does no work when it is imported",
}
_CRASHED = {
    "code": "import-failed",
    "message": "the process that imports elements could not start",
    "hint": "jittask validate --no-import leaves this step out",
}


def _answers(root: Path, waiting: dict[str, tuple[FunctionRef, int]]) -> Iterator[dict[str, Any]]:
    request = {
        "root": str(root),
        "tasks": [
            {"name": name, "function": function.function, "parameters": rows}
            for name, (function, rows) in waiting.items()
        ],
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "jittask.prelude.check"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.close()
        yield from _lines(process.stdout.fileno())
    except BrokenPipeError:
        return
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _lines(descriptor: int) -> Iterator[dict[str, Any]]:
    """Yield the answers; end where the next one takes too long, or none can come."""
    held, seconds = b"", _START_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while selector.select(seconds):
            data = os.read(descriptor, 65_536)
            if not data:
                return
            *lines, held = (held + data).split(b"\n")
            for line in lines:
                yield json.loads(line)
            seconds = SECONDS


def _findings(name: str, function: FunctionRef, answer: dict[str, Any]) -> tuple[Diagnostic, ...]:
    if answer.get("ok"):
        return ()
    findings = Findings(name)
    line = int(answer.get("line") or 1)
    place = Location(str(answer.get("file") or function.file), line, 1, line, 2)
    findings.add(str(answer["code"]), place, str(answer["message"]), answer.get("hint"))
    return tuple(findings.found)
