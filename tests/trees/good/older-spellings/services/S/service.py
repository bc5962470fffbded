class S:
    def of(self, row):
        return 1
