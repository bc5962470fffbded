from typing import Annotated

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Key = Annotated[int, mapped_column(primary_key=True)]


class Base(DeclarativeBase):
    pass


class Annotated(Base):
    __tablename__ = "annotated"

    id: Mapped[Key]
