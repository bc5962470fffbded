from datetime import datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Stamp = datetime


class Base(DeclarativeBase):
    pass


class OddTypes(Base):
    __tablename__ = "odd"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Stamp]
