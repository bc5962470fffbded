"""What people choose from while they make a task: models, rows, filters, functions (C6-C8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from jittask.clock import FixedClock
from jittask.model import ElementKind
from jittask.operations.edit.write_element import NewElement, suggested_name
from jittask.operations.errors import InvalidArgument, NotFound
from jittask.operations.inspect import filters
from jittask.operations.inspect.filters import filter_rows, read_filter
from jittask.operations.inspect.functions import CallerKind, functions
from jittask.operations.inspect.model_rows import model_rows
from jittask.operations.inspect.models import kind_of_field, models
from jittask.operations.inspect.row_labels import row_labels
from jittask.operations.views.filters import filter_view
from jittask.operations.workspace import Workspace
from tests.operations.dated_rows import FIRST, DatedRows, dated_rows
from tests.services import URLS
from tests.tree import Tree

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(params=URLS)
def things(request: pytest.FixtureRequest, tree: Tree) -> Iterator[DatedRows]:
    with dated_rows(tree, request.param) as found:
        yield found


@pytest.fixture
def opened(tree: Tree) -> Iterator[Workspace]:
    with Workspace(tree.root, FixedClock(NOW)) as workspace:
        yield workspace


# --- models


def test_fields_are_as_their_declaration_says(tree: Tree, opened: Workspace) -> None:
    tree.things()
    tree.write(
        "models/Thing/model.py",
        "from datatypes.Meta import datatypes\n"
        "from models.NormalType import NormalModel\n\n\n"
        "class Thing(NormalModel):\n"
        '    id = datatypes.AutoInt(name="id", title="Number", primaryKey=True)\n'
        '    state = datatypes.Dropdown(title="State", options=[{"label": "Open", "value": "open"}'
        ', "done", make()])\n'
        '    due = datatypes.Date(name="due")\n'
        '    ok = datatypes.Switch(name="ok")\n'
        '    paid = datatypes.Money(name="paid")\n'
        '    more = datatypes.JitDict(name="more")\n',
    )
    [model] = models(opened)
    assert (model.name, model.title, model.key, model.opaque) == (
        "models.Thing", "Things", ("id",), False,
    )  # fmt: skip
    kinds = {field.name: kind_of_field(field).value for field in model.fields}
    assert kinds == {
        "id": "number", "state": "text", "due": "date", "ok": "boolean", "paid": "number",
        "more": "other",
    }  # fmt: skip
    number, state, *_ = model.fields
    assert (number.title, state.title) == ("Number", "State")
    assert state.options == (("open", "Open"), ("done", "done"))


def test_an_opaque_model_is_asked_of_its_database(opened: Workspace, things: DatedRows) -> None:
    [model] = models(opened)
    assert (model.opaque, model.key) == (False, ("id",))
    assert [field.name for field in model.fields] == ["id", "name", "at"]


def test_a_database_that_does_not_answer_is_asked_once(tree: Tree, opened: Workspace) -> None:
    gone = f"sqlite:///{tree.root}/app.json/all.db"  # no folder
    tree.write("databases/X/e.json", {"type": "databases.UrlType", "title": "X", "url": gone})
    for name in ("A", "B"):
        tree.write(
            f"models/{name}/e.json",
            {"type": "models.TableType", "title": name, "db": "databases.X", "table": name},
        )
    assert [(model.name, model.opaque, model.fields) for model in models(opened)] == [
        ("models.A", True, ()), ("models.B", True, ()),
    ]  # fmt: skip


# --- rows of a model


def test_rows_are_searched_by_key_and_by_text(opened: Workspace, things: DatedRows) -> None:
    things.insert((1, "first", FIRST), (2, "second 3", None), (3, "third", FIRST), (33, "x", None))
    everything = model_rows(opened, "models.Thing")
    assert [row.key for row in everything.rows] == ["1", "2", "3", "33"]
    assert everything.complete
    part = model_rows(opened, "models.Thing", limit=2)
    assert ([row.key for row in part.rows], part.complete) == (["1", "2"], False)
    assert [row.key for row in model_rows(opened, "models.Thing", search=" 3 ").rows] == ["3", "2"]
    [first] = model_rows(opened, "models.Thing", search="fir").rows
    assert (first.label, first.values) == (
        "first", {"id": 1, "name": "first", "at": "2026-05-04T08:00:00"},
    )  # fmt: skip
    assert model_rows(opened, "models.Thing", search="%").rows == ()
    with pytest.raises(NotFound):
        model_rows(opened, "models.None")


def test_rows_of_runs_have_labels_by_one_statement(opened: Workspace, things: DatedRows) -> None:
    things.tree.dated("A")
    things.insert((1, "first", FIRST), (2, "  two\nlines ", None), (3, "", FIRST), (4, "no", None))
    [task] = opened.app.tasks
    rows = [(task, key) for key in ("1", "2", "3", "9", "x")]
    with statements(opened) as asked:
        found = row_labels(opened, [*rows, ("tasks.Gone", "1"), (task, "1")])
    assert found == {(task, "1"): "first", (task, "2"): "two lines"}
    assert len([each for each in asked if "SELECT" in each and "name" in each]) == 1


def test_a_database_that_does_not_answer_gives_no_labels(tree: Tree) -> None:
    tree.things()
    (tree.root / "d.db").mkdir()
    tree.dated("A")
    with Workspace(tree.root, FixedClock(NOW)) as workspace:
        assert row_labels(workspace, [("tasks.A", "1")]) == {}


@contextmanager
def statements(workspace: Workspace) -> Iterator[list[str]]:
    """Collect what is sent to the database of the only model."""
    [model] = workspace.app.models.values()
    engine = workspace.data.rows(model).engine
    seen: list[str] = []
    note = lambda *arguments: seen.append(arguments[2])  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


# --- filters


def test_an_outline_is_checked_against_the_model(opened: Workspace, things: DatedRows) -> None:
    text = "Q('nam','=','x') & Q('at','>','soon') & Q('id','~',1)"
    found = read_filter(opened, "models.Thing", text)
    assert [problem.code for problem in found.problems] == [
        "filter-unknown-field", "filter-bad-value", "filter-syntax",
    ]  # fmt: skip
    assert read_filter(opened, "models.Thing", " ") == read_filter(opened, None, "")
    with pytest.raises(NotFound):
        read_filter(opened, "models.None", text)


def test_places_are_counted_as_javascript_counts(tree: Tree, opened: Workspace) -> None:
    text = "Q('a','=','😀') & Q('b','=',TODAY())"
    tree = filter_view(read_filter(opened, None, text), text)["tree"]  # type: ignore[assignment]
    units = text.encode("utf-16-le")
    first, second = tree["children"]  # type: ignore[index]
    begin, end = second["span"]
    assert units[2 * begin : 2 * end].decode("utf-16-le") == "Q('b','=',TODAY())"
    assert (first["value"], second["value"]) == ("😀", {"relative": "TODAY"})
    assert first["span"] == [0, 15]


def test_rows_that_pass_are_counted_by_part(opened: Workspace, things: DatedRows) -> None:
    things.hourly(range(5))
    text = "Q('name','!=','n3') & (Q('id','>',1) | Q('at','<',NOW()))"
    found = filter_rows(opened, "models.Thing", text, limit=2, row="3", with_parts=True)
    assert (found.count, [row.key for row in found.rows]) == ((4, False), ["0", "1"])
    assert found.passes is False
    judged = [(part.count.rows, part.passes, part.value) for part in found.parts]
    assert judged == [(4, False, "n3"), (3, True, 3), (4, True, "2026-05-04T11:00:00")]
    assert [text[part.span.start : part.span.end] for part in found.parts] == [
        "Q('name','!=','n3')", "Q('id','>',1)", "Q('at','<',NOW())",
    ]  # fmt: skip
    everything = filter_rows(opened, "models.Thing", "")
    assert (everything.count.rows, everything.passes, everything.parts) == (5, None, ())


def test_a_count_ends_somewhere(
    opened: Workspace, things: DatedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    things.hourly(range(5))
    monkeypatch.setattr(filters, "MOST_COUNTED", 3)
    assert filter_rows(opened, "models.Thing", "").count == (3, True)


def test_why_rows_of_a_filter_are_not_known(opened: Workspace, things: DatedRows) -> None:
    wrong = filter_rows(opened, "models.Thing", "Q(")
    assert wrong.problem is not None
    assert (wrong.problem.code, wrong.rows) == ("filter-syntax", ())
    with pytest.raises(InvalidArgument, match="zone"):
        filter_rows(opened, "models.Thing", "", zone="Nowhere/Land")
    with pytest.raises(NotFound, match="no row 99"):
        filter_rows(opened, "models.Thing", "", row="99")
    with pytest.raises(InvalidArgument):
        filter_rows(opened, "models.Thing", "", row="x")


# --- functions

SERVICE = '''
from elsewhere import borrowed

class Mail(NormalService):
    def send(self, row):
        """Send it.

        And more.
        """
    def daily(self): ...
    @staticmethod
    def both(row=None, *, hint=1): ...
    def stream(self): yield 1
    def _own(self): ...

def plain(a, b): ...
'''


def test_functions_say_who_can_call_them(tree: Tree, opened: Workspace) -> None:
    listed = [{"name": "daily", "title": "Each day"}, {"name": "borrowed"}]
    tree.write(
        "services/Mail/e.json",
        {"type": "services.NormalType", "title": "Mail", "functionList": listed},
    )
    tree.write("services/Mail/service.py", SERVICE)
    found = {each.name.removeprefix("services.Mail."): each
             for each in functions(opened, CallerKind.SCHEDULED)}  # fmt: skip
    assert {name: each.fits for name, each in found.items()} == {
        "send": False, "daily": True, "both": True, "stream": False, "plain": False,
        "borrowed": True,
    }  # fmt: skip
    assert "requires 'row'" in str(found["send"].reason)
    assert "generator" in str(found["stream"].reason)
    assert (found["daily"].title, found["daily"].reason) == ("Each day", None)
    assert found["send"].summary == "Send it."
    assert [(each.name, each.required) for each in found["both"].parameters] == [
        ("row", False), ("hint", False),
    ]  # fmt: skip
    for_rows = {each.name: each.fits for each in functions(opened, CallerKind.DATE_FIELD)}
    assert for_rows["services.Mail.send"]
    assert not for_rows["services.Mail.daily"]


def test_what_fits_is_what_validates(tree: Tree, opened: Workspace) -> None:
    tree.write("services/Mail/e.json", {"type": "services.NormalType", "title": "Mail"})
    tree.write("services/Mail/service.py", SERVICE)
    for each in functions(opened, CallerKind.SCHEDULED):
        name = each.name.rpartition(".")[2].capitalize()
        tree.scheduled(name, funcType="Global", func=each.name)
        (tree.root / f"tasks/{name}/inner.py").unlink()
        opened.refresh()
        assert (f"tasks.{name}" in opened.app.tasks) == each.fits, each


def test_functions_of_a_broken_service_do_not_fit(tree: Tree, opened: Workspace) -> None:
    tree.write("services/Bad/e.json", {"type": "services.Wrong", "title": "Bad"})
    tree.write("services/Bad/service.py", "def f(): ...\n")
    [found] = functions(opened, CallerKind.SCHEDULED)
    assert (found.fits, found.reason) == (False, "services.Bad cannot load")


# --- names


def test_a_name_is_made_from_a_title_in_any_script(tree: Tree, opened: Workspace) -> None:
    tree.scheduled("MeiZhou")

    def of(title: str, **more: str) -> tuple[object, ...]:
        found = suggested_name(opened, ElementKind.TASK, NewElement(title, **more))
        return found.name, found.taken, found.free, found.problem

    assert of("每周报告") == ("MeiZhouBaoGao", False, "MeiZhouBaoGao", None)
    assert of("每周") == ("MeiZhou", True, "MeiZhou2", None)
    assert of("x", name="meizhou") == ("meizhou", True, "meizhou2", None)
    assert of("每周", folder="deep") == ("MeiZhou", False, "MeiZhou", None)
    assert of("x", name="a-b")[3] == "'a-b' is no name for an element"
    assert of("x", folder="../..")[3] == "'..' is no name for an element"
    assert not (tree.root / "tasks/deep").exists()
