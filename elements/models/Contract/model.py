from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Contract(NormalModel):
    id = datatypes.AutoInt(name="id", title="id", primaryKey=True)
    customer = datatypes.Stext(name="customer", title="Customer")
    status = datatypes.Stext(name="status", title="Status")
    expiryDate = datatypes.Date(name="expiryDate", title="Expires on")

    class Meta:
        db = "databases.Default"
        dbTable = "contract"
