from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Bill(NormalModel):
    id = datatypes.AutoInt(name="id", primaryKey=True)
    due = datatypes.Datetime(name="due")

    class Meta:
        db = "databases.Main"
        dbTable = "bills"
