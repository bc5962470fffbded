"""Makes trees for tests."""

from __future__ import annotations

import json
from pathlib import Path

HEAD = {"enable": 1, "funcType": "Inner", "title": "T", "backendBundleEntry": "."}


class Tree:
    """A tree in a folder; each method writes an element, atomically like an editor."""

    def __init__(self, root: Path, **settings: object) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        settings.setdefault("timezone", "UTC")
        self.write("app.json", {"appId": "t", "name": "t", "settings": settings})

    def write(self, path: str, content: object) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content, indent=2) + "\n"
        draft = target.with_name(target.name + "~")
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
        return target

    def scheduled(
        self, name: str, inner: str | None = None, repeat: object = None, **more: object
    ) -> None:
        timing = {"startTime": "2026-01-05 09:00:00", "repeat": repeat or {"repeatType": "day"}}
        timing |= more.pop("timing", {})  # type: ignore[arg-type]
        self.write(f"tasks/{name}/inner.py", inner or "def customFunc():\n    return 1\n")
        self.write(
            f"tasks/{name}/e.json", {"type": "tasks.NormalType", **HEAD, "timerCfg": timing, **more}
        )

    def dated(
        self, name: str, inner: str | None = None, timing: object = None, **more: object
    ) -> None:
        self.write(f"tasks/{name}/inner.py", inner or "def customFunc(rowData):\n    return 1\n")
        self.write(
            f"tasks/{name}/e.json",
            {
                "type": "tasks.DateFieldType",
                **HEAD,
                "modelPath": "models.Thing",
                "timerCfg": timing or {"startField": "at"},
                **more,
            },
        )

    def things(self) -> None:
        """A database and a model with a date and a datetime."""
        self.write(
            "databases/D/e.json", {"type": "databases.SqliteType", "title": "D", "database": "d.db"}
        )
        self.write(
            "models/Thing/e.json",
            {"type": "models.NormalType", "title": "Things", "db": "databases.D"},
        )
        self.write(
            "models/Thing/model.py",
            "from datatypes.Meta import datatypes\n"
            "from models.NormalType import NormalModel\n\n\n"
            "class Thing(NormalModel):\n"
            '    id = datatypes.AutoInt(name="id", title="id", primaryKey=True)\n'
            '    name = datatypes.Stext(name="name", title="name")\n'
            '    at = datatypes.Datetime(name="at", title="at")\n'
            '    day = datatypes.Date(name="day", title="day")\n',
        )
