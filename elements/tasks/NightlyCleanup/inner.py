from datetime import date, timedelta

from commons.outbox import post

from jittask import Q, app


def customFunc():
    """Remove contracts that ended more than a year ago."""
    year_ago = date.today() - timedelta(days=365)
    removed = app.getElement("models.Contract").delete(Q("expiryDate", "<", year_ago))
    post("clean-up", f"{removed} old contracts removed")
    return removed
