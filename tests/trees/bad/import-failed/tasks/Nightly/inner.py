import requets


def customFunc():
    return 1
