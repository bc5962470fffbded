def main(app, taskInstance):
    return 1
