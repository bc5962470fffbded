"""``jittask`` as its next version may be: the run store has one revision more."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from jittask.cli.main import main
from jittask.store import upgrade

HEAD = "9999"


def migrate(engine: Engine, target: str, *, down: bool = False) -> None:
    """Add what a migration may add while an older version uses the store."""
    assert (target, down) == ("head", False)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN newer INTEGER DEFAULT 7 NOT NULL")
        connection.exec_driver_sql("CREATE TABLE newer (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{HEAD}'")


if __name__ == "__main__":
    upgrade.HEAD = HEAD
    upgrade.migrate = migrate
    main()
