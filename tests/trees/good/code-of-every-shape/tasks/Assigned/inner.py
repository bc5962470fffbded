import functools

if True:
    customFunc = functools.partial(print, "x")
