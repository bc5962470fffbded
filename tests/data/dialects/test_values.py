"""What other programs wrote is found by each operator as the database compares it (D2, D4)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from jittask.model import FieldType
from tests.data.dialects.made_tables import found_by, made
from tests.services import URLS


class Case(NamedTuple):
    databases: tuple[str, ...]
    declared: str
    values: list[str]
    found: list[tuple[str, list[int]]]
    kind: FieldType | None = None


ALL = tuple(URLS)
DAYS = [
    ("Q('held','=','2026-12-01')", [0]), ("Q('held','!=','2026-12-01')", [1, 2]),
    ("Q('held','in',['2026-12-01','2027-01-04'])", [0, 2]), ("Q('held','nin',['2026-12-02'])", [0, 2]),
    ("Q('held','range',['2026-12-01','2026-12-02'])", [0, 1]), ("Q('held','>',TODAY())", [1, 2]),
    ("Q('held','<=',TODAY())", [0]), ("Q('held','<=',NOW())", [0]), ("Q('held','year',2027)", [2]),
    ("Q('held','month',12)", [0, 1]), ("Q('held','week',1)", [2]), ("Q('held','day',4)", [2]),
]  # fmt: skip
NUMBERS = [
    ("Q('held','=',2)", [1]), ("Q('held','!=',2)", [0, 2]), ("Q('held','>',0.5)", [1, 2]),
    ("Q('held','>=',0.5)", [0, 1, 2]), ("Q('held','<',2)", [0]), ("Q('held','in',[0.5,3])", [0]),
    ("Q('held','nin',[0.5])", [1, 2]), ("Q('held','range',[0.5,2])", [0, 1]),
    ("Q('held','isnull',True)", [3]),
]  # fmt: skip
TEXTS = ["'abc'", "'ABC'", "'a%c'", "'äb_'", "'abc '", "''", "NULL"]
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
UUIDS = [
    (f"Q('held','=','{UUID}')", [0]), (f"Q('held','!=','{UUID}')", [1]),
    (f"Q('held','in',['{UUID}'])", [0]), (f"Q('held','nin',['{UUID}'])", [1]),
    ("Q('held','isnull',True)", [2]),
]  # fmt: skip
OTHER = UUID.replace("0f", "1f")
BITS = [("Q('held','=',True)", [0]), ("Q('held','!=',True)", [1]), ("Q(held=False)", [1])]
CASES = [
    Case(ALL, "DATE", ["'2026-12-01'", "'2026-12-02'", "'2027-01-04'", "NULL"], DAYS),
    *(
        Case(("sqlite",), "DATE", [f"'2026-12-01{time}'", f"'2026-12-02{time}'", f"'2027-01-04{time}'"], DAYS)
        for time in (" 00:00:00", "T00:00:00.000")
    ),
    *(
        Case(databases, declared, ["0.5", "2", "1e9", "NULL"], NUMBERS)
        for databases, declared in (
            (ALL, "REAL"), (ALL, "DOUBLE PRECISION"), (ALL, "NUMERIC(12,2)"), (ALL, "FLOAT"),
            (("mysql",), "DOUBLE"), (("mysql",), "FLOAT UNSIGNED"), (("mysql",), "DOUBLE(12,2)"),
        )
    ),
    Case(ALL, "DOUBLE PRECISION", ["0.1", "0.30000000000000004"], [
        ("Q('held','=',0.1)", [0]), ("Q('held','=',0.3)", []), ("Q('held','!=',0.3)", [0, 1]),
    ]),
    Case(ALL, "BIGINT", ["9007199254740993", "-1"], [("Q('held','=',9007199254740993)", [0])]),
    Case(("postgresql",), "BOOLEAN", ["true", "false", "NULL"], BITS),
    Case(("sqlite", "mysql"), "BOOLEAN", ["1", "0", "NULL"], BITS),
    Case(("mysql",), "TINYINT(1)", ["1", "0", "NULL"], BITS),
    Case(("mysql",), "BIT(1)", ["b'1'", "b'0'", "NULL"], BITS),
    Case(("sqlite", "postgresql"), "VARCHAR(9)", TEXTS, [
        ("Q('held','=','abc')", [0]), ("Q('held','in',['abc','abc '])", [0, 4]),
        ("Q('held','like','b')", [0, 3, 4]), ("Q('held','like','%')", [2]), ("Q('held','like','_')", [3]),
        ("Q('held','nlike','b')", [1, 2, 5]), ("Q('held','likeany',['%','_'])", [2, 3]),
        ("Q('held','startswith','ä')", [3]), ("Q('held','endswith','c')", [0, 2]),
        ("Q('held','endswith','c ')", [4]), ("Q('held','startswith','')", [0, 1, 2, 3, 4, 5]),
        ("Q('held','endswith','')", [0, 1, 2, 3, 4, 5]), ("Q('held','=','')", [5]),
    ]),
    Case(("mysql",), "VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", TEXTS, [
        ("Q('held','=','abc')", [0, 1, 4]), ("Q('held','!=','abc')", [2, 3, 5]),
        ("Q('held','in',['ABC'])", [0, 1, 4]), ("Q('held','like','B')", [0, 1, 3, 4]),
        ("Q('held','like','%')", [2]), ("Q('held','startswith','AB')", [0, 1, 3, 4]),
        ("Q('held','endswith','C')", [0, 1, 2]), ("Q('held','endswith','b_')", [3]),
    ]),
    Case(("mysql",), "VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", TEXTS, [
        ("Q('held','=','abc')", [0, 4]), ("Q('held','like','B')", [1]),
        ("Q('held','startswith','AB')", [1]), ("Q('held','endswith','_')", [3]),
    ]),
    Case(("sqlite",), "TEXT COLLATE NOCASE", TEXTS, [("Q('held','=','abc')", [0, 1])]),
    Case(("sqlite",), "TEXT", ["'a' || char(0) || 'b'", "'a'"], [
        ("Q('held','endswith','b')", [0]), ("Q('held','like','b')", [0]), ("Q('held','=','a')", [1]),
    ]),
    Case(("postgresql",), "CHAR(5)", ["'ab'", "'abc'"], [
        ("Q('held','=','ab')", [0]), ("Q('held','=','ab ')", [0]), ("Q('held','endswith','b')", [0]),
    ]),
    Case(("postgresql", "mysql"), "UUID", [f"'{UUID}'", f"'{OTHER}'", "NULL"], UUIDS),
    Case(("mysql",), "BINARY(16)", [f"x'{text.replace('-', '')}'" for text in (UUID, OTHER)] + ["NULL"], UUIDS),
    Case(ALL, "CHAR(36)", [f"'{UUID}'", f"'{OTHER}'", "NULL"], UUIDS),
]  # fmt: skip


@pytest.mark.parametrize(
    ("database", "case"),
    [(name, case) for case in CASES for name in case.databases],
    ids=lambda part: part if isinstance(part, str) else part.declared,
)
def test_a_value_is_found_by_each_operator(database: str, case: Case, tmp_path: Path) -> None:
    with made(database, tmp_path, case.declared, case.values, as_kind=case.kind) as rows:
        assert {text: found_by(rows, text) for text, _ in case.found} == dict(case.found)
