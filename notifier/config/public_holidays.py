"""Public holidays of countries and their regions, from the `holidays` package.

It knows the public ones (not bank, school or optional holidays), on the days on which they are observed.
Those of some calendars (Hindu, Islamic) are known for some years ahead only, and may be off by a day.
"""

import warnings
from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from threading import Lock

_MOST = 60  # regions that are named; only a few countries have more
_ONE_AT_A_TIME = Lock()
"""Filters of warnings belong to the process, and the store has a thread of its own."""


def check_place(text: str) -> None:
    """Is the place known: "IN", or with its region "IN-TN"?

    Raises:
        ValueError: it is not.
    """
    from holidays.registry import EntityLoader  # noqa: PLC0415 - slow to import, and rarely needed

    country, dash, region = text.partition("-")
    countries = set(EntityLoader.get_country_codes())
    if country not in countries:
        hint = _meant(text, countries) or "write its two letters, like IN, or with a region IN-TN"
        raise ValueError(f"not a country whose holidays are known; {hint}")
    regions = _regions(country)
    if dash and region not in regions:
        raise ValueError(f"not a region of that country; {_regions_meant(country, region.upper(), regions)}")


def _meant(text: str, countries: Collection[str]) -> str:
    """What was written in another case, with its region where that is known, too; "" where it is none."""
    country, _, region = text.upper().partition("-")
    if country not in countries:
        return ""
    return (
        f"did you mean `{country}-{region}`?" if region in _regions(country) else f"did you mean `{country}`?"
    )


def _regions(country: str) -> Sequence[str]:
    import holidays  # noqa: PLC0415 - slow to import, and only some calendars have holidays

    regions: tuple[str, ...] = getattr(holidays, country).subdivisions
    return regions


def _regions_meant(country: str, region: str, regions: Sequence[str]) -> str:
    if region in regions:
        return f"did you mean `{country}-{region}`?"
    more = ", …" if len(regions) > _MOST else ""
    return f"there is {', '.join(regions[:_MOST])}{more}" if regions else f"write {country} alone"


@lru_cache(maxsize=64)
def holidays_of(place: str, year: int) -> frozenset[date]:
    """The public holidays of a year.

    Args:
        place: as it is written; one that is not known, or still a `${…}`, has none.
        year: likewise.
    """
    import holidays  # noqa: PLC0415 - slow to import, and only some calendars have holidays

    country, _, region = place.partition("-")
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of years for which it knows only some
        try:
            return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
        except NotImplementedError:
            return frozenset()
