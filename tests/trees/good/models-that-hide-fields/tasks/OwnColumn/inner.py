def customFunc(rowData):
    return 1
