"""The other application: a PostgreSQL schema that JitTask reads and does not own.

Run by ``make run-postgres``; running it again adds fresh orders and keeps the
old ones. ``HARBOUR_URL`` names the server and database.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

DEFAULT_URL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
SCHEMA = """
CREATE SCHEMA IF NOT EXISTS order_desk;
CREATE TABLE IF NOT EXISTS order_desk.orders (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    customer text NOT NULL,
    status text NOT NULL DEFAULT 'open',
    items integer NOT NULL,
    pickup_at timestamptz,
    placed_utc timestamp NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_orders_pickup_at ON order_desk.orders (pickup_at);
CREATE INDEX IF NOT EXISTS ix_orders_placed_utc ON order_desk.orders (placed_utc);
CREATE OR REPLACE VIEW order_desk.open_orders AS
    SELECT id, customer, items, placed_utc FROM order_desk.orders WHERE status = 'open';
"""
INSERT = sa.text(
    "INSERT INTO order_desk.orders (customer, status, items, pickup_at, placed_utc) "
    "VALUES (:customer, :status, :items, :pickup_at, :placed_utc)"
)


def orders(now: datetime) -> list[dict[str, object]]:
    """Return orders of which some come due within a minute."""
    half_an_hour, two_hours = timedelta(minutes=30), timedelta(hours=2)
    return [
        {
            "customer": customer,
            "status": status,
            "items": items,
            "pickup_at": now + half_an_hour + timedelta(seconds=pickup),
            "placed_utc": (now - two_hours + timedelta(seconds=packing)).replace(tzinfo=None),
        }
        for customer, status, items, pickup, packing in [
            ("Lighthouse Café", "open", 3, 10, 15),
            ("Pier 7 Studio", "open", 1, 25, 3600),
            ("Old Mill", "done", 8, 10, 15),
        ]
    ]


def fill(url: str, now: datetime) -> None:
    """Make the schema where it is missing, and add orders. Raises OperationalError."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in SCHEMA.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        connection.execute(INSERT, orders(now))
    engine.dispose()


if __name__ == "__main__":
    server = os.environ.get("HARBOUR_URL", DEFAULT_URL)
    try:
        fill(server, datetime.now(UTC))
    except OperationalError as error:
        shown = sa.make_url(server).render_as_string()
        sys.exit(f"{shown}: {error.orig}\nset HARBOUR_URL to a PostgreSQL database")
