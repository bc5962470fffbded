"""A filter as an editor shows it: its outline, its mistakes, the rows that pass (rule C8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.data.databases import DataError
from jittask.data.matching import Count, count_rows, first_rows
from jittask.data.row_keys import BadKey
from jittask.model import FieldType, Note
from jittask.operations.errors import InvalidArgument, NotFound, Unavailable
from jittask.operations.inspect.models import model_of, rows_of_model
from jittask.operations.inspect.shown_rows import ShownRow, shown_row
from jittask.operations.naming import stored_row_key
from jittask.query.check import QueryProblem, check
from jittask.query.expression import Expression, Span
from jittask.query.outline import Node, Row, expression_of, others, outline, rows_of
from jittask.query.parse import QuerySyntaxError

if TYPE_CHECKING:
    from jittask.data.rows import Rows
    from jittask.operations.workspace import Workspace

MOST_COUNTED = 10_000
_STATEMENT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class FilterReading:
    """What a text says."""

    tree: Node | None
    """None for an empty text, and for one without any structure."""
    problems: tuple[QueryProblem, ...]
    """In the text's order; spans are code points."""


@dataclass(frozen=True, slots=True)
class PartJudgement:
    """What one condition of a filter lets through."""

    span: Span
    count: Count
    passes: bool | None
    """Whether the chosen row does; None where none is chosen."""
    value: Any
    """What the chosen row has in the condition's field, as JSON."""


@dataclass(frozen=True, slots=True)
class FilterRows:
    """The rows that pass a filter."""

    count: Count
    rows: tuple[ShownRow, ...]
    """The first of them, by key."""
    passes: bool | None
    """Whether the chosen row passes; None where none is chosen."""
    parts: tuple[PartJudgement, ...]
    """One for each condition, where they are asked for."""
    problem: Note | None = None
    """Why nothing is known: the text is no filter, or the database does not answer."""


def read_filter(workspace: Workspace, model: str | None, text: str) -> FilterReading:
    """Return the outline of a filter, checked against a model; nothing is executed.

    Raises NotFound for a model that cannot load. The fields of an opaque model are those
    of its table, where its database answers.
    """
    if not text.strip():
        return FilterReading(None, ())
    try:
        tree = outline(text)
    except QuerySyntaxError as error:
        return FilterReading(None, (_of_syntax(error),))
    problems = [
        QueryProblem("filter-syntax", other.reason, other.hint, other.place)
        for other in others(tree)
    ]
    fields = None if model is None else _fields(workspace, model)
    if fields is not None:
        problems += _misfits(tree, fields)
    return FilterReading(tree, tuple(sorted(problems, key=lambda each: each.span.start)))


def filter_rows(
    workspace: Workspace,
    model: str,
    text: str,
    *,
    limit: int = 20,
    row: str | None = None,
    with_parts: bool = False,
    zone: str | None = None,
) -> FilterRows:
    """Return what passes a filter now; an empty one lets every row through.

    ``row`` is the shown key of a chosen row, ``zone`` that of TODAY() and NOW(): the app's
    by default. The database compares, as it does for a scan. Raises NotFound for a model or a
    row, InvalidArgument for a text that can be no key and a zone that does not exist.
    """
    place = _zone(workspace, zone)
    reading = read_filter(workspace, model, text)
    if reading.problems:
        return _nothing(reading.problems[0].code, reading.problems[0].message)
    expression = None if reading.tree is None else expression_of(reading.tree)
    now = workspace.now()
    parts: tuple[PartJudgement, ...] = ()
    try:
        rows = rows_of_model(workspace, model).within(_STATEMENT_SECONDS)
        count = count_rows(rows, expression, now, place, MOST_COUNTED)
        found = first_rows(rows, expression, now, place, limit)
        judge = _Judge(workspace, rows, place, row)
        if with_parts and reading.tree is not None:
            parts = tuple(judge.part(each) for each in rows_of(reading.tree))
        passes = judge.passes(expression)
    except (DataError, Unavailable) as error:
        return _nothing("unavailable", str(error))
    return FilterRows(count, tuple(shown_row(rows, each) for each in found), passes, parts)


def _nothing(code: str, text: str) -> FilterRows:
    return FilterRows(Count(0, capped=False), (), None, (), Note(code, text))


class _Judge:
    """Judges conditions by the database: how many rows pass, and whether the chosen one does."""

    def __init__(self, workspace: Workspace, rows: Rows, zone: ZoneInfo, row: str | None) -> None:
        """``row`` is a shown key. Raises InvalidArgument for a text that is none."""
        self._rows, self._now, self._zone = rows, workspace.now(), zone
        self._shown = row
        self._key = None if row is None else stored_row_key(rows.model, row)

    def passes(self, expression: Expression | None) -> bool | None:
        """Whether the chosen row passes; None where none is chosen. Raises NotFound."""
        found = self._judged(expression)
        return None if found is None else found[1]

    def part(self, part: Row) -> PartJudgement:
        """Judge one condition."""
        condition = part.condition
        count = count_rows(self._rows, condition, self._now, self._zone, MOST_COUNTED)
        found = self._judged(condition)
        if found is None:
            return PartJudgement(part.span, count, None, None)
        value = shown_row(self._rows, found[0]).values.get(condition.field)
        return PartJudgement(part.span, count, found[1], value)

    def _judged(self, expression: Expression | None) -> tuple[dict[str, Any], bool] | None:
        if self._key is None:
            return None
        try:
            found = self._rows.judged(self._key, expression, self._now, self._zone)
        except BadKey as error:
            raise InvalidArgument("row", str(error)) from error
        if found is None:
            raise NotFound(f"{self._rows.model.name} has no row {self._shown}")
        return found


def _of_syntax(error: QuerySyntaxError) -> QueryProblem:
    return QueryProblem("filter-syntax", str(error), error.hint, Span(error.start, error.end))


def _fields(workspace: Workspace, name: str) -> Mapping[str, FieldType] | None:
    """Return what the model's fields hold; None where nobody says."""
    info = model_of(workspace, name)
    if not info.opaque:
        return {field.name: field.type for field in info.fields}
    try:
        return rows_of_model(workspace, name).model.kinds
    except Unavailable:
        return None


def _misfits(tree: Node, fields: Mapping[str, FieldType]) -> Iterator[QueryProblem]:
    for row in rows_of(tree):
        yield from check(row.condition, fields)


def _zone(workspace: Workspace, name: str | None) -> ZoneInfo:
    if name is None:
        return workspace.zone
    found = zonedata.find_zone(name)
    if found is None:
        hint = "the names are those of the tz database, such as Europe/Berlin"
        raise InvalidArgument("zone", f"no time zone {name!r}", hint)
    return found
