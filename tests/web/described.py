"""Compares an answer with the API's own description of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from jittask.web.app import description
from tests.web.conftest import Answer


@lru_cache
def document() -> dict[str, Any]:
    return description()


def check(method: str, template: str, answer: Answer) -> None:
    """Fail where the answer is not what the description says of that path."""
    answers = document()["paths"][template][method.lower()]["responses"]
    described = answers.get(str(answer.status), answers["default"])
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in described["content"], (template, answer.status, kind)
    schema = described["content"][kind]["schema"]
    if kind.endswith("json"):
        Draft202012Validator({**schema, "components": document()["components"]}).validate(
            answer.json
        )
