class Reports:
    def weekly(self):
        return 1

    def one(self, rowData):
        return 2
