"""What a console and the process of a trial say to each other, as lines of JSON (rule C15)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from jittask.run_log import LogPiece


@dataclass(frozen=True, slots=True)
class TrialOrder:
    """What is to be tried."""

    root: str
    bundle: str
    """Where the code is laid out."""
    task: str
    row_key: str
    """As runs store it; empty for a scheduled task."""
    args: str | None
    """JSON."""
    timeout_seconds: float
    secret_names: tuple[str, ...]
    """The variables whose values no text may show."""

    def line(self) -> bytes:
        """Return it as it is sent."""
        return _line(asdict(self))

    @classmethod
    def read(cls, line: bytes) -> TrialOrder:
        """Return what was sent."""
        given = json.loads(line)
        return cls(**{**given, "secret_names": tuple(given["secret_names"])})


@dataclass(frozen=True, slots=True)
class TrialOutput:
    """Lines that came; ``ending``: the last ones, in place of those that were sent so before."""

    pieces: tuple[LogPiece, ...]
    ending: bool


@dataclass(frozen=True, slots=True)
class TrialEnd:
    """How the function ended."""

    seconds: float
    result: str | None = None
    """What it returned, as JSON."""
    error: str | None = None
    """The traceback, where it failed."""
    refused: str | None = None
    """Why it was not called."""


@dataclass(frozen=True, slots=True)
class TrialBegan:
    """The code is imported, and the function is called."""


TrialMessage = TrialBegan | TrialOutput | TrialEnd
BEGAN_LINE = b'{"began": true}\n'


def output_line(pieces: Sequence[LogPiece], *, ending: bool) -> bytes:
    """Return output as it is sent."""
    sent = [[piece.at.isoformat(), piece.stream, piece.level, piece.text] for piece in pieces]
    return _line({"pieces": sent, "ending": ending})


def end_line(end: TrialEnd) -> bytes:
    """Return an end as it is sent."""
    return _line({"end": asdict(end)})


def read_message(line: bytes) -> TrialMessage:
    """Return what was sent. Raises ValueError, KeyError or TypeError for what is no message."""
    given = json.loads(line)
    if "began" in given:
        return TrialBegan()
    if "end" in given:
        return TrialEnd(**given["end"])
    pieces = tuple(
        LogPiece(datetime.fromisoformat(at), stream, level, text)
        for at, stream, level, text in given["pieces"]
    )
    return TrialOutput(pieces, bool(given["ending"]))


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"
