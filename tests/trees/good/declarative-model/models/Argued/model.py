from sqlalchemy.orm import DeclarativeBase, Mapped


class Base(DeclarativeBase):
    pass


class Argued(Base):
    __tablename__ = "argued"

    __mapper_args__ = {"primary_key": ["id"]}
    id: Mapped[int]
