from datatypes.Meta import datatypes as dt
from models.NormalType import NormalModel


class Alias(NormalModel):
    id = dt.AutoInt(primaryKey=True)
    at = dt.Datetime()
