"""Trees of any size for benchmarks: both kinds of task, every cycle, filters, services, a model."""

from __future__ import annotations

import json
from pathlib import Path

CYCLES = (
    {"repeatType": "day"},
    {"repeatType": "week", "weekday": [1, 5]},
    {"repeatType": "month", "subType": "day", "day": [1, -1]},
    {"repeatType": "minute", "period": 15},
    {"repeatType": "custom", "cron": "30 9 * * 1-5"},
    {"repeatType": "custom", "rrule": "FREQ=MONTHLY;BYDAY=-1FR"},
    {"repeatType": "hour", "period": 3},
)
MODEL = """from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Order(NormalModel):
    id = datatypes.AutoInt(name="id", primaryKey=True)
    status = datatypes.Stext(name="status")
    total = datatypes.Money(name="total")
    due = datatypes.Date(name="due")
"""
SERVICE = """class Report:
    def daily(self):
        return 1
"""
SCHEDULED = """from jittask import app, log


def customFunc():
    log.info("task {n}")
    report = app.getElement("services.Report")
    return report.daily()
"""
DATE_FIELD = """from jittask import log


def customFunc(rowData):
    log.info("row %s of {n}", rowData["id"])
    return rowData.status.value
"""


def make(root: Path, tasks: int) -> Path:
    """Write a sound tree with so many tasks, half of each kind."""
    put(
        root / "app.json",
        {"appId": "b", "name": "b", "settings": {"timezone": "Asia/Shanghai", "calendar": "CN"}},
    )
    put(
        root / "databases/Main/e.json",
        {"type": "databases.SqliteType", "title": "Main", "database": "app.db"},
    )
    put(
        root / "models/Order/e.json",
        {"type": "models.NormalType", "title": "Orders", "db": "databases.Main"},
    )
    put(root / "models/Order/model.py", MODEL)
    put(root / "services/Report/e.json", {"type": "services.NormalType", "title": "Reports"})
    put(root / "services/Report/service.py", SERVICE)
    for n in range(tasks):
        folder = root / f"tasks/group{n // 100:03d}/Task{n:05d}"
        put(folder / "e.json", date_field(n) if n % 2 else scheduled(n))
        if n % 2 or n % 10:
            put(folder / "inner.py", (DATE_FIELD if n % 2 else SCHEDULED).format(n=n))
    return root


def scheduled(n: int) -> dict[str, object]:
    timing = {
        "startTime": f"2026-01-05 09:{n % 60:02d}:00",
        "repeat": CYCLES[n // 2 % len(CYCLES)],
        "skipHoliday": int(n % 20 == 0),
    }
    if n % 4 == 0:
        timing["endTime"] = "2036-01-05"
    data = {**head(n, "tasks.NormalType"), "timerCfg": timing, "policy": {"retry": {"max": 2}}}
    if n % 10 == 0:
        data |= {"funcType": "Global", "func": "services.Report.daily"}
    return data


def date_field(n: int) -> dict[str, object]:
    offset = {"offsetType": -1, "offset": n % 30, "offsetUnit": "day", "time": "09:00"}
    return {
        **head(n, "tasks.DateFieldType"),
        "modelPath": "models.Order",
        "filter": f"Q('status','=','open') & Q('total','>',{n})",
        "timerCfg": {
            "startField": "due",
            "startOffset": offset,
            "repeat": {"repeatType": "normal"},
        },
    }


def head(n: int, kind: str) -> dict[str, object]:
    return {
        "type": kind,
        "title": f"Task {n}",
        "enable": 1,
        "funcType": "Inner",
        "backendBundleEntry": ".",
    }


def put(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
