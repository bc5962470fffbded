"""Errors as ``application/problem+json`` (RFC 9457), from the table of operation errors (C2)."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from jittask.operations.error_kinds import ERROR_KINDS, kind_of
from jittask.operations.errors import InvalidArgument, OperationError

_TYPE = "urn:jittask:problem:"
_log = logging.getLogger("jittask.console")

HTTP_PROBLEMS = {
    400: ("bad-request", "The request cannot be understood"),
    401: ("not-signed-in", "The caller is not known"),
    403: ("forbidden", "The caller may not do this"),
    404: ("no-such-path", "There is no such path"),
    405: ("no-such-method", "The path has no such method"),
    408: ("too-slow", "The request came too slowly"),
    413: ("too-large", "The request is too large"),
    415: ("not-json", "The request is not JSON"),
    428: ("no-version", "The version that is to be replaced is not named"),
    500: ("failed", "The console failed"),
    503: ("too-many", "Too many clients are connected"),
}
"""Of what HTTP and the gate refuse: code and title, by status."""


class Refused(Exception):
    """A request that is refused before any operation is asked."""

    def __init__(self, status: int, detail: str, hint: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.hint = hint

    @property
    def code(self) -> str:
        """What programs know it by."""
        return HTTP_PROBLEMS[self.status][0]


def problem_of(refused: Refused) -> JSONResponse:
    """Return the answer to a refused request."""
    code, title = HTTP_PROBLEMS[refused.status]
    return _problem(refused.status, code, title, str(refused), refused.hint)


def add_handlers(app: FastAPI) -> None:
    """Make every error of an app a problem document."""
    app.add_exception_handler(OperationError, _of_operation)
    app.add_exception_handler(Refused, _of_refusal)
    app.add_exception_handler(RequestValidationError, _of_arguments)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_failure)


def code_of(error: BaseException) -> str:
    """Return what programs know an error by."""
    match error:
        case OperationError():
            return kind_of(error).code
        case Refused():
            return error.code
        case RequestValidationError():
            return ERROR_KINDS[InvalidArgument].code
        case _:
            return HTTP_PROBLEMS[500][0]


async def _of_operation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OperationError)
    kind = kind_of(error)
    argument = error.argument if isinstance(error, InvalidArgument) else None
    return _problem(kind.http_status, kind.code, kind.title, str(error), error.hint, argument)


async def _of_refusal(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return problem_of(error)


async def _of_arguments(_: Request, error: Exception) -> JSONResponse:
    """Answer what does not fit the API's description: the first mistake, with its place."""
    assert isinstance(error, RequestValidationError)
    kind = ERROR_KINDS[InvalidArgument]
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "body"
    detail = f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    return _problem(kind.http_status, kind.code, kind.title, detail, None, place)


async def _of_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = error.status_code if error.status_code in HTTP_PROBLEMS else 400
    code, title = HTTP_PROBLEMS[status]
    response = _problem(status, code, title, str(error.detail), None)
    response.headers.update(error.headers or {})
    return response


async def _of_failure(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    code, title = HTTP_PROBLEMS[500]
    return _problem(500, code, title, "it is our fault: the console's output has the reason", None)


def _problem(
    status: int, code: str, title: str, detail: str, hint: str | None, argument: str | None = None
) -> JSONResponse:
    content: dict[str, Any] = {
        "type": f"{_TYPE}{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "hint": hint,
        "argument": argument,
    }
    return JSONResponse(content, status, media_type="application/problem+json")
