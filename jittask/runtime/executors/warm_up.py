"""Does once, in the fork server, what each bundle of a fresh worker process would need (rule R6).

It works on a tree of its own, and never loads element code.
"""

from __future__ import annotations

import gc
import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from jittask.compiler import compile_tree

_MODULES = (
    "encodings.utf_8_sig",
    "jittask.prelude.call",
    "jittask.runtime.executors.worker_main",
    "jittask.data.app_data",
    "jittask.schedule.cron",
    "jittask.schedule.rrule_cycle",
    "psutil",
    "sqlalchemy.dialects.sqlite",
    "sqlite3",
)
_TIMES = {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "day"}, "skipHoliday": 1}
_DATES = {"startField": "due", "startOffset": {"offsetType": -1, "offset": 1, "offsetUnit": "day"}}
_TASK = {"title": "T", "enable": 1, "funcType": "Global", "func": "services.S.f"}
_ROWS = {"modelPath": "models.M", "filter": "Q('status','=','open')"}
_MODEL = {"type": "models.TableType", "title": "M", "db": "databases.D", "table": "m"}
EXAMPLE: dict[str, object] = {
    "app.json": {"settings": {"timezone": "Asia/Shanghai", "calendar": "CN"}},
    "services/S/e.json": {"type": "services.NormalType", "title": "S"},
    "services/S/service.py": "def f(*row):\n    return None\n",
    "databases/D/e.json": {"type": "databases.SqliteType", "title": "D", "database": "d.db"},
    "models/M/e.json": _MODEL,
    "tasks/T/e.json": _TASK | {"type": "tasks.NormalType", "timerCfg": _TIMES},
    "tasks/D/e.json": _TASK | _ROWS | {"type": "tasks.DateFieldType", "timerCfg": _DATES},
}
"""A tree with an element of each kind that a bundle may hold."""


def warm_up() -> None:
    """Import and build what the first bundle of a fresh process would have to."""
    for module in _MODULES:
        __import__(module)
    with suppress(OSError), TemporaryDirectory(prefix="jittask-") as folder:  # a disk may be full
        for name, content in EXAMPLE.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else json.dumps(content))
        compile_tree(folder)
    gc.collect()
    gc.freeze()  # no worker process visits, and so copies, what all of them share
