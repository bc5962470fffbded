def customFunc(row):
    return 1
