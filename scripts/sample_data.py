"""Makes the sample app's data, relative to now: some of it comes due within a minute.

Run by ``make run``; running it again adds fresh rows and keeps the old ones.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from jittask import compile_tree
from jittask.compiler.compiled import DateFieldTask
from jittask.data.databases import open_database
from jittask.data.table_changes import add_missing
from jittask.data.tables import table_for

root = Path(sys.argv[1] if len(sys.argv) > 1 else "elements").resolve()
app = compile_tree(root).app
now = datetime.now(ZoneInfo(app.settings.timezone)).replace(tzinfo=None, microsecond=0)
today = now.date()


def years_ago(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


rows = {
    "models.Contract": [
        {"customer": "Lighthouse Café", "status": "active", "expiryDate": today + timedelta(8)},
        {"customer": "Pier 7 Studio", "status": "active", "expiryDate": today + timedelta(30)},
        {"customer": "Old Mill", "status": "ended", "expiryDate": today - timedelta(400)},
    ],
    "models.Invoice": [
        {
            "customer": customer,
            "amount": amount,
            "status": status,
            "dueAt": now - timedelta(minutes=30) + timedelta(seconds=seconds),
        }
        for customer, amount, status, seconds in [
            ("Lighthouse Café", 120, "open", 10),
            ("Pier 7 Studio", 75.5, "open", 25),
            ("Old Mill", 300, "paid", 25),
            ("Harbour Yoga", 48, "open", 600),
        ]
    ],
    "models.Employee": [
        {"name": "Ada", "birthday": years_ago(today + timedelta(1), 36)},
        {"name": "Emil", "birthday": years_ago(today + timedelta(40), 29)},
    ],
}
dates = {
    task.model.name: task.timer.start_field
    for task in app.tasks.values()
    if isinstance(task, DateFieldTask)
}
for name, new_rows in rows.items():
    model = app.models[name]
    engine = open_database(app.databases[model.database], root)
    add_missing(model, engine)
    table = table_for(model, engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(table), new_rows)
        field = dates[name]  # a scan asks for it: see jittask doctor
        index = sa.Index(f"ix_{table.name}_{field}".lower(), table.c[field])
        index.create(connection, checkfirst=True)
