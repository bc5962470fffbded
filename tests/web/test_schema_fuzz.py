"""Drawn requests, also ones that the API's description forbids: every answer is as it says (C2)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jittask.web.app import description
from tests.web.conftest import PATIENCE, Served

ENDLESS = ("/events", "/stream")
OPERATIONS = [
    (method.upper(), path)
    for path, methods in description()["paths"].items()
    for method in methods
    if not path.endswith(ENDLESS)
]


@pytest.fixture(scope="module")
def described() -> Any:
    import schemathesis

    return schemathesis.openapi.from_dict(description())


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_described(
    shared_console: Served, described: Any, method: str, path: str
) -> None:
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [status_code_conformance, content_type_conformance, response_schema_conformance]
    if path != "/api/health":  # its 503 is an answer
        checks.append(not_a_server_error)
    headers = {"Authorization": f"Bearer {shared_console.tokens['edit']}"}
    if method != "GET":
        headers["Content-Type"] = "application/json"
    url = shared_console.server.url

    def check(case: Any) -> None:
        answer = case.call(base_url=url, headers=headers, timeout=PATIENCE)
        case.validate_response(answer, checks=checks)

    operation = described[path][method]
    for mode in GenerationMode:
        drawn = given(operation.as_strategy(generation_mode=mode))
        settings(
            max_examples=10,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )(drawn(check))()
