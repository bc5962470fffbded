from commons.outbox import post
from services.NormalType import NormalService

from jittask import app


class ReportSvc(NormalService):
    """Reports that several tasks ask for."""

    def weekly(self):
        return self._report("weekly")

    def monthly(self):
        return self._report("month-end")

    def _report(self, kind):
        waiting = app.getElement("models.Invoice").count({"status": "open"})
        post("report", f"{kind} report: {waiting} invoices are open")
        return {"open": waiting}
