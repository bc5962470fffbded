from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Todo(NormalModel):
    id = datatypes.AutoInt(name="id", title="id", primaryKey=True)
    title = datatypes.Stext(name="title", title="Title")
    done = datatypes.Switch(name="done", title="Done")
    dueOn = datatypes.Date(name="dueOn", title="Due on")
