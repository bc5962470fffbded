"""The difference of two versions, as Markdown for a reviewer (rule V4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.plan.difference import TaskDifference


def review_lines(found: Sequence[TaskDifference], about: str, limit: int) -> Iterator[str]:
    """Yield Markdown, fit to be pasted into a review; ``limit`` changes a task at most."""
    yield f"Plan against {about}"
    yield ""
    changed = [difference for difference in found if difference.shows]
    for difference in changed:
        yield from _task_lines(difference, _changes(difference), limit)
    for difference in found:
        if difference.by_rows:
            yield from _task_lines(difference, ["- its occurrences depend on the rows"], 1)
    same = [f"`{task.task}`" for task in found if not task.shows and not task.by_rows]
    if same:
        more = f" and {len(same) - limit:,} more" if len(same) > limit else ""
        yield f"Edited, with the same occurrences in this time: {', '.join(same[:limit])}{more}"
        yield ""
    totals = (
        (sum(len(task.appears) for task in changed), "appears", "appear"),
        (sum(len(task.vanishes) for task in changed), "vanishes", "vanish"),
        (sum(len(task.moves) for task in changed), "moves", "move"),
    )
    counts = [f"{n:,} {singular if n == 1 else plural}" for n, singular, plural in totals if n]
    yield ", ".join(counts) if counts else "No occurrence changes."


def _task_lines(difference: TaskDifference, changes: Sequence[str], limit: int) -> Iterator[str]:
    if len(difference.reasons) == 1:
        yield f"**`{difference.task}`**: {difference.reasons[0]}"
    else:
        yield f"**`{difference.task}`**"
        yield from (f"- {reason}" for reason in difference.reasons)
    yield from islice(changes, limit)
    if len(changes) > limit:
        yield f"- and {len(changes) - limit:,} more; the last: {changes[-1].removeprefix('- ')}"
    yield ""


def _changes(difference: TaskDifference) -> list[str]:
    """Return a line a change, in the order of time."""
    lines = [
        (entry.at, f"- {verb} {_when(entry)}{_notes(entry)}")
        for verb, entries in (("vanishes", difference.vanishes), ("appears", difference.appears))
        for entry in entries
    ]
    lines += [
        (old.at, f"- moves {_when(old)} → {_when(new)}{_notes(new)}")
        for old, new in difference.moves
    ]
    return [line for _, line in sorted(lines)]


def _when(entry: TaskOccurrence) -> str:
    local = entry.at.astimezone(entry.zone)
    seconds = ":%S" if local.second else ""
    return f"{local:%a %Y-%m-%d %H:%M{seconds} %Z}"


def _notes(entry: TaskOccurrence) -> str:
    notes = entry.notes[-1:] if len(entry.notes) > 1 else entry.notes
    return "".join(f" ({note.text})" for note in notes)
