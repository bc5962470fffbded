def customFunc(rowData):
    return rowData.name.value
