"""The tasks of a tree as JSON."""

from __future__ import annotations

from typing import Any

from jittask.operations.inspect.catalog import CatalogEntry, CatalogPage
from jittask.operations.views.blocked import blocked_view
from jittask.operations.views.instants import iso


def catalog_view(page: CatalogPage) -> dict[str, Any]:
    """Return a page of tasks; ``next`` is the cursor of the next page."""
    return {"tasks": [entry_view(entry) for entry in page.tasks], "next": page.next}


def entry_view(entry: CatalogEntry) -> dict[str, Any]:
    """Return one task."""
    return {
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind,
        "state": entry.state,
        "tags": list(entry.tags),
        "schedule": entry.schedule,
        "zone": entry.zone.key if entry.zone else None,
        "next": iso(entry.next),
        "last": entry.last
        and {
            "run": entry.last.run,
            "status": entry.last.status,
            "finished": iso(entry.last.finished),
        },
        "blocked": [blocked_view(each) for each in entry.blocked],
    }
