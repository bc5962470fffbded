def customFunc(rowData):
    print(f"{rowData['customer']}: your order is ready in half an hour")
    return [str(rowData.id.value), rowData["customer"]]
