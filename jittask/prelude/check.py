"""The process that imports element code to check it (rule U2): ``python -m jittask.prelude.check``.

One pickled ``Request`` on standard input; for each task a ``begin`` line before
its import and an answer after it, as JSON, on the first standard output: element
code gets another one.
"""

from __future__ import annotations

import inspect
import json
import os
import pickle
import sys
import traceback
from pathlib import Path
from typing import Any

from jittask.compiler.probe import Request
from jittask.model import CallStyle, FunctionRef
from jittask.prelude.app import App
from jittask.prelude.call import load_function
from jittask.prelude.install import install

_MAX_CHARACTERS = 500
"""The most characters of an exception's message."""


def main() -> None:
    """Answer the request."""
    request: Request = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent process
    process = os.getpid()
    answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    host = install(request.contents, request.root, request.root)
    for name, functions in request.functions:
        answers.write(json.dumps({"begin": name}) + "\n")
        answer = _check_all(functions, host, request.root)
        if os.getpid() != process:
            os._exit(0)  # a child that element code has forked must not answer too
        answers.write(json.dumps({"name": name, **answer}) + "\n")
    answers.write(json.dumps({"end": True}) + "\n")
    answers.flush()
    os._exit(0)  # threads of the element code may still run


def _check_all(functions: list[tuple[FunctionRef, int]], host: App, root: Path) -> dict[str, Any]:
    """Return the answer about the first wrong function."""
    for reference, given in functions:
        answer = _check(reference, given, host, root)
        if not answer["ok"]:
            return {"file": reference.file, **answer}
    return {"ok": True}


def _check(reference: FunctionRef, rows: int, host: App, root: Path) -> dict[str, Any]:
    try:
        function = load_function(reference, host)
    except AttributeError as error:
        if reference.function not in str(error):
            return _import_failed(error, reference, root)
        return _wrong("function-missing", f"{reference.file} has no {reference.function}")
    except BaseException as error:
        return _import_failed(error, reference, root)
    return _signature(function, reference, rows)


def _signature(function: Any, reference: FunctionRef, rows: int) -> dict[str, Any]:
    if not callable(function):
        return _wrong("function-missing", f"{reference.function} is not a function")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return _wrong("function-is-generator", f"{reference.function} is a generator")
    given = rows + (2 if reference.style is CallStyle.LEGACY_MAIN else 0)
    try:
        # a decorator may give what the function that it wraps asks for
        inspect.signature(function, follow_wrapped=False).bind(*range(given))
    except TypeError as error:
        code = "too-many-parameters" if "missing" in str(error) else "too-few-parameters"
        return _wrong(code, f"{reference.function} cannot be called with {given}: {error}")
    except ValueError:
        return {"ok": True}  # a builtin without a signature
    return {"ok": True}


def _import_failed(error: BaseException, reference: FunctionRef, root: Path) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).is_relative_to(root)]
    answer = _wrong("import-failed", f"importing it raises {_in_one_line(error)}")
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        if not (root / package).exists():
            answer["hint"] = f"install {package} into this environment, or put it under commons/"
    if inside:
        answer["line"] = inside[-1].lineno
        answer["file"] = Path(inside[-1].filename).relative_to(root).as_posix()
    return answer


def _in_one_line(error: BaseException) -> str:
    """Return an exception's message as a line that every report can write."""
    line = f"{type(error).__name__}: {error}".splitlines()[0][:_MAX_CHARACTERS]
    return line.encode(errors="backslashreplace").decode()


def _wrong(code: str, message: str) -> dict[str, Any]:
    return {"ok": False, "code": code, "message": message}


if __name__ == "__main__":
    main()
