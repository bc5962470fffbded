from sqlalchemy import Date
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PREFIX = "shop_"


class Base(DeclarativeBase):
    pass


class Bill(Base):
    __tablename__ = PREFIX + "bills"

    id: Mapped[int] = mapped_column(primary_key=True)
    due = mapped_column(Date)
