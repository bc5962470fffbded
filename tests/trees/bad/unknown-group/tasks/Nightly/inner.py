def customFunc():
    return 1
