from commons.outbox import post


def customFunc(rowData):
    post("birthday", f"happy birthday, {rowData.name.value}!")
