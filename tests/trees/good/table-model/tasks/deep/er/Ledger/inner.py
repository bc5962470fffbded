async def customFunc(rowData, *rest, **more):
    return 1
