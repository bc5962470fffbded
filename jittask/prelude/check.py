"""The process that imports element code to check it (rule U2): ``python -m jittask.prelude.check``.

It stays ready, and forks a child for each request, so that no code of one check
is there in the next. A request is a pickled ``Request`` on standard input, after
its length. Answers are JSON lines on the first standard output, since element
code gets another one: ``child`` with the process; for each task ``begin`` before
its import, and an answer after it; ``end``; and at last ``done``, when the child
and what it has started are gone.
"""

from __future__ import annotations

import contextlib
import gc
import inspect
import json
import os
import pickle
import select
import signal
import sys
import traceback
from pathlib import Path
from types import FunctionType
from typing import Any, NoReturn

from jittask.compiler.probe import LENGTH, Request
from jittask.model import CallStyle, FunctionRef
from jittask.prelude.app import App
from jittask.prelude.call import load_function
from jittask.prelude.install import install

_MAX_CHARACTERS = 500
"""The most characters of an exception's message."""


def main() -> None:
    """Answer requests until no more come."""
    answers = os.dup(1)
    reading, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    gc.freeze()  # no child visits, and so copies, what all of them share
    while (request := _next_request()) is not None:
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _answer(request, answers)
        _write(answers, {"child": child})
        _wait(child, reading)
        _write(answers, {"done": True})


def _next_request() -> bytes | None:
    head = sys.stdin.buffer.read(LENGTH.size)
    return sys.stdin.buffer.read(*LENGTH.unpack(head)) if len(head) == LENGTH.size else None


def _wait(child: int, woken: int) -> None:
    """Wait until the child has ended, and end what it has started; end it where nobody asks."""
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
        elif 0 in ready:  # no request comes before this one is answered: who asked is gone
            _kill(child)
            os._exit(0)
    _kill(child)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _write(answers: int, line: dict[str, Any]) -> None:
    os.write(answers, f"\n{json.dumps(line)}\n".encode())  # the child may have left half a line


def _answer(content: bytes, descriptor: int) -> NoReturn:
    """Answer one request, in the child."""
    process = os.getpid()
    request: Request = pickle.loads(content)  # noqa: S301 - from our own parent process
    answers = os.fdopen(descriptor, "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    host = install(request.contents, request.root, request.root)
    before = ""
    """The answer about the task before: one write has it and what begins then."""
    for name, functions in request.functions:
        answers.write(f'{before}{{"begin": "{name}"}}\n')
        answers.flush()
        answer = _check_all(functions, host, request.root)
        if os.getpid() != process:
            os._exit(0)  # a child that element code has forked must not answer too
        before = json.dumps({"name": name, **answer}) + "\n"
    answers.write(f'{before}{{"end": true}}\n')
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
    if _fits(function, given):
        return {"ok": True}
    try:
        # a decorator may give what the function that it wraps asks for
        inspect.signature(function, follow_wrapped=False).bind(*range(given))
    except TypeError as error:
        code = "too-many-parameters" if "missing" in str(error) else "too-few-parameters"
        return _wrong(code, f"{reference.function} cannot be called with {given}: {error}")
    except ValueError:
        return {"ok": True}  # a builtin without a signature
    return {"ok": True}


def _fits(function: Any, given: int) -> bool:
    """Whether a plain function clearly takes so many arguments; False where it may do so too."""
    if type(function) is not FunctionType or function.__dict__ or function.__kwdefaults__:
        return False
    code, defaults = function.__code__, function.__defaults__ or ()
    if code.co_kwonlyargcount:
        return False
    return code.co_argcount - len(defaults) <= given <= code.co_argcount


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
