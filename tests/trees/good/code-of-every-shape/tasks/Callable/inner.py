class customFunc:
    def __init__(self):
        self.done = True
