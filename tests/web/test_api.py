"""Each route answers the view of its operation, as the API's description says (C2)."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator, ValidationError

from jittask.model import RunStatus, Trigger
from jittask.operations import errors
from jittask.operations.error_kinds import ERROR_KINDS, kind_of
from jittask.operations.errors import NoRecords, OperationError
from jittask.operations.inspect.status import status
from jittask.operations.views.status import status_view
from jittask.web.roles import ASKS_KEY
from tests.tree import HEAD
from tests.web.conftest import Answer, Served
from tests.web.described import check, document

READS = [
    ("/api/session", "/api/session"),
    ("/api/openapi.json", "/api/openapi.json"),
    ("/api/status", "/api/status"),
    ("/api/health", "/api/health"),
    ("/api/tree", "/api/tree"),
    ("/api/tasks", "/api/tasks?limit=1&language=zh"),
    ("/api/tasks/{task}", "/api/tasks/tasks.A"),
    ("/api/tasks/{task}/next", "/api/tasks/A/next?limit=3&from=2026-03-01&skipped=true"),
    ("/api/tasks/{task}/explain", "/api/tasks/A/explain?at=2026-03-01"),
    ("/api/next", "/api/next"),
    ("/api/plan", "/api/plan?from=2026-03-01&to=2026-03-05&limit=2&rows=true"),
    ("/api/diagnostics", "/api/diagnostics"),
    ("/api/schemas", "/api/schemas"),
    ("/api/schemas/{name}", "/api/schemas/task"),
    ("/api/elements/{element}/files/{file}", "/api/elements/tasks.A/files/e.json"),
    ("/api/records", "/api/records?status=pending"),
    ("/api/records/counts", "/api/records/counts?task=A&late=true&text=x&since=7d"),
    ("/api/records/{run}", "/api/records/1"),
    ("/api/records/{run}/log", "/api/records/1/log?level=info"),
    ("/api/records/{run}/log/search", "/api/records/1/log/search?text=x"),
    ("/api/records/{run}/version", "/api/records/1/version"),
    ("/api/stats", "/api/stats?since=1d"),
    ("/api/models", "/api/models"),
    ("/api/models/{model}/rows", "/api/models/models.Thing/rows?search=a&limit=3"),
    ("/api/functions", "/api/functions?kind=dateField"),
    ("/api/names", "/api/names?title=A&kind=tasks"),
    ("/api/trash", "/api/trash"),
    ("/api/commons", "/api/commons"),
]
REFUSALS = [
    (404, "not-found", "/api/tasks/{task}", "/api/tasks/None"),
    (409, "broken-task", "/api/tasks/{task}/next", "/api/tasks/Broken/next"),
    (422, "invalid-argument", "/api/tasks/{task}/next", "/api/tasks/A/next?row=1"),
    (422, "invalid-argument", "/api/plan", "/api/plan?from=nonsense"),
    (422, "invalid-argument", "/api/plan", "/api/plan?limit=0"),
    (422, "invalid-argument", "/api/records", "/api/records?after=nonsense"),
    (422, "invalid-argument", "/api/records/{run}", f"/api/records/{2**70}"),
    (404, "not-found", "/api/records/{run}", "/api/records/999"),
    (422, "invalid-argument", "/api/records/counts", "/api/records/counts?version=xyz"),
    (404, "not-found", "/api/records/{run}/version", "/api/records/999/version"),
    (422, "invalid-argument", "/api/records/{run}/log/search",
     "/api/records/1/log/search?text=x&level=loud"),
    (404, "no-such-path", "/api/schemas/{name}", "/api/schemas/..%2Fx"),
    (404, "not-found", "/api/schemas/{name}", "/api/schemas/x"),
    (422, "invalid-argument", "/api/elements/{element}/files/{file}",
     "/api/elements/tasks.A/files/passwd"),
    (422, "invalid-argument", "/api/elements/{element}/files/{file}",
     "/api/elements/tasks.A/files/model.py"),
    (404, "no-such-path", "/api/elements/{element}/files/{file}",
     "/api/elements/..%2F..%2Fetc/files/e.json"),
]  # fmt: skip


@pytest.fixture(scope="module")
def with_runs(shared_console: Served) -> Served:
    """A run that waits, and one that has ended."""
    workspace = shared_console.server.workspace
    workspace.data.add_missing(workspace.app.models["models.Thing"])
    with workspace.data.connected(workspace.app.models["models.Thing"]) as connection:
        connection.execute(
            sa.text("INSERT INTO Thing (id, name, at) VALUES (1, 'a', '2026-03-02 08:00:00')")
        )
        connection.commit()
    with workspace.store(create=True) as store:
        now = workspace.now()
        store.enqueue("tasks.A", "", Trigger.MANUAL, now, '{"x": 1}')
        ended = store.enqueue("tasks.A", "", Trigger.MANUAL, now)
        store.cancel(ended, "no need", now)
        run = store.run(ended)
        assert run is not None
        assert run.status is RunStatus.CANCELLED
    return shared_console


@pytest.mark.parametrize(("template", "path"), READS, ids=[template for template, _ in READS])
def test_a_read_is_as_it_is_described(with_runs: Served, template: str, path: str) -> None:
    answer = with_runs.ask("GET", path, role="read")
    assert answer.status == (503 if template == "/api/health" else 200), answer.text
    check("GET", template, answer)


def test_every_read_of_the_description_is_asked() -> None:
    streams = {"/api/events", "/api/records/{run}/log/stream", "/api/records/{run}/log.txt"}
    described = {path for path, methods in document()["paths"].items() if "get" in methods}
    assert described - streams == {template for template, _ in READS}


@pytest.mark.parametrize(("code", "name", "template", "path"), REFUSALS)
def test_a_refusal_is_a_problem_document(
    with_runs: Served, code: int, name: str, template: str, path: str
) -> None:
    answer = with_runs.ask("GET", path, role="edit")
    assert (answer.status, answer.json["code"]) == (code, name), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    check("GET", template, answer)


def test_the_comparison_can_fail(with_runs: Served) -> None:
    answer = with_runs.ask("GET", "/api/records/1")
    more = Answer(200, answer.headers, answer.text[:-1] + ', "secret": 1}')
    with pytest.raises(ValidationError):
        check("GET", "/api/records/{run}", more)


def test_the_description_is_a_document_of_openapi(with_runs: Served) -> None:
    described = with_runs.get("/api/openapi.json")
    assert described == document()
    assert described["openapi"].startswith("3.1")
    for shape in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(shape)
    ids = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    assert len(ids) == len(set(ids))


def test_the_views_are_those_of_the_commands(with_runs: Served) -> None:
    assert with_runs.get("/api/status") == status_view(status(with_runs.server.workspace))


def test_a_page_asks_for_broken_elements_alone(with_runs: Served) -> None:
    """In a large tree the others are most of an answer; the list of elements has them."""
    whole = with_runs.get("/api/status")
    answer = with_runs.get("/api/status?elements=broken")
    broken = [each for each in whole["elements"] if each["state"] == "broken"]
    assert 0 < len(broken) < len(whole["elements"])
    assert answer == whole | {"elements": broken}
    assert with_runs.ask("GET", "/api/status?elements=some").status == 422


def test_a_plan_comes_in_pages(with_runs: Served) -> None:
    window = "/api/plan?from=2026-03-01&to=2026-03-03"
    whole = with_runs.get(window)
    assert (len(whole["occurrences"]), whole["complete"], whole["next"]) == (3, True, None)
    part = with_runs.get(f"{window}&limit=2")
    assert (part["occurrences"], part["complete"]) == (whole["occurrences"][:2], False)
    rest = with_runs.get(f"{window}&limit=2&after={part['next']}")
    assert (rest["occurrences"], rest["complete"]) == (whole["occurrences"][2:], True)


def test_rows_are_in_the_schedule_as_the_commands_list_them(with_runs: Served) -> None:
    window = "from=2026-03-01&to=2026-03-02"
    [only] = with_runs.get(f"/api/tasks/B/next?{window}")
    assert (only["row"], only["nominal"]) == ("1", "2026-03-02T08:00:00+00:00")
    assert with_runs.get(f"/api/tasks/B/next?{window}&after={only['cursor']}") == []
    assert with_runs.get(f"/api/plan?{window}&task=B")["occurrences"] == [only]
    both = with_runs.get(f"/api/plan?{window}&rows=true")["occurrences"]
    assert [each["task"] for each in both] == ["tasks.A", "tasks.B", "tasks.A"]
    assert len(with_runs.get(f"/api/plan?{window}")["occurrences"]) == 2


def test_the_tree_is_not_sent_twice(with_runs: Served) -> None:
    first = with_runs.ask("GET", "/api/tree")
    states = {each["name"]: each["state"] for each in first.json["elements"]}
    assert states == {
        "databases.D": "ready",
        "models.Thing": "ready",
        "tasks.A": "ready",
        "tasks.B": "ready",
        "tasks.Broken": "broken",
    }
    again = with_runs.ask("GET", "/api/tree", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")


def test_files_of_a_database_may_hold_a_password(with_runs: Served) -> None:
    path = "/api/elements/databases.D/files/e.json"
    assert with_runs.ask("GET", path, role="operate").status == 403
    assert with_runs.ask("GET", path, role="edit").status == 200


def test_a_log_is_downloaded_as_text(with_runs: Served) -> None:
    answer = with_runs.ask("GET", "/api/records/1/log.txt", role="read")
    assert (answer.status, answer.text) == (200, "")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="run-1.log"'
    assert with_runs.ask("GET", "/api/records/999/log.txt").json["code"] == "not-found"


# --- one table of errors


def test_each_operation_error_is_in_the_one_table() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    assert set(ERROR_KINDS) == {kind for kind in kinds if issubclass(kind, OperationError)}
    assert len({kind.code for kind in ERROR_KINDS.values()}) == len(ERROR_KINDS)


def test_an_unlisted_kind_counts_as_the_one_above_it() -> None:
    class Gone(NoRecords):
        """A kind of a program's own."""

    assert kind_of(Gone("x")) is ERROR_KINDS[NoRecords]


# --- changes


SPELT = """{"type":"tasks.NormalType","title":"Spelt","enable":1,
"timerCfg":{"startTime":"2026-01-05 09:00:00"}}"""
CHANGES = [
    ("/api/tasks/{task}/trigger", "/api/tasks/A/trigger", {"args": {"a": 1}}, "operate", 200),
    ("/api/tasks/{task}/trigger", "/api/tasks/A/trigger", {"row": "1"}, "operate", 422),
    ("/api/records/{run}/rerun", "/api/records/1/rerun", None, "operate", 200),
    ("/api/records/{run}/end", "/api/records/1/end", {"note": "enough"}, "operate", 200),
    ("/api/tasks/{task}/pause", "/api/tasks/A/pause", {"until": "2h", "note": "n"}, "operate", 200),
    ("/api/tasks/{task}/pause", "/api/tasks/A/pause", {"until": "2001-01-01"}, "operate", 422),
    ("/api/tasks/{task}/resume", "/api/tasks/A/resume", None, "operate", 200),
    ("/api/tasks/{task}/try", "/api/tasks/A/try", {}, "operate", 200),
    ("/api/tasks/{task}/try", "/api/tasks/A/try", {"files": {"inner.py": "def customFunc(): 1/0"}}, "operate", 403),
    ("/api/tasks/{task}/try", "/api/tasks/A/try", {"files": {"inner.py": "def customFunc(): 1/0"}}, "edit", 200),
    ("/api/tasks/{task}/disable", "/api/tasks/A/disable", None, "edit", 200),
    ("/api/tasks/{task}/enable", "/api/tasks/A/enable", None, "edit", 200),
    ("/api/new/scheduled", "/api/new/scheduled", {"title": "每周报告", "repeat": "week:mon"}, "edit", 201),
    ("/api/new/scheduled", "/api/new/scheduled", {"title": "X", "repeat": "never"}, "edit", 422),
    ("/api/new/scheduled", "/api/new/scheduled", {"title": "X", "folder": "../../x"}, "edit", 422),
    ("/api/new/scheduled", "/api/new/scheduled", {"title": "X", "surprise": 1}, "edit", 422),
    ("/api/new/scheduled", "/api/new/scheduled", [], "edit", 422),
    ("/api/new/date-field", "/api/new/date-field", {"title": "Due", "field": "at"}, "edit", 201),
    ("/api/new/task", "/api/new/task", {"title": "Spelt", "text": SPELT}, "edit", 201),
    ("/api/new/task", "/api/new/task", {"title": "Y", "text": "{} {}"}, "edit", 422),
    ("/api/new/task", "/api/new/task", {"title": "Y", "text": '{"type": "models.NormalType"}'}, "edit", 422),
    ("/api/new/service", "/api/new/service", {"title": "Mail"}, "edit", 201),
    ("/api/new/service", "/api/new/service", {"title": "Mail"}, "edit", 409),
    ("/api/new/model", "/api/new/model", {"title": "Todo", "fields": "a:str", "database": "D"}, "edit", 201),
    ("/api/new/database", "/api/new/database", {"title": "Own", "type": "sqlite"}, "edit", 201),
    ("/api/new/database", "/api/new/database", {"title": "Own", "type": "oracle"}, "edit", 422),
    ("/api/elements/{element}/files/{file}", "/api/elements/tasks.A/files/e.json", {"text": "x"}, "edit", 428),
    ("/api/elements/{element}/duplicate", "/api/elements/tasks.A/duplicate", {"title": "A copy"}, "edit", 201),
    ("/api/elements/{element}/duplicate", "/api/elements/tasks.A/duplicate", {"title": "x", "name": "A"}, "edit", 409),
    ("/api/elements/{element}", "/api/elements/tasks.ACopy", None, "edit", 200),
    ("/api/elements/{element}", "/api/elements/tasks.ACopy", None, "edit", 404),
    ("/api/trash/{trash_id}/restore", "/api/trash/20260101T000000-00000000/restore", None, "edit", 404),
]  # fmt: skip


E_JSON = json.dumps(
    {
        "type": "tasks.NormalType", **HEAD,
        "timerCfg": {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "day"}},
    }
)  # fmt: skip
QUESTIONS = [
    ("/api/tasks/{task}/preview", "/api/tasks/A/preview?language=zh", {"text": E_JSON}, 200),
    ("/api/tasks/{task}/preview", "/api/tasks/New/preview?rows=false", {"text": "{"}, 200),
    ("/api/tasks/{task}/preview", "/api/tasks/a-b/preview", {"text": E_JSON}, 422),
    ("/api/elements/{element}/check", "/api/elements/tasks.A/check", {"file": "e.json", "text": E_JSON}, 200),
    ("/api/elements/{element}/check", "/api/elements/tasks.A/check", {"file": "inner.py", "text": "def x("}, 200),
    ("/api/elements/{element}/check", "/api/elements/tasks.A/check", {"file": "model.py", "text": ""}, 422),
    ("/api/elements/{element}/check", "/api/elements/app/check", {"file": "app.json", "text": "{"}, 200),
    ("/api/elements/{element}/check", "/api/elements/commons.x/check", {"file": "module.py", "text": "import commons.y"}, 200),
    ("/api/rows/labels", "/api/rows/labels", {"rows": [{"task": "tasks.B", "row": "1"}, {"task": "tasks.None", "row": "1"}]}, 200),
    ("/api/rows/labels", "/api/rows/labels", {"rows": [{"task": "tasks.B"}]}, 422),
    ("/api/filters/read", "/api/filters/read", {"text": "Q('a','=',1) & (Q('name','in',['x']) | f())", "model": "models.Thing"}, 200),
    ("/api/filters/read", "/api/filters/read", {"text": "Q("}, 200),
    ("/api/filters/read", "/api/filters/read", {"text": "Q(a=1)", "model": "models.None"}, 404),
    ("/api/filters/rows", "/api/filters/rows", {"text": "Q('id','>',0)", "model": "models.Thing", "parts": True, "row": "1"}, 200),
    ("/api/filters/rows", "/api/filters/rows", {"text": "", "model": "models.Thing", "limit": 1000}, 422),
]  # fmt: skip


@pytest.mark.parametrize(("template", "path", "body", "expected"), QUESTIONS)
def test_a_question_with_a_body_is_answered_as_it_is_described(
    with_runs: Served, template: str, path: str, body: object, expected: int
) -> None:
    before = len(with_runs.audit())
    answer = with_runs.ask("POST", path, body, role="read")
    assert answer.status == expected, answer.text
    check("POST", template, answer)
    assert len(with_runs.audit()) == before, "a question leaves no audit line"


def test_every_question_of_the_description_is_asked() -> None:
    described = {
        path for path, methods in document()["paths"].items()
        if methods.get("post", {}).get(ASKS_KEY)
    }  # fmt: skip
    assert described == {template for template, *_ in QUESTIONS}


METHODS = {"/api/elements/{element}/files/{file}": "PUT", "/api/elements/{element}": "DELETE"}


def test_changes_are_made_described_and_audited(console: Served) -> None:
    console.tree.things()
    console.tree.scheduled("A")
    console.server.workspace.refresh()
    assert console.ask("POST", "/api/tasks/A/trigger", {}).status == 200
    for template, path, body, role, expected in CHANGES:
        method = METHODS.get(template, "POST")
        answer = console.ask(method, path, body, role=role)
        assert answer.status == expected, (path, body, answer.text)
        check(method, template, answer)
    lines = console.audit()
    assert len(lines) == 1 + len(CHANGES)
    for line, (_, path, _, role, expected) in zip(lines[1:], CHANGES, strict=True):
        assert line.keys() == {"at", "who", "client", "what", "target", "from", "to", "outcome"}
        assert (line["who"], line["client"]) == (f"token ({role})", "127.0.0.1")
        assert (line["outcome"] == "done") == (expected < 300), path
    described = {
        path
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if method not in ("get", "head") and not operation.get(ASKS_KEY)
    }
    assert described == {template for template, *_ in CHANGES}


def test_the_audit_says_from_what_to_what(console: Served) -> None:
    console.tree.scheduled("A")
    console.server.workspace.refresh()
    browser = console.sign_in()
    for what in ("disable", "enable", "pause"):
        path = f"/api/tasks/A/{what}"
        assert console.ask("POST", path, {}, role=None, headers=browser).status == 200
    off, on, paused = console.audit()
    assert (off["who"], off["what"], off["target"]) == ("browser 1", "disable", {"task": "A"})
    assert (off["from"], off["to"]) == ({"enabled": True}, {"enabled": False})
    assert (on["from"], on["to"]) == ({"enabled": False}, {"enabled": True})
    assert paused["to"]["task"] == "tasks.A"
    mode = (console.tree.root / ".jittask/console-audit.jsonl").stat().st_mode
    assert mode & 0o077 == 0


def test_a_new_element_is_there_at_once(console: Served) -> None:
    made = console.ask("POST", "/api/new/scheduled", {"title": "每周报告"}).json
    assert made == {
        "element": "tasks.MeiZhouBaoGao",
        "files": ["tasks/MeiZhouBaoGao/inner.py", "tasks/MeiZhouBaoGao/e.json"],
    }
    assert console.get(f"/api/tasks/{made['element']}")["task"]["title"] == "每周报告"
