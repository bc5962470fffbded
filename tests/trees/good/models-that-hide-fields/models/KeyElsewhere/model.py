from datatypes.Meta import datatypes
from models.NormalType import NormalModel

KEY = {"primaryKey": True}


class KeyElsewhere(NormalModel):
    id = datatypes.AutoInt(**KEY)
    at = datatypes.Datetime()
