from commons.outbox import post


def customFunc():
    post("heartbeat", "the office is awake")
