from commons.dates import today


def customFunc():
    return today()
