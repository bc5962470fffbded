from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, Date, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables of the shop."""


class Bill(Base):
    __tablename__ = "bills"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String(80))
    total: Mapped[Decimal]
    due = Column("due_on", Date)
    closed: Mapped[datetime | None]
