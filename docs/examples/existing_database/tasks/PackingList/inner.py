def customFunc(rowData):
    print(f"pack {rowData['items']} items for {rowData['customer']}")
    return [str(rowData.id.value), rowData["customer"]]
