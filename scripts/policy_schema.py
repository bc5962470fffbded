"""Copies the schema of a task's policy into that of app.json, which has defaults of it (R2).

An editor checks each file by one schema, so that both have the whole of it.
"""

from __future__ import annotations

import json
from pathlib import Path

SCHEMAS = Path(__file__).parents[1] / "schemas"


def copy() -> None:
    """Write ``app.schema.json`` with the policy of ``task.schema.json``."""
    task = json.loads((SCHEMAS / "task.schema.json").read_text(encoding="utf-8"))
    file = SCHEMAS / "app.schema.json"
    app = json.loads(file.read_text(encoding="utf-8"))
    app["$defs"]["policy"] = task["$defs"]["policy"]
    file.write_text(json.dumps(app, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    copy()
