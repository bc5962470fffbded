from commons.outbox import post


def customFunc(rowData):
    post("notice", f"invoice {rowData.id.value} of {rowData['customer']} is overdue")
