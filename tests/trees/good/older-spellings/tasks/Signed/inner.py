def main(app, taskInstance, rowData):
    return 1
