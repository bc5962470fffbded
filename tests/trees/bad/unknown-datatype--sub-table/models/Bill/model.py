from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Bill(NormalModel):
    id = datatypes.AutoInt(name="id", primaryKey=True)
    name = datatypes.Stext(name="name")
    total = datatypes.Money(name="total")
    due = datatypes.Date(name="due")
    lines = datatypes.SubTable(name="lines")
    closedAt = datatypes.Datetime(name="closedAt")
