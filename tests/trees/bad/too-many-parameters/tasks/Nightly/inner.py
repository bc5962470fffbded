def customFunc(row, *, 通知):
    return 1
