"""What a scenario says, read against the tree that it is about (rule V9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.compiler.json_spans import Pointer
from jittask.diagnostics import Location
from jittask.operations.errors import OperationError
from jittask.operations.naming import find_task
from jittask.operations.simulate.fixtures import (
    Fixture,
    GivenRows,
    given_rows,
    read_fixture,
)
from jittask.operations.simulate.moments import BadMoment, Moments
from jittask.operations.simulate.scenario_file import ScenarioFile
from jittask.operations.simulate.simulate import Given, Period
from jittask.operations.times import is_date

if TYPE_CHECKING:
    from jittask.operations.simulate.copies import Copy
    from jittask.operations.simulate.happenings import Happening
    from jittask.operations.workspace import Workspace

LISTS = ("firings", "includes", "skipped")
COUNTS = ("count", "atLeast", "atMost")


@dataclass(frozen=True, slots=True)
class ExpectedFiring:
    """One firing that is expected; what is None may be anything."""

    at: datetime
    place: Location
    row: str | None = None
    status: str | None = None
    reason: str | None = None
    late: bool | None = None
    nominal: datetime | None = None
    has_result: bool = False
    result: Any = None
    """As JSON has it; of an object, the keys that matter."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of a task, or of a task and a row."""

    task: str
    row: str | None
    place: Location
    kind: str
    """``firings``, ``includes``, ``skipped``, ``count``, ``atLeast`` or ``atMost``."""
    firings: tuple[ExpectedFiring, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario, ready to be simulated."""

    file: ScenarioFile
    title: str
    period: Period
    given: Given
    run: bool
    expectations: tuple[Expectation, ...]
    moments: Moments


def read_scenario(file: ScenarioFile, workspace: Workspace) -> Scenario:
    """Read a scenario for a tree. Raises BadScenario, with every mistake."""
    return _Reading(file, workspace).scenario()


class _Reading:
    def __init__(self, file: ScenarioFile, workspace: Workspace) -> None:
        self._file = file
        self._workspace = workspace
        self._app = workspace.app
        self._moments = Moments(workspace.now(), workspace.zone)

    def scenario(self) -> Scenario:
        file, data = self._file, self._file.data
        zone = self._zone()
        since = self._moment(("from",), data["from"], Moments(self._workspace.now(), zone))
        file.refuse_mistakes()
        self._moments = Moments(since, zone)
        until = self._end(data["to"])
        if until < since:
            file.wrong(("to",), "the end is before the beginning")
        tasks = [
            self._task(("tasks", number), name) for number, name in enumerate(data.get("tasks", ()))
        ]
        given = Given(self._fixture(), self._happenings(), tasks, zone)
        expectations = [
            expectation
            for number, item in enumerate(data.get("expect", ()))
            for expectation in self._expectations(("expect", number), item)
        ]
        file.refuse_mistakes()
        title = data.get("title") or file.path.stem
        return Scenario(
            file, title, Period(since, until), given, bool(data.get("run")), tuple(expectations),
            self._moments,
        )  # fmt: skip

    def _zone(self) -> ZoneInfo:
        name = self._file.data.get("timezone")
        if name is None:
            return self._workspace.zone
        try:
            return zonedata.zone(name)
        except (ValueError, OSError, KeyError):
            self._file.wrong(("timezone",), f"no time zone {name!r}", "such as Europe/Berlin")
            return self._workspace.zone

    def _end(self, text: str) -> datetime:
        until = self._moment(("to",), text, self._moments)
        if is_date(text):
            return datetime.combine(until.date(), time.max, until.tzinfo)
        return until

    def _moment(self, pointer: Pointer, text: str, moments: Moments | None = None) -> datetime:
        try:
            return (moments or self._moments).instant(text)
        except BadMoment as error:
            self._file.wrong(pointer, str(error))
            return self._moments.start

    def _task(self, pointer: Pointer, name: str) -> str:
        try:
            return find_task(self._workspace.compilation, name).name
        except OperationError as error:
            self._file.wrong(pointer, str(error), error.hint)
            return name

    def _fixture(self) -> Fixture | None:
        data, folder, models = self._file.data, self._file.path.parent, self._app.models
        if data.get("copy"):
            for key in ("data", "rows"):
                if key in data:
                    self._file.wrong((key,), f"{key!r} and 'copy' do not go together")
            return None
        found: dict[str, GivenRows] = {}
        try:
            if "data" in data:
                found |= read_fixture(folder / data["data"], models)
            if "rows" in data:
                found |= given_rows(data["rows"], models, str(self._file.path))
        except OperationError as error:
            self._file.wrong(("rows" if "rows" in data else "data",), str(error), error.hint)
        return found

    def _happenings(self) -> Callable[[Copy], Sequence[Happening]]:
        from jittask.operations.simulate.scenario_events import Events

        return Events(self._file, self._app.models, self._task, self._moment, self._moments).read()

    def _expectations(self, pointer: Pointer, item: dict[str, Any]) -> list[Expectation]:
        task = self._task((*pointer, "task"), item["task"])
        row = None if item.get("row") is None else shown(item["row"])
        kinds = [key for key in (*LISTS, *COUNTS) if key in item]
        if not kinds:
            self._file.wrong(pointer, f"expected one of {', '.join((*LISTS, *COUNTS))}")
        found = []
        for kind in kinds:
            place = self._file.source.key((*pointer, kind))
            if kind in COUNTS:
                found.append(Expectation(task, row, place, kind, count=item[kind]))
                continue
            firings = [
                self._firing((*pointer, kind, number), firing)
                for number, firing in enumerate(item[kind])
            ]
            found.append(Expectation(task, row, place, kind, tuple(firings)))
        return found

    def _firing(self, pointer: Pointer, firing: str | dict[str, Any]) -> ExpectedFiring:
        place = self._file.place(pointer)
        if isinstance(firing, str):
            return ExpectedFiring(self._moment(pointer, firing), place)
        nominal = firing.get("nominal")
        return ExpectedFiring(
            at=self._moment((*pointer, "at"), firing["at"]),
            place=place,
            row=None if firing.get("row") is None else shown(firing["row"]),
            status=firing.get("status"),
            reason=firing.get("reason"),
            late=firing.get("late"),
            nominal=None if nominal is None else self._moment((*pointer, "nominal"), nominal),
            has_result="result" in firing,
            result=firing.get("result"),
        )


def shown(key: object) -> str:
    """Return a row's key as the runs of a simulation show it."""
    return key if isinstance(key, str) else json.dumps(key, ensure_ascii=False)
