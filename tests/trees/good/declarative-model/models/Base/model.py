from commons.orm import Shared
from sqlalchemy.orm import Mapped, mapped_column


class Base(Shared):
    __tablename__ = "base"

    id: Mapped[int] = mapped_column(primary_key=True)
