from jittask import app


def customFunc():
    标题, 服务 = 1, app.getElement('services.Reports')
    return 服务.weekly()
