from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Employee(NormalModel):
    id = datatypes.AutoInt(name="id", title="id", primaryKey=True)
    name = datatypes.Stext(name="name", title="Name")
    birthday = datatypes.Date(name="birthday", title="Birthday")

    class Meta:
        db = "databases.Default"
        dbTable = "employee"
