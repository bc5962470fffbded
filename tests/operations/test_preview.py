"""The preview of unsaved text is what the saved task would do (C9, C24, T11, I11)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from jittask import Timer
from jittask.clock import FixedClock
from jittask.model import Occurrence
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.catalog import catalog
from jittask.operations.inspect.explain import explain
from jittask.operations.inspect.next import next_of_task
from jittask.operations.inspect.next_rows import next_of_rows
from jittask.operations.inspect.preview import firing_rows
from jittask.operations.inspect.preview.coming import FIRING, MOST_SKIPPED
from jittask.operations.inspect.preview.days import DAYS, MOST_A_DAY, year_ahead
from jittask.operations.inspect.preview.preview import Preview, preview
from jittask.operations.naming import rows_task
from jittask.operations.views.preview import preview_view
from jittask.operations.workspace import Workspace
from jittask.schedule.calendars import Calendar
from jittask.schedule.words import Language
from jittask.zonedata import zone
from tests.operations.dated_rows import FIRST, DatedRows, dated_rows
from tests.schedule.cases import CASES, Case
from tests.tree import HEAD, Tree

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.name}")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def e_json(timing: object, **more: object) -> str:
    return json.dumps({"type": "tasks.NormalType", **HEAD, "timerCfg": timing, **more})


def of_case(case: Case) -> str:
    timing: dict[str, object] = {**case.config}
    timing.setdefault("timezone", case.zone)
    if case.calendar is not None:
        timing.setdefault("calendar", case.calendar)
    return e_json(timing)


def firing(found: Preview) -> list[datetime]:
    return [entry.at for entry in found.occurrences if isinstance(entry.occurrence, Occurrence)]


@pytest.fixture(scope="module")
def all_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with each case saved as a task, by its number."""
    tree = Tree(tmp_path_factory.mktemp("cases") / "app")
    for number, case in enumerate(CASES):
        tree.write(f"tasks/C{number}/e.json", of_case(case))
        tree.write(f"tasks/C{number}/inner.py", "def customFunc():\n    pass\n")
    return tree.root


@pytest.fixture(scope="module")
def compiled(all_cases: Path) -> Iterator[Workspace]:
    with Workspace(all_cases) as opened:
        assert opened.compilation.ok
        yield opened


@each_case
def test_it_shows_the_occurrences_that_were_worked_out_by_hand(
    case: Case, compiled: Workspace
) -> None:
    compiled.clock = FixedClock(case.since)
    found = firing(preview(compiled, "New", of_case(case)))
    assert found[: len(case.expected)] == case.instants[:FIRING]
    if case.ends:
        assert len(found) == min(len(case.expected), FIRING)


@each_case
def test_it_is_what_next_says_of_the_saved_task(case: Case, compiled: Workspace) -> None:
    compiled.clock = FixedClock(case.since)
    name = f"C{CASES.index(case)}"
    shown = preview(compiled, name, of_case(case))
    assert shown.diagnostics == compiled.compilation.of(f"tasks.{name}")
    fires = next_of_task(compiled, name, limit=FIRING)
    assert firing(shown) == [entry.at for entry in fires.occurrences]
    if len(shown.occurrences) < FIRING + MOST_SKIPPED and len(firing(shown)) == FIRING:
        limit = len(shown.occurrences)
        walked = next_of_task(compiled, name, limit=limit, skipped=True).occurrences
        assert [entry.at for entry in shown.occurrences] == [entry.at for entry in walked]
        for entry, same in zip(shown.occurrences, walked, strict=True):
            assert set(same.notes) <= set(entry.notes)


@each_case
def test_its_reasons_are_those_of_explain(case: Case, compiled: Workspace) -> None:
    compiled.clock = FixedClock(case.since)
    name = f"C{CASES.index(case)}"
    for entry in preview(compiled, name, of_case(case)).occurrences[:4]:
        if not isinstance(entry.occurrence, Occurrence):
            continue
        day = entry.at.astimezone(entry.zone).date().isoformat()
        explained = {(note.code, note.text) for note in explain(compiled, name, at=day).reasons}
        own = {note for note in entry.notes if note.code in ("clamped", "dst-fold", "dst-gap")}
        assert {(note.code, note.text) for note in own} <= explained


@pytest.mark.parametrize("case", CASES[::6], ids=lambda case: case.name)
def test_a_year_counts_what_the_timer_gives(case: Case) -> None:
    timer = Timer.from_config(case.config, case.zone, case.calendar)
    expected: dict[date, int] = {}
    today = case.since.astimezone(timer.zone).date()
    for occurrence in timer.between(case.since, case.since + timedelta(days=DAYS + 2)):
        day = occurrence.effective.astimezone(timer.zone).date()
        if day < today + timedelta(days=DAYS):
            expected[day] = min(MOST_A_DAY, expected.get(day, 0) + 1)
    days = year_ahead(timer, timer.zone, None, case.since)
    assert {day.day: day.count for day in days} == expected


def test_a_cycle_by_the_minute_is_counted_up_to_a_limit() -> None:
    config = {"startTime": "2026-01-01 23:00:00", "repeat": {"repeatType": "minute"}}
    timer = Timer.from_config(config, "Europe/Berlin")
    days = year_ahead(timer, timer.zone, None, NOW)
    assert len(days) == DAYS
    assert {day.count for day in days} == {MOST_A_DAY}


def test_the_year_names_the_holidays_of_the_tasks_own_calendar(tree: Tree) -> None:
    text = e_json({"startTime": "2026-01-05 09:00:00", "calendar": "US"})
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        found = {day.day: day for day in preview(opened, "A", text).year}
    christmas = found[date(2026, 12, 25)]
    assert (christmas.holiday, christmas.working, christmas.count) == ("Christmas Day", False, 0)
    assert date(2026, 12, 24) not in found


def test_the_year_names_the_holidays_of_the_app(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", calendar="CN")
    text = e_json({"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "day"}})
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        found = preview(opened, "A", text)
    assert found.holidays_known_until == Calendar.from_config("CN").known_until
    assert found.year[0].day == date(2026, 3, 2)  # today has fired
    national = next(day for day in found.year if day.day == date(2026, 10, 1))
    assert (national.holiday, national.working, national.count) == ("National Day", False, 1)


def test_what_lies_beyond_the_announced_holidays_says_so(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", calendar="CN")
    text = e_json(
        {"startTime": "2026-01-31 09:00:00", "repeat": {"repeatType": "year"}, "skipHoliday": 1}
    )
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        [first, *_] = preview(opened, "A", text).occurrences
    assert [note.code for note in first.notes] == ["beyond-announced"]


def test_skipped_ones_are_shown_with_the_reason_and_are_bounded(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", calendar="CN")
    timing = {
        "startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "hour"}, "skipHoliday": 1
    }  # fmt: skip
    clock = FixedClock(datetime(2026, 9, 30, 22, 30, tzinfo=UTC))
    with Workspace(tree.root, clock) as opened:
        found = preview(opened, "A", e_json(timing)).occurrences
    codes = [tuple(note.code for note in entry.notes) for entry in found]
    assert codes == [(), *[("skipped-holiday",)] * MOST_SKIPPED, *[()] * (FIRING - 1)]


def test_the_sentence_is_in_the_language_asked_for(tree: Tree) -> None:
    text = e_json({"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "day"}})
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        english = preview(opened, "A", text).sentence
        chinese = preview(opened, "A", text, language=Language.CHINESE).sentence
    assert english is not None
    assert "every day" in english
    assert chinese is not None
    assert "每天" in chinese


def test_a_field_has_its_title_in_the_sentence_and_in_the_list(tree: Tree) -> None:
    tree.things()
    code = (tree.root / "models/Thing/model.py").read_text()
    tree.write("models/Thing/model.py", code.replace('title="day"', 'title="Due date"'))
    tree.dated("A", timing={"startField": "day"})
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        text = (tree.root / "tasks/A/e.json").read_text()
        said = preview(opened, "A", text, with_rows=False).sentence
        assert said == "on Due date (UTC)"
        assert catalog(opened).tasks[0].schedule == said


def test_a_wrong_timing_has_diagnostics_and_no_sentence(tree: Tree) -> None:
    text = e_json({"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "dayly"}})
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        found = preview(opened, "A", text)
    assert (found.sentence, found.occurrences) == (None, ())
    [mistake] = found.diagnostics
    assert (mistake.location.file, mistake.location.pointer) == (
        "tasks/A/e.json", "/timerCfg/repeat/repeatType",
    )  # fmt: skip


def test_half_written_json_is_a_diagnostic(tree: Tree) -> None:
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        found = preview(opened, "A", '{"type": ')
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["bad-json"]
    assert (found.sentence, found.zone) == (None, zone("UTC"))


def test_an_unsaved_text_changes_nothing(tree: Tree) -> None:
    tree.scheduled("A")
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        before = opened.compilation
        saved = (tree.root / "tasks/A/e.json").read_text()
        shown = preview(opened, "A", e_json({"startTime": "2026-03-05 07:30:00"}))
        assert firing(shown) == [datetime(2026, 3, 5, 7, 30, tzinfo=UTC)]
        assert (tree.root / "tasks/A/e.json").read_text() == saved
        assert opened.compilation is before
        assert opened.refresh() == before


@pytest.mark.parametrize("name", ["a b", "..", "tasks.a-b", "tasks.", "A..B"])
def test_a_name_that_no_element_can_have_is_refused(tree: Tree, name: str) -> None:
    with (
        Workspace(tree.root, FixedClock(NOW)) as opened,
        pytest.raises(InvalidArgument, match="no name of an element"),
    ):
        preview(opened, name, "{}")


def test_a_text_with_half_a_character_is_refused(tree: Tree) -> None:
    with Workspace(tree.root, FixedClock(NOW)) as opened, pytest.raises(InvalidArgument):
        preview(opened, "A", "\ud800")


# --- rows


@pytest.fixture
def things(tree: Tree) -> Iterator[DatedRows]:
    with dated_rows(tree, "sqlite") as found:
        found.hourly(range(12))
        yield found


def dated(**more: object) -> str:
    whole = {
        "type": "tasks.DateFieldType", **HEAD, "modelPath": "models.Thing",
        "timerCfg": {"startField": "at"}, **more,
    }  # fmt: skip
    return json.dumps(whole)


def test_rows_that_would_fire_are_those_of_the_saved_task(tree: Tree, things: DatedRows) -> None:
    text = dated(filter="Q('name','!=','n3')")
    tree.dated("D", filter="Q('name','!=','n3')")
    now = FIRST.replace(tzinfo=UTC)
    with Workspace(tree.root, FixedClock(now)) as opened:
        task = rows_task(opened, "D")
        assert task is not None
        saved = next_of_rows(opened, task, limit=10, end=now + timedelta(days=30))
        found = preview(opened, "D", text)
    rows = found.rows
    assert rows is not None
    assert (found.rows_problem, rows.problem) == (None, None)
    assert [each.entry for each in rows.firing] == list(saved.page.occurrences)
    assert [each.label for each in rows.firing][:3] == ["n1", "n2", "n4"]
    assert (rows.matching, rows.count, rows.capped) == ((11, False), 10, False)
    assert rows.days == {FIRST.date(): 10}


def test_rows_are_counted_in_the_window_that_is_asked_for(tree: Tree, things: DatedRows) -> None:
    now = FIRST.replace(tzinfo=UTC)
    with Workspace(tree.root, FixedClock(now)) as opened:
        whole = preview(opened, "New", dated(), start=now, end=now + timedelta(hours=3))
        found = whole.rows
        with pytest.raises(InvalidArgument):
            preview(opened, "New", dated(), start=now, end=now - timedelta(hours=3))
    assert found is not None
    assert preview_view(whole)["rows"]["window"]["from"] == now.isoformat()
    assert (found.count, [each.entry.row for each in found.firing]) == (4, ["0", "1", "2", "3"])


def test_what_is_counted_ends_somewhere(
    tree: Tree, things: DatedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firing_rows, "MOST_FIRING", 3)
    monkeypatch.setattr(firing_rows, "MOST_MATCHING", 5)
    now = FIRST.replace(tzinfo=UTC)
    with Workspace(tree.root, FixedClock(now)) as opened:
        rows = preview(opened, "New", dated()).rows
    assert rows is not None
    assert (rows.matching, rows.count, rows.capped) == ((5, True), 3, True)
    assert sum(rows.days.values()) == 3


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"filter": "Q('name','~','x')"}, "filter-syntax"),
        ({"timerCfg": {"startField": ""}}, "bad-field"),
        ({"modelPath": "models.None"}, "unknown-model"),
        ({"timerCfg": None}, "wrong-type"),
        ({"modelPath": None}, "wrong-type"),
    ],
)
def test_why_rows_cannot_be_shown(
    tree: Tree, things: DatedRows, more: dict[str, object], code: str
) -> None:
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        found = preview(opened, "New", dated(**more))
        assert preview(opened, "New", dated(**more), with_rows=False).rows_problem is None
    assert found.rows is None
    assert found.rows_problem is not None
    assert found.rows_problem.code == code
