"""The events of a scenario: what others do to rows, and to the runtime (rule V9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from jittask.compiler.json_spans import Pointer
from jittask.data.databases import DataError, one_line
from jittask.data.row_keys import key_values
from jittask.model import ModelInfo
from jittask.operations.errors import InvalidArgument, OperationError
from jittask.operations.simulate import happenings
from jittask.operations.simulate.fixtures import model_named
from jittask.operations.simulate.happenings import Happening
from jittask.operations.simulate.moments import Moments
from jittask.operations.simulate.row_values import BadRow, typed_row

if TYPE_CHECKING:
    from jittask.operations.simulate.copies import Copy
    from jittask.operations.simulate.scenario_file import ScenarioFile

NEEDS: Mapping[str, frozenset[str]] = {
    "create": frozenset({"row"}),
    "update": frozenset({"key", "set"}),
    "delete": frozenset({"key"}),
    "down": frozenset(),
    "enable": frozenset(),
    "disable": frozenset(),
    "pause": frozenset(),
    "resume": frozenset(),
}
"""The kinds of events, and the keys that each needs."""
_MAY = {"pause": frozenset({"until"})}
_OF_ROWS = frozenset({"create", "update", "delete"})


class Events:
    """Reads events; a mistake is added to the file's findings."""

    def __init__(
        self,
        file: ScenarioFile,
        models: Mapping[str, ModelInfo],
        task: Callable[[Pointer, str], str],
        moment: Callable[[Pointer, str], datetime],
        moments: Moments,
    ) -> None:
        self._file = file
        self._models = models
        self._task = task
        self._moment = moment
        self._moments = moments

    def read(self) -> Callable[[Copy], Sequence[Happening]]:
        """Return what makes the happenings, given the copy that they change."""
        makers = [
            maker
            for number, event in enumerate(self._file.data.get("events", ()))
            for maker in self._event(("events", number), event)
        ]
        return lambda copy: sorted((make(copy) for make in makers), key=lambda found: found.at)

    def _event(
        self, pointer: Pointer, event: Mapping[str, Any]
    ) -> list[Callable[[Copy], Happening]]:
        kinds = [kind for kind in NEEDS if kind in event]
        if len(kinds) != 1:
            got = " and ".join(kinds) or "none"
            self._file.wrong(pointer, f"expected one of {', '.join(NEEDS)}, got {got}")
            return []
        kind = kinds[0]
        if not self._fits(pointer, kind, event):
            return []
        at = self._moment((*pointer, "at"), event["at"])
        place = self._file.place(pointer)
        if kind in _OF_ROWS:
            try:
                model = model_named(event[kind], self._models, kind)
            except OperationError as error:
                self._file.wrong((*pointer, kind), str(error), error.hint)
                return []
            where = f"{self._file.path}:{place.line}:{place.column}"
            change = RowChange(kind, model, event, where, self._moments)
            return [lambda copy: happenings.changes(at, partial(change.apply, copy))]
        return [
            partial(lambda found, _: found, found)
            for found in self._of_runtime(kind, pointer, event, at)
        ]

    def _fits(self, pointer: Pointer, kind: str, event: Mapping[str, Any]) -> bool:
        given = set(event) - {"at", kind}
        missing = NEEDS[kind] - given
        extra = given - NEEDS[kind] - _MAY.get(kind, frozenset())
        for key in sorted(missing):
            self._file.wrong(pointer, f"{kind} needs the key {key!r}")
        for key in sorted(extra):
            self._file.wrong((*pointer, key), f"{kind} does not use the key {key!r}")
        return not missing and not extra

    def _of_runtime(
        self, kind: str, pointer: Pointer, event: Mapping[str, Any], at: datetime
    ) -> list[Happening]:
        if kind == "down":
            until = self._moment((*pointer, "down"), event["down"])
            if until <= at:
                self._file.wrong((*pointer, "down"), "the end is before the beginning")
            return [happenings.stops(at), happenings.starts(until)]
        task = self._task((*pointer, kind), event[kind])
        if kind == "pause":
            until_text = event.get("until")
            ends = None if until_text is None else self._moment((*pointer, "until"), until_text)
            return [happenings.pauses(at, task, ends)]
        if kind == "resume":
            return [happenings.resumes(at, task)]
        return [happenings.switches(at, task, enabled=kind == "enable")]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that others create, change or delete."""

    kind: str
    model: str
    event: Mapping[str, Any]
    place: str
    moments: Moments

    def apply(self, copy: Copy) -> None:
        """Change the copy. Raises InvalidArgument for ``scenario`` where that cannot be done."""
        try:
            self._apply(copy)
        except (BadRow, DataError) as error:
            raise InvalidArgument("scenario", f"{self.place}: {error}") from error

    def _apply(self, copy: Copy) -> None:
        from jittask.operations.simulate.copies import zone_of

        model = copy.compilation.app.models[self.model]
        zone = zone_of(copy.data.databases[model.database], self.moments.zone)
        rows = copy.data.rows(model)
        written = self.event.get("row" if self.kind == "create" else "set", {})
        values = typed_row(written, rows.model.fields, self.moments, zone)
        with one_line(self.model), rows.engine.begin() as connection:
            if self.kind == "create":
                connection.execute(sa.insert(rows.table).values(values))
                return
            key = key_values(json.dumps(self.event["key"]), rows.model)
            columns = [rows.table.c[field.name] for field in rows.model.key_fields]
            same = [column == value for column, value in zip(columns, key, strict=True)]
            statement: sa.Update | sa.Delete = sa.delete(rows.table).where(*same)
            if self.kind == "update":
                statement = sa.update(rows.table).where(*same).values(values)
            if not connection.execute(statement).rowcount:
                shown = json.dumps(self.event["key"], ensure_ascii=False)
                raise InvalidArgument("scenario", f"{self.place}: {self.model} has no row {shown}")
