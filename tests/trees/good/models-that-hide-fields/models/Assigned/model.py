from datatypes.Meta import datatypes
from models.NormalType import NormalModel


def made():
    class Assigned(NormalModel):
        id = datatypes.AutoInt(name="id", title="id", primaryKey=True)
        at = datatypes.Datetime()

    return Assigned


Assigned = made()
