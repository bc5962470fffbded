"""Bodies, the files beside them, and what each executor makes of them (U5)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Case:
    """A body, the files beside it, and what comes of it."""

    name: str
    inner: str
    files: dict[str, str] = field(default_factory=dict)
    result: str | None = None
    error: str | None = None
    """The last line of the traceback."""
    at: str | None = None
    """Where the last frame of the traceback is: file and line."""
    output: dict[str, str] = field(default_factory=dict)


SERVICE = {
    "services/S/e.json": '{"type": "services.NormalType", "title": "S"}',
    "services/S/service.py": "from services.NormalType import NormalService\n"
    "from commons.money import rounded\n\n\n"
    "class S(NormalService):\n    def f(self):\n        return rounded(1.26)\n",
    "commons/money.py": "def rounded(x):\n    return round(x, 1)\n",
}
MONEY = {"commons/money.py": SERVICE["commons/money.py"]}

CASES = [
    Case("a result", "def customFunc():\n    return {'a': [1, None]}\n", result='{"a": [1, null]}'),
    Case(
        "an error",
        "def customFunc():\n    x = 1\n    raise ValueError('no')\n",
        error="ValueError: no",
        at="tasks/T/inner.py:3",
    ),
    Case(
        "an error in a module that is imported",
        "from commons.bad import x\n\ndef customFunc():\n    return x\n",
        {"commons/bad.py": "y = 1\nx = 1 / 0\n"},
        error="ZeroDivisionError: division by zero",
        at="commons/bad.py:2",
    ),
    Case(
        "an exception of its own",
        "from commons.errors import Sad\n\ndef customFunc():\n    raise Sad('so')\n",
        {"commons/errors.py": "class Sad(Exception):\n    pass\n"},
        error="commons.errors.Sad: so",
        at="tasks/T/inner.py:4",
    ),
    Case(
        "an exception that cannot be shown",
        "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\n\n"
        "def customFunc():\n    raise Mute\n",
        error="tasks.T.inner.Mute: <exception str() failed>",
        at="tasks/T/inner.py:6",
    ),
    Case(
        "prints, standard error and logs",
        "import logging, sys, warnings\nfrom jittask import log\n\ndef customFunc():\n"
        "    print('a', 'b')\n    print('c', end='')\n    print('x', file=sys.stderr)\n"
        "    sys.stderr.writelines(['y\\n', 'z\\n'])\n"
        "    log.info('l %s', 1)\n    log.debug('no')\n    logging.getLogger('m').warning('w')\n"
        "    logging.info('r')\n",
        result="null",
        output={
            "stdout": "a b\nc",
            "stderr": "x\ny\nz\n",
            "log": "l 1\nno\nw\nr\n",
        },
    ),
    Case(
        "async",
        "import asyncio\nfrom jittask import currentTask\n\nasync def inner():\n"
        "    await asyncio.sleep(0)\n    print('in')\n    return currentTask.runId\n\n"
        "async def customFunc():\n"
        "    return await asyncio.gather(inner(), asyncio.to_thread(lambda: currentTask.task))\n",
        result='[1, "tasks.T"]',
        output={"stdout": "in\n"},
    ),
    Case(
        "sys.exit", "import sys\n\ndef customFunc():\n    sys.exit(3)\n", error="SystemExit: 3",
        at="tasks/T/inner.py:4",
    ),
    Case(
        "KeyboardInterrupt",
        "def customFunc():\n    raise KeyboardInterrupt\n",
        error="KeyboardInterrupt",
        at="tasks/T/inner.py:2",
    ),
    Case(
        "endless recursion",
        "def customFunc():\n    return customFunc()\n",
        error="RecursionError: maximum recursion depth exceeded",
        at="tasks/T/inner.py:2",
    ),
    Case(
        "currentTask",
        "from jittask import currentTask as t\n\ndef customFunc():\n"
        "    return [t.runId, t.task, t.rowKey, t.attempt, str(t.nominal), t.occurrenceKey]\n",
        result='[1, "tasks.T", "", 1, "2026-01-05 09:00:00+00:00", '
        '"[\\"tasks.T\\", \\"\\", \\"2026-01-05T09:00:00+00:00\\"]"]',
    ),
    Case(
        "the older main",
        "def main(app, taskInstance):\n    return app.rootPath.name + taskInstance.task\n",
        result='"apptasks.T"',
    ),
    Case(
        "commons, in every way that Python has",
        "import commons.money\nimport commons.money as m\nfrom commons import money\n"
        "from commons.money import rounded\n\ndef customFunc():\n"
        "    from commons.money import rounded as late\n"
        "    import commons.money as later\n"
        "    found = [commons.money.rounded, m.rounded, money.rounded, rounded, late,\n"
        "             later.rounded, __import__('commons.money').money.rounded]\n"
        "    return [f(1.26) for f in found] + [len(set(found))]\n",
        MONEY,
        result="[1.3, 1.3, 1.3, 1.3, 1.3, 1.3, 1.3, 1]",
    ),
    Case(
        "commons with __init__",
        "import commons\n\ndef customFunc():\n    return commons.word\n",
        {"commons/__init__.py": "word = 'w'\n"},
        result='"w"',
    ),
    Case(
        "relative imports",
        "from . import near\nfrom .near import x\nfrom .deep.er import z\n\ndef customFunc():\n"
        "    return [near.x, x, z]\n",
        {
            "tasks/T/near.py": "x = 1\n",
            "tasks/T/deep/er.py": "from ..near import x\nz = x + 1\n",
        },
        result="[1, 1, 2]",
    ),
    Case(
        "services, by the global app and as a module",
        "from services.S.service import S\n\ndef customFunc():\n"
        "    found = app.getElement('services.S')\n"
        "    return [found.f(), type(found) is S, app.getElement('services.S') is found]\n",
        SERVICE,
        result="[1.3, true, true]",
    ),
    Case(
        "JitAi's own paths",
        "from jit.commons.utils.logger import log\nfrom datatypes.Meta import datatypes\n"
        "import models.NormalType as n\n\ndef customFunc():\n"
        "    log.warning('w')\n    return [n.NormalModel.__name__, type(datatypes).__name__]\n",
        result='["NormalModel", "Datatypes"]',
        output={"log": "w\n"},
    ),
    Case(
        "dataclasses, hints and pickles",
        "from __future__ import annotations\nimport pickle, typing\n"
        "from dataclasses import dataclass, field\nfrom typing import ClassVar\n\n"
        "@dataclass\nclass Point:\n    x: int\n    n: ClassVar[int] = 3\n"
        "    next: Point | None = None\n\n"
        "def customFunc():\n    one = pickle.loads(pickle.dumps(Point(1, Point(2))))\n"
        "    assert typing.get_type_hints(Point)['next'] == Point | None\n"
        "    return [one.x, one.next.x, one == Point(1, Point(2))]\n",
        result="[1, 2, true]",
    ),
    Case(
        "a name that is not there",
        "def customFunc():\n    import commons.nope\n",
        MONEY,
        error="ModuleNotFoundError: No module named 'commons.nope'",
        at="tasks/T/inner.py:2",
    ),
]  # fmt: skip
