"""The difference of two versions, as Markdown for a reviewer and as JSON for programs (V4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from jittask.cli.entries import Entry
from jittask.cli.plans.difference import TaskDifference


def review_lines(found: Sequence[TaskDifference], about: str, limit: int) -> Iterator[str]:
    """Yield Markdown, fit to be pasted into a review; ``limit`` changes a task at most."""
    yield f"Plan against {about}"
    yield ""
    shown = [one for one in found if one.shows]
    for one in shown:
        yield from _task_lines(one, _changes(one), limit)
    for one in found:
        if one.by_rows:
            yield from _task_lines(one, ["- its occurrences depend on the rows"], 1)
    still = [f"`{one.task}`" for one in found if not one.shows and not one.by_rows]
    if still:
        more = f" and {len(still) - limit:,} more" if len(still) > limit else ""
        yield f"Edited, with the same occurrences in this time: {', '.join(still[:limit])}{more}"
        yield ""
    totals = (
        (sum(len(one.appears) for one in shown), "appears", "appear"),
        (sum(len(one.vanishes) for one in shown), "vanishes", "vanish"),
        (sum(len(one.moves) for one in shown), "moves", "move"),
    )
    told = [f"{n:,} {singular if n == 1 else plural}" for n, singular, plural in totals if n]
    yield ", ".join(told) if told else "No occurrence changes."


def review_data(found: Sequence[TaskDifference]) -> dict[str, Any]:
    """Return it for programs (section 10)."""
    reasons = {one.task: list(one.reasons) for one in found}

    def data(entry: Entry) -> dict[str, Any]:
        return {**entry.data(), "reasons": reasons[entry.task]}

    return {
        "appears": [data(each) for one in found for each in one.appears],
        "vanishes": [data(each) for one in found for each in one.vanishes],
        "moves": [{"from": data(old), "to": data(new)} for one in found for old, new in one.moves],
        "edited": [
            {"task": one.task, "forRows": one.by_rows, "reasons": list(one.reasons)}
            for one in found
            if not one.shows
        ],
    }


def _task_lines(one: TaskDifference, changes: Sequence[str], limit: int) -> Iterator[str]:
    if len(one.reasons) == 1:
        yield f"**`{one.task}`**: {one.reasons[0]}"
    else:
        yield f"**`{one.task}`**"
        yield from (f"- {reason}" for reason in one.reasons)
    yield from islice(changes, limit)
    if len(changes) > limit:
        yield f"- and {len(changes) - limit:,} more; the last: {changes[-1].removeprefix('- ')}"
    yield ""


def _changes(one: TaskDifference) -> list[str]:
    """Return a line a change, in the order of time."""
    lines = [(entry.at, f"- vanishes {_when(entry)}{_notes(entry)}") for entry in one.vanishes]
    lines += [(entry.at, f"- appears {_when(entry)}{_notes(entry)}") for entry in one.appears]
    lines += [
        (old.at, f"- moves {_when(old)} → {_when(new)}{_notes(new)}") for old, new in one.moves
    ]
    return [line for _, line in sorted(lines)]


def _when(entry: Entry) -> str:
    local = entry.at.astimezone(entry.zone)
    seconds = ":%S" if local.second else ""
    return f"{local:%a %Y-%m-%d %H:%M{seconds} %Z}"


def _notes(entry: Entry) -> str:
    notes = entry.notes[-1:] if len(entry.notes) > 1 else entry.notes
    return "".join(f" ({note.text})" for note in notes)
