"""Secrets are masked in every form in which they are usually written (U5)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy.exc import OperationalError

from jittask.clock import FixedClock
from jittask.data.databases import DataError, one_line
from jittask.environment import expand
from jittask.masking import Mask, starred, without_passwords
from jittask.runtime.event_bus import EventBus
from jittask.runtime.events import Trouble
from jittask.runtime.reasons import reason_of

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "text", "masked"),
    [
        (["hunter2"], "a hunter2 b hunter2", "a *** b ***"),
        (["abc"], "abc", "abc"),
        (["abcd"], "abcde", "***e"),
        (["hunter2", "hunter2!"], "hunter2! hunter2", "*** ***"),
        (["pä ss/w"], f"{quote('pä ss/w')} {quote('pä ss/w', safe='')} {quote_plus('pä ss/w')}", "*** *** ***"),
        (["it's \\ so"], repr("it's \\ so"), '"***"'),
        (["a\"b\\cé"], json.dumps("a\"b\\cé"), '"***"'),
        (["  padded\n"], "x padded y", "x *** y"),
        (["-----BEGIN-----\nMIIEabc\nxy\n-----END-----"], "got MIIEabc\nxy", "got ***\nxy"),
        (["postgresql://u:s3cr%40t@h/d"], "s3cr@t s3cr%40t postgresql://u:s3cr%40t@h/d", "*** *** ***"),
        ([], "x postgresql://u:secret@h/d y", "x postgresql://u:***@h/d y"),
        ([], "mysql+pymysql://u:p@ss@h", "mysql+pymysql://u:***@h"),
        ([], "http://host:80/a@b ftp://u@h", "http://host:80/a@b ftp://u@h"),
    ],
)  # fmt: skip
def test_what_is_masked(values: list[str], text: str, masked: str) -> None:
    mask = Mask(values)
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ({"a": 'x"pass', "n": 12345}, {"a": "***", "n": 12345}),
        (["12345", 12345], ["***", 12345]),
        ([json.dumps('x"pass')], ['"***"']),
        (["a\\u0041"], ["a\\u0041"]),
    ],
)
def test_a_masked_json_stays_json(value: object, masked: object) -> None:
    assert json.loads(Mask(['x"pass', "12345"]).json(json.dumps(value))) == masked


@pytest.mark.parametrize(
    ("text", "held"), [("abc hun", 3), ("abc hunter", 6), ("abc hunter2", 0), ("abc", 0), ("h", 1)]
)
def test_what_may_be_the_start_of_a_secret(text: str, held: int) -> None:
    assert Mask(["hunter2"]).unfinished(text) == held


def test_what_the_runtime_says_has_no_secret() -> None:
    assert expand("${PW}", {"PW": "filled-in-secret"}) == "filled-in-secret"
    with pytest.raises(DataError) as caught, one_line("databases.D"):
        raise OperationalError("select 1", {}, Exception("no filled-in-secret\nhint"))
    assert str(caught.value) == "databases.D: no ***"
    assert reason_of(ValueError("x filled-in-secret\ny pg://u:abcd@h")) == (
        "ValueError: x *** y pg://u:***@h"
    )
    bus = EventBus(FixedClock(NOW))
    bus.emit(Trouble(NOW, "scan-failed", "no filled-in-secret"))
    event = bus.wait_for(lambda event: isinstance(event, Trouble), 1)
    assert event == Trouble(NOW, "scan-failed", "no ***")


def test_a_text_without_a_url_is_not_changed() -> None:
    assert without_passwords("a:b@c") == "a:b@c"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('"url": "mysql://u:secret@h/d"', '"url": "mysql://u:******@h/d"'),
        ('"url": "mysql://u:${PW}@h/d"', '"url": "mysql://u:${PW}@h/d"'),
        ('{"password": "a\\"b", "x": 1}', '{"password": "****", "x": 1}'),
        ('{"passwd":"${PW}"}', '{"passwd":"${PW}"}'),
        ('"title": "a password"', '"title": "a password"'),
    ],
)
def test_a_line_is_shown_with_stars_for_its_passwords(line: str, shown: str) -> None:
    assert starred(line) == shown
    assert len(starred(line)) == len(line)
