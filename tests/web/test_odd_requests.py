"""Whatever a client sends, the answer is a result or a refusal, and never our own failure (C2)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.web.conftest import Served

ODD = [
    "", "\0", "😀", "a" * 3000, "..", "../x", "%00", "-1", "1e999", "[1,2]", "{}", "null", "NaN",
    "tasks.A", "commons.x", "app", "Q(", "Q('id','=',1)", "Q('name','like','%\\0')", "Q('id','in',[])",
    "Q('at','>','9999-99-99')", "Q('day','range',[None,None])", "Q('at','=',NOW())",
    "Q('id','=',99999999999999999999)", "Q('day','week',54)", "(((((Q(a=1))))))",
    "Q(a=1)&" * 50 + "Q(a=1)", '{"type": "tasks.NormalType", "timerCfg": []}', "\ud800",
]  # fmt: skip
IN_PATHS = [
    ("GET", "/api/models/models.Thing/rows?search={}"),
    ("GET", "/api/models/{}/rows"),
    ("GET", "/api/names?title={0}&name={0}&folder={0}"),
    ("GET", "/api/functions?kind={}"),
    ("GET", "/api/tasks/B/next?after={0}&from={0}&row={0}"),
    ("GET", "/api/plan?rows=true&after={}"),
    ("GET", "/api/elements/{}/files/module.py"),
    ("POST", "/api/trash/{}/restore"),
    ("POST", "/api/tasks/{}/preview"),
    ("POST", "/api/elements/{}/check"),
    ("DELETE", "/api/elements/missing{}"),
]
IN_BODIES: list[tuple[str, str, dict[str, object]]] = [
    ("/api/tasks/A/preview", "text", {}),
    ("/api/elements/tasks.A/check", "text", {"file": "inner.py"}),
    ("/api/elements/models.Thing/check", "text", {"file": "model.py"}),
    ("/api/elements/app/check", "text", {"file": "app.json"}),
    ("/api/filters/read", "text", {"model": "models.Thing"}),
    ("/api/filters/rows", "text", {"model": "models.Thing", "parts": True}),
    ("/api/filters/rows", "row", {"model": "models.Thing", "text": ""}),
    ("/api/filters/rows", "zone", {"model": "models.Thing", "text": ""}),
    ("/api/elements/tasks.Broken/duplicate", "name", {"title": "x"}),
    ("/api/tasks/B/try", "row", {}),
]


@pytest.fixture(scope="module")
def asked(shared_console: Served) -> Served:
    workspace = shared_console.server.workspace
    workspace.data.add_missing(workspace.app.models["models.Thing"])
    return shared_console


@pytest.mark.parametrize("odd", ODD, ids=lambda text: ascii(text)[:30])
def test_an_odd_text_is_no_failure_of_ours(asked: Served, odd: str) -> None:
    for method, path in IN_PATHS:
        text = quote(odd.encode("utf-8", "surrogatepass"), safe="")
        answer = asked.ask(method, path.format(text), {"text": "", "file": "e.json"})
        assert answer.status != 500, (method, path)
    for path, key, more in IN_BODIES:
        answer = asked.ask("POST", path, {**more, key: odd})
        assert answer.status != 500, (path, key)
