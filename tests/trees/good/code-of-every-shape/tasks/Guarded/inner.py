try:
    from commons.missing import fast as work
except ImportError:
    from commons.dates import today as work


def customFunc():
    return work()
