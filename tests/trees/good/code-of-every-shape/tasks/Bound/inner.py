import functools


def customFunc(session):
    return session


customFunc = functools.partial(customFunc, "session")
