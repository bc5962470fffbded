def custumFunc():
    return 1
