"""Working days and holidays, by the ``holidays`` package (rule T8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

from jittask.schedule.calendar_days import KnownDays, KnownYear, KnownYears
from jittask.schedule.cycle import LAST_YEAR
from jittask.schedule.day_bits import first_day, last_day
from jittask.schedule.problems import Mistake

if TYPE_CHECKING:
    from holidays import HolidayBase

_DAY = timedelta(days=1)
_ISO_LETTERS = 2
_LISTED = 8
_CHINA = "CN"
_ENGLISH = "en_US"
SEARCH_DAYS = 400
"""How far a working day is looked for (T9)."""


@dataclass(frozen=True)
class Calendar:
    """Says of each day whether it is a holiday, a weekend day, a working day."""

    label: str
    country: str | None = None
    subdivision: str | None = None
    market: str | None = None
    extra_holidays: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()

    @classmethod
    def from_config(cls, config: str | Mapping[str, object]) -> Calendar:
        """Make a calendar from its configuration, or one of its short forms.

        Raises Mistake, its pointer starting inside the configuration.
        """
        if isinstance(config, str):
            return cls.from_config(_long_form(config))
        country, market = config.get("country"), config.get("market")
        subdivision = config.get("subdivision")
        off = _dates(config, "extraHolidays")
        on = _dates(config, "extraWorkdays")
        for day in sorted(off & on):
            raise Mistake(
                "calendar-date-in-both-lists",
                ("extraWorkdays",),
                f"{day} is both an extra holiday and an extra workday",
                "keep it in one of the lists",
            )
        if country and market:
            raise Mistake("unknown-calendar", ("market",), "expected a country or a market", None)
        if market:
            _check_market(str(market))
        if country:
            _check_country(str(country), str(subdivision) if subdivision else None)
        if not country and not market and not off and not on:
            raise Mistake("unknown-calendar", (), "a calendar names a country or a market", None)
        label = str(market or (f"{country}-{subdivision}" if subdivision else country or "extras"))
        return _shared(
            cls(
                label,
                str(country) if country else None,
                str(subdivision) if country and subdivision else None,
                str(market) if market else None,
                off,
                on,
            )
        )

    @cached_property
    def base(self) -> HolidayBase | None:
        """What the package knows of it; made when it is first asked, for it is large."""
        if self.country is None and self.market is None:
            return None
        from holidays import country_holidays, financial_holidays

        if self.market is not None:
            made = partial(financial_holidays, self.market)
        else:
            assert self.country is not None
            made = partial(country_holidays, self.country, subdiv=self.subdivision)
        known = made()
        spoken = known.supported_languages
        # names would be in the language of the process's locale, if that is one of them
        return made(language=_ENGLISH if _ENGLISH in spoken else known.default_language)

    def holiday_name(self, day: date) -> str | None:
        """Return the name of the holiday that ``day`` is, or None."""
        return self._days[day].holiday

    def is_holiday(self, day: date) -> bool:
        """Whether ``day`` is a legal holiday (of a market: a day without trading, named or not)."""
        known = self._days[day]
        return known.holiday is not None or (self.market is not None and known.weekend)

    def is_weekend(self, day: date) -> bool:
        """Whether ``day`` is a weekend day that is not worked."""
        return self._days[day].weekend

    def is_working_day(self, day: date) -> bool:
        """Whether people work on ``day``."""
        return self._days[day].worked

    def seek(self, day: date, step: int) -> date | None:
        """Return the first working day after (1) or before (-1) ``day``, or None."""
        far = day + step * SEARCH_DAYS * _DAY
        if step > 0:
            found = first_day(self.worked, day + _DAY, far.year)
            return None if found is None or found > far else found
        found = last_day(self.worked, day - _DAY, far.year)
        return None if found is None or found < far else found

    def year(self, year: int) -> KnownYear:
        """Return what it says of each day of a year."""
        return self._years[year]

    def worked(self, year: int) -> int:
        """Return the working days of a year, as bits."""
        return self._years[year].worked

    @property
    def registered(self) -> str | None:
        """The package's name of the country or market, such as ``NewYorkStockExchange``."""
        from holidays.registry import COUNTRIES, FINANCIAL

        code = self.country or self.market
        for names in (*COUNTRIES.values(), *FINANCIAL.values()):
            if code in names:
                return names[0]
        return None

    @cached_property
    def known_until(self) -> date | None:
        """The last day whose holidays are announced, or can be computed; None where all are.

        China announces its make-up days each autumn for the year to come.
        """
        if self.base is None:
            return None
        announced = getattr(self.base, "special_public_holidays", None)
        if self.country == _CHINA and announced:
            return date(max(announced), 12, 31)
        return date(self.computed_until, 12, 31)

    @property
    def computed_until(self) -> int:
        """The last year whose holidays are known or can be computed."""
        return LAST_YEAR if self.base is None else int(self.base.end_year)

    @cached_property
    def _days(self) -> KnownDays:
        return KnownDays(self)

    @cached_property
    def _years(self) -> KnownYears:
        return KnownYears(self, self._days)


@lru_cache(maxsize=64)
def _shared(calendar: Calendar) -> Calendar:
    """Return the first calendar equal to this one, so that its days are found once."""
    return calendar


def announced(label: str, known: date) -> str:
    """Say how far a calendar's days off are known (T8)."""
    return f"{label}: days off are announced up to {known}, later ones are computed"


def edition() -> str:
    """Return the version of the ``holidays`` package, whose days these are."""
    from importlib.metadata import version  # late: it reads mail headers, of all things

    return version("holidays")


def _long_form(text: str) -> dict[str, object]:
    """Expand ``CN``, ``US-CA`` and ``XNYS``."""
    country, dash, subdivision = text.partition("-")
    if dash:
        return {"country": country, "subdivision": subdivision}
    if country in _markets() and country not in _countries():
        return {"market": country}
    return {"country": country}


def _check_country(code: str, subdivision: str | None) -> None:
    if code not in _countries():
        raise Mistake(
            "unknown-calendar",
            ("country",),
            f"expected a country code such as CN, US or DE, got {code!r}",
            "the code is ISO 3166's, in capitals; a market is its MIC, such as XNYS",
        )
    if subdivision is None:
        return
    from holidays import country_holidays

    try:
        country_holidays(code, subdiv=subdivision)
    except NotImplementedError:
        known = country_holidays(code).subdivisions
        listed = ", ".join(known[:_LISTED]) or "none"
        raise Mistake(
            "unknown-calendar",
            ("subdivision",),
            f"{code} has no subdivision {subdivision!r}",
            f"it has: {listed}{' …' if len(known) > _LISTED else ''}",
        ) from None


def _check_market(code: str) -> None:
    if code not in _markets():
        raise Mistake(
            "unknown-calendar",
            ("market",),
            f"expected a market code such as XNYS, got {code!r}",
            "the code is the market's MIC",
        )


def _countries() -> frozenset[str]:
    """Return the codes of two letters; the package's own list would import every country."""
    from holidays.registry import COUNTRIES

    codes = (code for names in COUNTRIES.values() for code in names)
    return frozenset(code for code in codes if len(code) == _ISO_LETTERS)


def _markets() -> frozenset[str]:
    from holidays.registry import FINANCIAL

    return frozenset(code for names in FINANCIAL.values() for code in names if code.isupper())


def _dates(config: Mapping[str, object], key: str) -> frozenset[date]:
    listed = config.get(key) or ()
    if not isinstance(listed, list | tuple):
        raise Mistake("bad-date", (key,), f"{key}: expected a list of dates", None)
    found: set[date] = set()
    for at, text in enumerate(listed):
        try:
            found.add(date.fromisoformat(str(text)))
        except ValueError:
            raise Mistake(
                "bad-date", (key, at), f"expected a date such as 2026-05-06, got {text!r}", None
            ) from None
    return frozenset(found)
