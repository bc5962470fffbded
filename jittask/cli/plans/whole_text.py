"""A plan that pages, or has rows: as text with totals, as JSON, or as a calendar file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from jittask.cli.formatting import one_line
from jittask.cli.options import note
from jittask.cli.plans.listing_text import nothing_fires, text_lines
from jittask.cli.plans.rows_text import total_text
from jittask.operations.inspect.next_rows import bad_rows_remark
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.plan.whole import WholePlan
from jittask.operations.inspect.plan.window import Window
from jittask.operations.inspect.row_position import cursor_of, parse_cursor
from jittask.operations.views.calendar_file import calendar_file
from jittask.operations.views.occurrences import row_occurrence_view

if TYPE_CHECKING:
    from jittask.compiler.compiled import DateFieldTask
    from jittask.operations.workspace import Workspace
    from jittask.schedule.timer import Timer


def list_whole(
    opened: Workspace,
    timers: Mapping[str, Timer],
    tasks: Sequence[DateFieldTask],
    asked: Window,
    *,
    skipped: bool,
    shape: str,
    limit: int | None,
    after: str | None,
) -> None:
    """Print a page of the plan, or all of it; exit 1 where rows of a task are left out.

    The rows of a whole time are counted: not where ``after`` begins within it.
    """
    place = None if after is None else parse_cursor(after)
    plan = WholePlan(opened, timers, tasks, asked, skipped=skipped, after=place)
    page = _Page(plan.occurrences(), limit)
    titles = {name: task.title for name, task in opened.app.tasks.items()}
    if shape == "ics":
        for part in calendar_file(page, titles):
            sys.stdout.buffer.write(part)
    elif shape == "text":
        for line in text_lines(page, opened.zone):
            sys.stdout.write(f"{line}\n")
    else:
        for line in _json_list(page) if shape == "json" else _json_lines(page):
            sys.stdout.write(line)
    cursor = page.cursor()
    if after is None and shape == "text":
        page.read_to_the_end()
        for name, tally in sorted(plan.tallies.items()):
            if name not in plan.failures:
                sys.stdout.write(f"{name}: {total_text(tally)}\n")
    if cursor is not None:
        note(f"more: --after {cursor}")
    if page.last is None and not plan.failures:
        note(nothing_fires(asked, opened.zone))
    _note_left_out(plan)


class _Page:
    """The first ``limit`` occurrences, which remembers where it ended."""

    def __init__(self, entries: Iterator[TaskOccurrence], limit: int | None) -> None:
        self.last: TaskOccurrence | None = None
        self._entries, self._limit = entries, limit

    def __iter__(self) -> Iterator[TaskOccurrence]:
        for entry in islice(self._entries, self._limit):
            self.last = entry
            yield entry

    def cursor(self) -> str | None:
        """Return the cursor of the next page, where there is one."""
        more = next(self._entries, None) is not None
        return cursor_of(self.last) if more and self.last is not None else None

    def read_to_the_end(self) -> None:
        """Let what is not shown be counted."""
        for _ in self._entries:
            pass


def _json_lines(page: Iterable[TaskOccurrence]) -> Iterator[str]:
    for entry in page:
        yield json.dumps(row_occurrence_view(entry), ensure_ascii=False) + "\n"


def _json_list(page: Iterable[TaskOccurrence]) -> Iterator[str]:
    gap = "[\n"
    for line in _json_lines(page):
        yield gap + line.removesuffix("\n")
        gap = ",\n"
    yield "[]\n" if gap == "[\n" else "\n]\n"


def _note_left_out(plan: WholePlan) -> None:
    """Say which rows are not in the list, and why; what is incomplete ends with 1."""
    for name, tally in sorted(plan.tallies.items()):
        if tally.bad_row is not None:
            note(one_line(f"{name}: {bad_rows_remark(tally)}"))
    for name, why in sorted(plan.failures.items()):
        sys.stderr.write(f"{name}: its rows are left out: {one_line(why)}\n")
    if plan.failures:
        sys.exit(1)
