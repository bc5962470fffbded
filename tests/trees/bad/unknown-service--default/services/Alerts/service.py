def failed(run):
    pass
