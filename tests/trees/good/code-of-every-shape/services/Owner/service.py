from services.NormalType import NormalService

from commons.dates import today


class Owner(NormalService):
    def run(self):
        return today()

    @staticmethod
    def still():
        return 2

    @classmethod
    def of_class(cls):
        return 3

    late = staticmethod(still)
