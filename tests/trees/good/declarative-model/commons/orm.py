from datetime import date

from sqlalchemy.orm import DeclarativeBase, Mapped


class Shared(DeclarativeBase):
    madeOn: Mapped[date]
