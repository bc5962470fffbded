def customFunc(rowData):
    print(f"tomorrow: {rowData.title.value}")
