from jittask import log


def customFunc():
    log.info("%s", currentTask.args)
    return [Q for Q in currentTask.args]
