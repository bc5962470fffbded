def customFunc(days=7):
    return days
