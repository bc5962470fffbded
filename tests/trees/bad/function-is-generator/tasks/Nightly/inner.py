def customFunc():
    yield 1
