"""An occurrence as JSON: one object, or many lines quickly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jittask.model import Occurrence
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.row_position import cursor_of
from jittask.operations.views.instants import iso
from jittask.operations.views.notes import note_view

if TYPE_CHECKING:
    from jittask.operations.inspect.plan.listing import Listing
    from jittask.operations.inspect.plan.whole import WholePlan

_BEGINNING = datetime.min.replace(tzinfo=UTC)


def occurrence_view(found: TaskOccurrence, row: str | None = None) -> dict[str, Any]:
    """Return an occurrence as section 10 has it; ``row`` is the shown row key."""
    occurrence = found.occurrence
    fires = isinstance(occurrence, Occurrence)
    merged = occurrence.nominals if isinstance(occurrence, Occurrence) else ()
    return {
        "task": found.task,
        "row": found.row if row is None else row,
        "nominal": iso(occurrence.nominal),
        "effective": iso(found.at) if fires else None,
        "local": found.at.astimezone(found.zone).isoformat(),
        "zone": found.zone.key,
        "merged": [iso(nominal) for nominal in merged],
        "notes": [note_view(note) for note in found.notes],
    }


def row_occurrence_view(found: TaskOccurrence) -> dict[str, Any]:
    """Return an occurrence of a listing that pages, with the cursor of the page after it."""
    return occurrence_view(found) | {"cursor": cursor_of(found)}


def plan_view(
    plan: WholePlan, shown: Sequence[TaskOccurrence], *, complete: bool
) -> dict[str, Any]:
    """Return a page of a plan, and the cursor of the next one."""
    return {
        "occurrences": [row_occurrence_view(entry) for entry in shown],
        "complete": complete,
        "next": cursor_of(shown[-1]) if shown and not complete else None,
        "leftOut": [
            {"task": task, "reason": reason} for task, reason in sorted(plan.failures.items())
        ],
    }


def occurrence_array(listing: Listing) -> Iterator[str]:
    """Yield one JSON list of the lines of ``occurrence_lines``, a part at a time."""
    gap = "[\n"
    for lines in occurrence_lines(listing):
        if lines:
            yield gap + lines.removesuffix("\n").replace("\n", ",\n")
            gap = ",\n"
    yield "[]\n" if gap == "[\n" else "\n]\n"


def occurrence_lines(listing: Listing) -> Iterator[str]:
    """Yield ``occurrence_view`` of each as a line of JSON; many lines at a time.

    Most are plain and many share their instant, so those are put together from
    parts that are made once.
    """
    heads = [f'{{"task": {json.dumps(name)}, "row": null, "nominal": "' for name in listing.names]
    zones = listing.zones
    last, instant, local = _BEGINNING, "", dict[str, str]()
    for fired_slice in listing.slices():
        lines: list[str] = []
        for fired in fired_slice:
            at, task, occurrence = fired
            if (
                not isinstance(occurrence, Occurrence)
                or occurrence.notes
                or len(occurrence.nominals) > 1
            ):
                view = occurrence_view(listing.occurrence(fired))
                lines.append(json.dumps(view, ensure_ascii=False) + "\n")
                continue
            if at != last:
                last, instant, local = at, at.isoformat(), {}
            zone = zones[task]
            here = local.get(zone.key)
            if here is None:
                here = local[zone.key] = at.astimezone(zone).isoformat()
            lines.append(
                f'{heads[task]}{instant}", "effective": "{instant}", "local": "{here}", '
                f'"zone": "{zone.key}", "merged": ["{instant}"], "notes": []}}\n'
            )
        yield "".join(lines)
