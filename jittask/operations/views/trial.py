"""How a trial ended, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jittask.operations.views.instants import iso

if TYPE_CHECKING:
    from jittask.operations.draft_trial.trial import DraftTrial
    from jittask.run_log import LogPiece


def trial_view(trial: DraftTrial) -> dict[str, Any]:
    """Return all of it; nothing that it did through models is kept."""
    error = trial.error
    return {
        "task": trial.task,
        "version": trial.version,
        "outcome": trial.outcome,
        "result": trial.result,
        "output": [line for piece in trial.output for line in _lines(piece)],
        "error": None
        if error is None
        else {"text": error.text, "file": error.file, "line": error.line},
        "filterValues": None if trial.filter_values is None else dict(trial.filter_values),
        "passes": trial.passes,
        "rolledBack": True,
        "seconds": trial.seconds,
    }


def _lines(piece: LogPiece) -> list[dict[str, Any]]:
    return [
        {"at": iso(piece.at), "stream": piece.stream, "level": piece.level, "text": text}
        for text in piece.text.removesuffix("\n").split("\n")
    ]
