from commons.outbox import post


def customFunc(rowData):
    post("reminder", f"the contract of {rowData['customer']} ends on {rowData.expiryDate.value}")
