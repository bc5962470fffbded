def run():
    return 1


def of(row):
    return 2
