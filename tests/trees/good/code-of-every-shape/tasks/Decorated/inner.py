import functools


def with_session(function):
    @functools.wraps(function)
    def given(*args):
        return function("session", *args)

    return given


@with_session
def customFunc(session):
    return session
