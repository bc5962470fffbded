from jittask import app


def customFunc(rowData):
    Bill = app.getElement("models.Bill")
    Bill.ours()
    Bill.querry("", page=1)
    for group in app.getElement("models.Bill").groupBy("name"):
        Bill.getModelInfo(group)
