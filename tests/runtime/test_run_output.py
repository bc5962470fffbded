"""What a run leaves, on every executor: log, result, error, and no secret (U5)."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask.runtime.executors.protocol import Completed, Failed, Interrupted, Killed
from tests.runtime.executor_driver import Driver, Gate
from tests.tree import Tree

SECRET = "h#unter2'\\é/ü"


def body(*lines: str, top: str = "") -> str:
    """Return an inner.py whose function has these lines."""
    return f"{top}\n\ndef customFunc():\n" + "".join(f"    {line}\n" for line in lines)


# --- results


@dataclass
class Result:
    name: str
    value: str
    """An expression."""
    json: object
    top: str = ""


RESULTS = [
    Result("UUID", "uuid.UUID(int=7)", "00000000-0000-0000-0000-000000000007", "import uuid"),
    Result("Decimal", "[Decimal('1.50')]", ["1.50"], "from decimal import Decimal"),
    Result(
        "times",
        "[d.date(2026, 1, 5), d.datetime(2026, 1, 5, 9, tzinfo=d.UTC), d.time(9, 30),"
        " d.timedelta(days=1, hours=2)]",
        ["2026-01-05", "2026-01-05T09:00:00+00:00", "09:30:00", "1 day, 2:00:00"],
        "import datetime as d",
    ),
    Result(
        "enums", "[A.X, B.Y]", ["x", 2],
        "from enum import Enum, IntEnum\nclass A(Enum):\n    X = 'x'\nclass B(IntEnum):\n    Y = 2",
    ),
    Result("bytes", "['é'.encode(), b'\\xff\\x00']", ["é", "base64:/wA="]),
    Result("sets", "[{3, 1, 2}, frozenset('b'), {1, 'a'}]", [[1, 2, 3], ["b"], ["a", 1]]),
    Result(
        "dataclasses", "P(1, P(2))", {"x": 1, "next": {"x": 2, "next": None}},
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    next: object = None",
    ),
    Result("paths", "[Path('/a/b')]", ["/a/b"], "from pathlib import Path"),
    Result(
        "rows", "RowData({'a': date(2026, 1, 5)})", {"a": "2026-01-05"},
        "from jittask import RowData\nfrom datetime import date",
    ),
    Result(
        "mappings and sequences", "[deque([1]), MappingProxyType({'a': 1}), range(2)]",
        [[1], {"a": 1}, [0, 1]],
        "from collections import deque\nfrom types import MappingProxyType",
    ),
    Result(
        "keys", "{date(2026, 1, 5): 1, (1, 2): 2, 3: 4, None: 5}",
        {"2026-01-05": 1, "(1, 2)": 2, "3": 4, "null": 5}, "from datetime import date",
    ),
    Result(
        "numbers that JSON lacks", "[float('nan'), float('inf'), -float('inf'), 0.5]",
        ["nan", "inf", "-inf", 0.5],
    ),
    Result(
        "a number with more digits than Python writes", "[1, 10 ** 5000, {10 ** 5000: 2}]",
        [
            1,
            {"note": "an integer of 16,610 bits has too many digits"},
            {"an integer of 16,610 bits has too many digits": 2},
        ],
    ),
    Result("a cycle", "a", {"a": {"note": "a cycle: this dict is inside itself"}}, "a = {}\na['a'] = a"),
    Result(
        "no cycle", "[a, a]", [[1], [1]], "a = [1]",
    ),
    Result(
        "what has no JSON form", "[1, T()]",
        [1, {"note": "T has no JSON form", "text": "<T>"}],
        "class T:\n    def __repr__(self):\n        return '<T>'",
    ),
    Result(
        "a repr that raises", "T()",
        {"note": "T has no JSON form", "text": "its repr raised ZeroDivisionError"},
        "class T:\n    def __repr__(self):\n        return 1 / 0",
    ),
    Result(
        "a value that raises", "[1, M()]",
        [1, {"note": "M raised KeyError when it was recorded"}],
        "from collections.abc import Mapping\nclass M(Mapping):\n    def __len__(self):\n        return 1\n"
        "    def __iter__(self):\n        return iter('a')\n    def __getitem__(self, key):\n        raise KeyError",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", RESULTS, ids=lambda case: case.name)
def test_a_result_is_recorded_as_json(driver: Driver, tree: Tree, case: Result) -> None:
    tree.scheduled("T", body(f"return {case.value}", top=case.top))
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed), outcome
    assert json.loads(outcome.result) == case.json


@pytest.mark.parametrize("kind", ["process"])
def test_values_inside_each_other_without_end(driver: Driver, tree: Tree) -> None:
    top = "a = []\nfor _ in range(100_000):\n    a = [a]"
    tree.scheduled("T", body("return a", top=top))
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed), outcome
    assert "more than 100 values inside each other" in outcome.result


@pytest.mark.parametrize("kind", ["process"])
def test_a_long_result_is_cut_with_a_note(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", body("return ['x' * 100_000]"))
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed), outcome
    cut = json.loads(outcome.result)
    assert cut["note"] == "cut after 65,536 of 100,004 characters"
    assert cut["text"] == '["' + "x" * 65_534


# --- how bodies end


@dataclass
class End:
    name: str
    lines: tuple[str, ...]
    message: str | None
    """None where the run completes."""
    top: str = "import sys"


class_b = "class B(BaseException):\n    pass"
ENDS = [
    End("sys.exit()", ("sys.exit()",), None),
    End("sys.exit(0)", ("sys.exit(0)",), None),
    End("sys.exit(1)", ("sys.exit(1)",), "SystemExit: the function called sys.exit(1)"),
    End("a text", ("sys.exit('no')",), "SystemExit: the function called sys.exit('no')"),
    End("while it is imported", (), "SystemExit: the function called sys.exit(0)", "raise SystemExit(0)"),
    End("Ctrl-C", ("raise KeyboardInterrupt",), "KeyboardInterrupt: raised by the function"),
    End("GeneratorExit", ("raise GeneratorExit",), "GeneratorExit: raised by the function"),
    End("a BaseException", ("raise B('so')",), "B: so", class_b),
    End("one without text", ("raise B",), "B: raised by the function", class_b),
    End("an exception without text", ("raise ValueError",), "ValueError"),
    End("a text of several lines", (r"raise ValueError('\n a\nb')",), "ValueError: a"),
    End("a long text", ("raise ValueError('x' * 10_000)",), "ValueError: " + "x" * 488 + " … 9,012 characters cut … " + "x" * 500),
]  # fmt: skip


@pytest.mark.parametrize("case", ENDS, ids=lambda case: case.name)
def test_how_a_body_ends_is_one_readable_line(driver: Driver, tree: Tree, case: End) -> None:
    tree.scheduled("T", body(*(case.lines or ("pass",)), top=case.top))
    tree.scheduled("U", body("return 7"))
    outcome = driver.run(tree)
    if case.message is None:
        assert isinstance(outcome, Completed), outcome
        assert outcome.result == "null"
    else:
        assert isinstance(outcome, Failed), outcome
        assert outcome.message == case.message
    following = driver.run(tree, run=2, task="tasks.U")
    assert isinstance(following, Completed), following


# --- tracebacks


@dataclass
class Error:
    name: str
    lines: tuple[str, ...]
    message: str
    shown: tuple[str, ...]
    """Lines of the traceback, in order."""
    at_most: int
    """Lines."""
    top: str = ""
    absent: tuple[str, ...] = ("site-packages", "sqlalche.me")


DATABASE = "import sqlalchemy as sa\nfrom jittask import app"
OF_ANY_THREAD = "connect_args={'check_same_thread': False}"  # whichever collects the garbage
NO_TABLE = (
    f"sa.create_engine('sqlite://', {OF_ANY_THREAD}).connect()"
    ".execute(sa.text('select * from nope'))"
)
ERRORS = [
    Error(
        "SQLAlchemy's", (NO_TABLE,), "OperationalError: no such table: nope",
        ("Traceback (most recent call last):", 'inner.py", line', "frames of sqlalchemy",
         "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: nope",
         "[SQL: select * from nope]"),
        7, DATABASE,
    ),
    Error(
        "a model's", ("return list(app.getElement('models.Thing').query())",),
        "NoTable: models.Thing: no table Thing in its database",
        ("Traceback (most recent call last):", 'inner.py", line', "of jittask",
         "NoTable: models.Thing: no table Thing in its database"),
        6, DATABASE,
    ),
    Error(
        "raised from", ("try:", f"    {NO_TABLE}", "except Exception as error:",
                        "    raise ValueError('no report') from error"),
        "ValueError: no report",
        ("sqlalchemy.exc.OperationalError", "The above exception was the direct cause",
         'inner.py", line', "ValueError: no report"),
        15, DATABASE,
    ),
    Error(
        "raised while handling", ("try:", "    {}['k']", "except KeyError:", "    1 / 0"),
        "ZeroDivisionError: division by zero",
        ("KeyError: 'k'", "During handling of the above exception", "ZeroDivisionError"),
        16,
    ),
    Error(
        "a group", ("errors = []", "for f in (lambda: 1 / 0, lambda: " + NO_TABLE + "):",
                    "    try:", "        f()", "    except Exception as error:",
                    "        errors.append(error)", "raise ExceptionGroup('two', errors)"),
        "ExceptionGroup: two (2 sub-exceptions)",
        ("ExceptionGroup: two (2 sub-exceptions)", "ZeroDivisionError", "frames of sqlalchemy",
         "no such table: nope"),
        30, DATABASE,
    ),
    Error(
        "recursion", ("return a(1)",), "RecursionError: maximum recursion depth exceeded",
        ('in customFunc', 'in a', "more times", "RecursionError"), 30,
        "def a(n):\n    return b(n)\ndef b(n):\n    return c(n)\ndef c(n):\n    return a(n)",
    ),
    Error(
        "a long text", ("raise ValueError('x' * 1_000_000)",),
        "ValueError: " + "x" * 488 + " … 999,012 characters cut … " + "x" * 500,
        ("Traceback", "ValueError: xxx"), 8,
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.name)
def test_a_traceback_is_for_the_author_of_the_code(driver: Driver, tree: Tree, case: Error) -> None:
    tree.things()
    tree.scheduled("T", body(*case.lines, top=case.top))
    outcome = driver.run(tree)
    assert isinstance(outcome, Failed), outcome
    assert outcome.message == case.message
    lines = outcome.error.splitlines()
    rest = iter(lines)
    for text in case.shown:
        assert any(text in line for line in rest), (text, outcome.error)
    assert len(lines) <= case.at_most, outcome.error
    assert len(outcome.error) < 70_000
    for text in case.absent:
        assert text not in outcome.error


# --- logs


@dataclass
class Logged:
    name: str
    lines: tuple[str, ...]
    log: list[str]
    files: dict[str, str] = field(default_factory=dict)
    top: str = "import logging\nfrom jittask import log"


LOGS = [
    Logged(
        "levels", ("log.debug('d')", "log.info('i')", "log.warning('w')", "log.error('e')",
                   "log.critical('c')", "log.log(25, 'n')", "log.log(1, 'x')"),
        ["debug d", "info i", "warning w", "error e", "critical c", "info n"],
    ),
    Logged(
        "several lines", ("try:", "    1 / 0", "except ZeroDivisionError:", "    log.exception('a\\nb')"),
        ["error a", "error b", "error Traceback (most recent call last):"],
    ),
    Logged(
        "loggers of its own", ("logging.getLogger(__name__).debug('n')",
                               "logging.getLogger('mine').debug('m')", "logging.debug('r')",
                               "money.f()"),
        ["debug n", "debug m", "debug r", "debug c"],
        {"commons/money.py": "import logging\ndef f():\n    logging.getLogger(__name__).debug('c')\n"},
        "import logging\nfrom commons import money",
    ),
    Logged(
        "libraries from a warning on", ("logger = logging.getLogger('asyncio')",
                                        "asyncio.log.logger.debug", "asyncio.run(f())",
                                        "asyncio.get_event_loop_policy()"),
        [], {}, "import asyncio, logging\nasync def f():\n    asyncio.get_running_loop().set_debug(False)",
    ),
    Logged(
        "a library whose level is set", ("logging.getLogger('asyncio').setLevel(logging.DEBUG)",
                                         "asyncio.run(f())",
                                         "logging.getLogger('asyncio').setLevel(logging.NOTSET)"),
        ["debug Using selector: EpollSelector"], {},
        "import asyncio, logging\nasync def f():\n    pass",
    ),
    Logged(
        "warnings, with their place", ("for _ in range(3):", "    warnings.warn('old')",
                                       "warnings.warn('other', FutureWarning)"),
        ["warning PLACE:5: UserWarning: old", "warning PLACE:6: FutureWarning: other"], {},
        "import warnings",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", LOGS, ids=lambda case: case.name)
def test_what_is_kept_of_a_log(
    driver: Driver, tree: Tree, case: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as where no logging is set up
    for path, text in case.files.items():
        tree.write(path, text)
    tree.scheduled("T", body(*case.lines, top=case.top))
    expected = [line.replace("PLACE", str(tree.root / "tasks/T/inner.py")) for line in case.log]
    for run in (1, 2):  # nothing of the first keeps the second from being shown
        outcome = driver.run(tree, run=run)
        assert isinstance(outcome, Completed), outcome
        assert driver.lines(run)[: len(expected)] == expected
        assert bool(expected) == bool(driver.lines(run))


def test_lines_have_the_instant_at_which_they_came(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", body("print('a')", "log.info('b')", top="from jittask import log"))
    before = datetime.now(UTC)
    driver.run(tree)
    after = datetime.now(UTC)
    assert [piece.text for piece in driver.pieces()] == ["a\n", "b\n"]
    assert [(piece.stream, piece.level) for piece in driver.pieces()] == [
        ("stdout", "info"), ("log", "info"),
    ]  # fmt: skip
    first, second = (piece.at for piece in driver.pieces())
    assert before <= first <= second <= after


@pytest.mark.parametrize("kind", ["process"])
def test_a_forked_process_logs_to_standard_error(driver: Driver, tree: Tree) -> None:
    """The connection to the runtime is its parent's."""
    lines = ("child = os.fork()", "if child == 0:", "    log.warning('w')", "    os._exit(0)",
             "os.waitpid(child, 0)", "log.info('i')")  # fmt: skip
    tree.scheduled("T", body(*lines, top="import os\nfrom jittask import log"))
    assert isinstance(driver.run(tree), Completed)
    assert driver.output(1, "stderr") == "WARNING w\n"
    assert driver.lines() == ["info i"]


@pytest.mark.parametrize("kind", ["process"])
def test_the_last_lines_of_a_killed_body_are_kept(
    driver: Driver, tree: Tree, tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "gate")
    lines = ("print('x\\n' * 200_000)", "print('last line')", "print('connecting', end='', flush=True)",
             gate.wait)  # fmt: skip
    tree.scheduled("T", body(*lines))
    driver.submit(tree)
    driver.wait_for_output("connecting")
    driver.executor.kill(1, "killed")
    assert isinstance(driver.outcome(), Killed)
    assert driver.output().endswith("last line\nconnecting")


@pytest.mark.parametrize("kind", ["process"])
def test_what_was_logged_before_the_process_died_is_kept(driver: Driver, tree: Tree) -> None:
    lines = ("log.info('here')", "os.kill(os.getpid(), 9)")
    tree.scheduled("T", body(*lines, top="import os\nfrom jittask import log"))
    assert isinstance(driver.run(tree), Interrupted)
    assert driver.lines() == ["info here"]


# --- secrets


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a variable that the tree takes a secret from, before any process is started."""
    monkeypatch.setenv("JITTASK_TEST_SECRET", SECRET)
    monkeypatch.setenv("JITTASK_TEST_OTHER", "not named")


TOP = "import json, os, urllib.parse\nfrom jittask import app, log\ns = os.environ['JITTASK_TEST_SECRET']"
FORMS = "[s, repr(s), json.dumps(s), urllib.parse.quote(s, safe=''), urllib.parse.quote_plus(s)]"


def masked(text: str) -> bool:
    return not any(part in text for part in ("unter2", "nter2'", "%27", "\\u00e9"))


@pytest.mark.usefixtures("secret")
def test_secrets_are_masked_in_logs_results_and_errors(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T", body(f"for form in {FORMS}:", "    print(form)", "    log.info('x%sx', form)",
                  "print(s[:5], end='', flush=True)", "print(s[5:])",
                  "print(os.environ['JITTASK_TEST_OTHER'], 'postgresql://u:pa%40ss@h/d')",
                  f"return [{FORMS}, {{s: s}}]", top=TOP),
    )  # fmt: skip
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed), outcome
    assert masked(driver.output()), driver.output()
    assert driver.output(1, "stdout").endswith("***\nnot named postgresql://u:***@h/d\n")
    assert masked(outcome.result), outcome.result
    assert json.loads(outcome.result)[1] == {"***": "***"}


@pytest.mark.usefixtures("secret")
def test_secrets_are_masked_in_errors(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", body(f"raise ValueError(' '.join({FORMS}))", top=TOP))
    outcome = driver.run(tree)
    assert isinstance(outcome, Failed), outcome
    assert masked(outcome.error), outcome.error
    assert outcome.message == 'ValueError: *** "***" "***" *** ***'
