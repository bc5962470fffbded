from datetime import datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Stamp = datetime


def column(kind):
    return mapped_column(kind)


class Base(DeclarativeBase):
    pass


class OwnColumn(Base):
    __tablename__ = "own"

    id: Mapped[int] = mapped_column(primary_key=True)
    at = column(DateTime)
