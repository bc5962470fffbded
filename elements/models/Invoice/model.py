from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Invoice(NormalModel):
    id = datatypes.AutoInt(name="id", title="id", primaryKey=True)
    customer = datatypes.Stext(name="customer", title="Customer")
    amount = datatypes.Money(name="amount", title="Amount")
    status = datatypes.Stext(name="status", title="Status")
    dueAt = datatypes.Datetime(name="dueAt", title="Due at")

    class Meta:
        db = "databases.Default"
        dbTable = "invoice"
