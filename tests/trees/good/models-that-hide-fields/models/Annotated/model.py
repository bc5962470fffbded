from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Annotated(NormalModel):
    id: int = datatypes.AutoInt(name="id", title="id", primaryKey=True)
    at: object = datatypes.Datetime()
