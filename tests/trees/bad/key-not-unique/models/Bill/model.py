from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Bill(NormalModel):
    id = datatypes.AutoInt(name="id", primaryKey=True)
    total = datatypes.Money(name="total")
    due = datatypes.Date(name="due")

    class Meta:
        dbTable = "bills"
