from datatypes.Meta import datatypes
from models.NormalType import NormalModel


def stamp(name):
    return datatypes.Datetime(name=name, title=name)


class Helper(NormalModel):
    id = datatypes.AutoInt(name="id", title="id", primaryKey=True)
    at = stamp("at")
