import functools


@functools.cache
def work():
    return 1
