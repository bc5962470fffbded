"""Who has changed what: a line for every write, also for one that was refused (rule C23)."""

from __future__ import annotations

import json
import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jittask.clock import Clock
from jittask.operations.errors import OperationError

FILE = "console-audit.jsonl"
_MOST_BYTES = 10_000_000
"""A longer file becomes ``.1``, of which there is one."""
_log = logging.getLogger("jittask.console")


@dataclass(slots=True)
class Change:
    """What a write route says of its change: the state before, and after."""

    before: Any = None
    after: Any = None


class Audit:
    """Appends lines of JSON to a file that only its owner can read; safe to use from threads."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Open the file. Raises OperationError where it cannot be written."""
        self._file = folder / FILE
        self._clock = clock
        self._lock = threading.Lock()
        try:
            self._write("")
        except OSError as error:
            message = f"{self._file}: cannot be written: {error.strerror}"
            hint = "jittask console --read-only changes nothing, and needs no such file"
            raise OperationError(message, hint) from error

    def record(
        self, who: str, client: str, what: str, target: dict[str, Any], change: Change, outcome: str
    ) -> None:
        """Append a line; where the disk refuses it, it is in the console's log instead."""
        line = json.dumps(
            {
                "at": self._clock.now().isoformat(),
                "who": who,
                "client": client,
                "what": what,
                "target": target,
                "from": change.before,
                "to": change.after,
                "outcome": outcome,
            },
            ensure_ascii=False,
            default=str,
        )
        try:
            self._write(f"{line}\n")
        except OSError as error:
            _log.error("the audit file cannot be written (%s): %s", error.strerror, line)

    def _write(self, text: str) -> None:
        with self._lock:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(self._file, flags, 0o600)
            with os.fdopen(descriptor, "ab") as opened:
                opened.write(text.encode(errors="surrogatepass"))
                size = opened.tell()
            if size > _MOST_BYTES:
                self._file.replace(self._file.with_suffix(".jsonl.1"))
