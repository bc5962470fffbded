from commons.datetime import today


def customFunc():
    return today()
