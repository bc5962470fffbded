"""Whatever the texts are, the readers answer: a value, or a mistake at a place inside the text."""

from __future__ import annotations

import copy
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jittask.compiler.element_schema import check_element
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.read_json import read_json
from jittask.compiler.schema_check import _is_sound, _unknown_keys, _validator
from jittask.compiler.schemas import part_of, schema
from jittask.compiler.source import Source
from jittask.model import ElementKind
from jittask.query.parse import QuerySyntaxError, parse
from jittask.schedule.row_timer import check_row_timer
from jittask.schedule.timer import check_timer

ROUNDS = int(os.environ.get("JITTASK_FUZZ_ROUNDS", "150"))
fuzz = settings(
    max_examples=ROUNDS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def read(folder: Path, content: bytes) -> tuple[Source | None, Findings]:
    (folder / "app.json").write_bytes(content)
    findings = Findings(None)
    return read_json(Files(folder), "app.json", findings), findings


@fuzz
@given(
    content=st.binary(max_size=200)
    | st.text('{}[]",:\\ \n01.eE-ntfuN', max_size=60).map(str.encode)
)
def test_json_reader_takes_what_json_takes(tmp_path: Path, content: bytes) -> None:
    source, findings = read(tmp_path, content)
    try:
        text = content.decode("utf-8-sig")
        data = json.loads(text, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError, RecursionError):
        assert source is None
        [found] = findings.found
        lines = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
        assert 1 <= found.location.line <= len(lines)
        assert 1 <= found.location.column <= len(lines[found.location.line - 1]) + 1
        return
    if source is None:
        assert "surrogate" in findings.found[0].message or "deep" in findings.found[0].message
    else:
        assert source.data == data or data != data


@fuzz
@given(data=JSON, indent=st.sampled_from([None, 1, 4, "\t"]), ascii_only=st.booleans())
def test_every_pointer_leads_to_its_value(
    tmp_path: Path, data: Any, indent: Any, ascii_only: bool
) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    source, _ = read(tmp_path, text.encode())
    assert source is not None
    lines = text.split("\n")

    def check(value: Any, pointer: tuple[str | int, ...]) -> None:
        place = source.value(pointer)
        if isinstance(value, dict | list):
            assert lines[place.line - 1][place.column - 1] in "{["
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, inner in items:
                check(inner, (*pointer, key))
        else:
            written = lines[place.line - 1][place.column - 1 : place.end_column - 1]
            assert json.loads(written) == value
            assert place.end_line == place.line

    check(data, ())


Q_WORDS = ["Q", "(", ")", "'name'", "'='", "'in'", "'isnull'", ",", "&", "|", "~", "Q.AND", "Q.OR", "1",
           "-1", "None", "[", "]", "TODAY()", "NOW()", "name=", "\n", "'", "\\", "é", "lambda", ":", "*"]  # fmt: skip


@fuzz
@given(text=st.text(max_size=60) | st.lists(st.sampled_from(Q_WORDS), max_size=14).map("".join))
@example("(" * 15_000)
@example("-" * 19_000 + "1")
@example("a" + ".a" * 9_000)
@example("Q(a=1)" + "&Q(a=1)" * 2_000)
@example("~" * 15_000 + "Q(a=1)")
@example("\0")
@example("Q(a=1)\n")
@example("\r0")
def test_filter_reader(text: str) -> None:
    try:
        parse(text)
    except QuerySyntaxError as error:
        mistake = error
    else:
        return
    assert 0 <= mistake.start < mistake.end
    assert mistake.start <= len(text)
    assert str(mistake)


CRON = st.lists(
    st.text("0123456789*/-,LW#?MONTUE ", min_size=1, max_size=6) | st.sampled_from(["*", "1", "L", "*/5"]),
    min_size=4, max_size=6,
).map(" ".join)  # fmt: skip
RRULE = st.lists(
    st.tuples(
        st.sampled_from(["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYHOUR",
                         "BYSETPOS", "BYWEEKNO", "BYYEARDAY", "WKST", "X"]),
        st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "HOURLY", "SECONDLY", "MO", "-1FR", "0", "1", "-1", "53",
                         "1,2", "20271231", "99999999999999999999", "20261331", "", "a"]),
    ).map("=".join),
    min_size=1, max_size=4,
).map(";".join)  # fmt: skip
NUMBER = st.sampled_from(
    [-1, 0, 1, 2, 7, 31, 32, 53, 10**6, 10**12, 10**40, 1.5, True, None, "1", [], [1, -1], [0]]
)
WALL = st.sampled_from(["2026-01-31 09:00:00", "1970-01-01", "9999-12-31 23:59:59", "0001-01-01 00:00:00",
                        "2026-03-29T02:30:00+02:00", "2200-12-31", "", "x", "2026-02-30 09:00:00", None, 7])  # fmt: skip
REPEAT = st.fixed_dictionaries(
    {"repeatType": st.sampled_from(["normal", "minute", "hour", "day", "week", "month", "year", "custom", "x", 1])},
    optional={
        "period": NUMBER, "weekday": NUMBER, "day": NUMBER, "week": NUMBER, "month": NUMBER,
        "subType": st.sampled_from(["day", "week", "x"]), "cron": CRON | st.none(), "rrule": RRULE | st.none(),
    },
)  # fmt: skip
COMMON = {
    "repeat": REPEAT, "endTime": WALL, "skipHoliday": st.sampled_from([0, 1, "1"]), "skipWeekend": st.sampled_from([0, 1]),
    "holidayRoll": st.sampled_from(["next", "previous", "skip", "x"]),
    "timezone": st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "../etc/passwd", "", "x" * 300, "a\0b", 1]),
    "calendar": st.sampled_from(["CN", "US-CA", "XNYS", "", "-", {}, {"country": "CN", "extraHolidays": ["x"]}, {"market": 1}, []]),
}  # fmt: skip
OFFSET = st.fixed_dictionaries({}, optional={
    "offsetType": NUMBER, "offset": NUMBER, "offsetUnit": st.sampled_from(["day", "months", "second", "x", 1]),
    "time": st.sampled_from(["09:00", "24:00", "9", "", None, 1]),
}) | NUMBER  # fmt: skip


@fuzz
@given(config=st.fixed_dictionaries({"startTime": WALL}, optional=COMMON))
@example(
    {
        "startTime": "2026-01-31 09:00:00",
        "repeat": {"repeatType": "custom", "rrule": "FREQ=HOURLY;INTERVAL=99999999999999"},
    }
)
@example({"startTime": "2026-01-31 09:00:00", "repeat": {"repeatType": "month", "period": 10**6}})
@example({"startTime": "2026-01-31 09:00:00", "repeat": {"repeatType": "week", "period": 10**6}})
def test_timers_of_scheduled_tasks(config: dict[str, Any]) -> None:
    timer, problems = check_timer(config, "UTC", "CN")
    assert (timer is None) == any(not one.warning for one in problems)
    if timer is not None:
        timer.after(datetime(2026, 6, 1, tzinfo=UTC))


@fuzz
@given(
    config=st.fixed_dictionaries(
        {"startField": st.sampled_from(["due", "", 1])},
        optional={
            **COMMON, "startOffset": OFFSET, "endOffset": OFFSET, "endField": st.sampled_from(["end", "", 1]),
            "endTimeType": st.sampled_from([0, 1, 2]),
        },
    ),
    start=st.dates() | st.datetimes(),
)  # fmt: skip
def test_timers_of_rows(config: dict[str, Any], start: date) -> None:
    row_timer, problems = check_row_timer(config, ZoneInfo("UTC"), "CN")
    assert (row_timer is None) == any(not one.warning for one in problems)
    if row_timer is not None:
        timer = row_timer.timer(start)
        if timer is not None:
            timer.after(datetime(2026, 6, 1, tzinfo=UTC))


SOUND: list[tuple[ElementKind, dict[str, Any]]] = [
    (ElementKind.TASK, {"type": "tasks.NormalType", "title": "T", "enable": 1, "funcType": "Inner", "tags": ["a"],
        "timerCfg": {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "week", "weekday": [1]},
                     "calendar": {"country": "CN", "extraHolidays": ["2026-05-06"]}},
        "policy": {"retry": {"max": 2, "backoff": 1.5}, "timeoutSeconds": 5}}),
    (ElementKind.TASK, {"type": "tasks.DateFieldType", "title": "T", "enable": 0, "modelPath": "models.M",
        "filter": None, "timerCfg": {"startField": "d", "startOffset": {"offsetType": -1, "offset": 1, "time": "09:00"}}}),
    (ElementKind.MODEL, {"type": "models.TableType", "title": "M", "db": "databases.D", "table": "t"}),
    (ElementKind.SERVICE, {"type": "services.NormalType", "functionList": [{"name": "a", "args": [{"name": "x"}]}]}),
    (ElementKind.DATABASE, {"type": "databases.UrlType", "url": "sqlite://", "port": 1}),
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> tuple[ElementKind, dict[str, Any]]:
    kind, data = draw(st.sampled_from(SOUND))
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(0, 3))):
        place: Any = data
        while True:
            inner = [key for key, value in (place.items() if isinstance(place, dict) else enumerate(place))
                     if isinstance(value, dict | list) and value]  # fmt: skip
            if not inner or draw(st.booleans()):
                break
            place = place[draw(st.sampled_from(inner))]
        value = copy.deepcopy(
            draw(JSON | NUMBER | st.sampled_from(["day", "CN", "Inner", "2026-01-05 09:00:00"]))
        )
        if isinstance(place, list):
            place.append(value)
        else:
            keys = [*place, "colour", "timerCgf", "icon", "func", "repeat", "period"]
            key = draw(st.sampled_from(keys))
            if key in place and draw(st.booleans()):
                del place[key]
            else:
                place[key] = value
    return kind, data


@settings(fuzz, max_examples=4 * ROUNDS)
@given(mutated())
def test_the_quick_check_agrees_with_jsonschema(given_: tuple[ElementKind, dict[str, Any]]) -> None:
    """V7: what says "sound" quickly never says it of what jsonschema or the key check refuse."""
    kind, data = given_
    if kind is ElementKind.TASK and data.get("type") not in (
        "tasks.NormalType",
        "tasks.DateFieldType",
    ):
        return
    part = {"tasks.NormalType": "scheduled", "tasks.DateFieldType": "dateField"}.get(
        str(data.get("type"))
    )
    name = kind.value[:-1]
    errors = list(_validator(name, part).iter_errors(data))
    unknown = list(_unknown_keys(data, part_of(name, part), schema(name), ()))
    if _is_sound(data, name, part):
        assert errors == []
        assert unknown == []
    findings = Findings("x")
    check_element(Source("e.json", json.dumps(data), data), kind, findings)
    assert bool(errors) == findings.broken or unknown or data.get("type") is None or not errors
