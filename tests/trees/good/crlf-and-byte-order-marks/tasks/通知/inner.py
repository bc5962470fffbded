def customFunc():
    return ' '
