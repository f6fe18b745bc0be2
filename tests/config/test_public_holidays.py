"""Public holidays: of which places, on which days."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from notifier.config.public_holidays import check_place, holidays_of


@pytest.mark.parametrize("place", ["IN", "IN-TN", "US-CA", "DE-BY", "NO", "GB-ENG", "UK", "FR-Zone A"])
def test_places_that_are_known(place: str) -> None:
    check_place(place)
    assert holidays_of(place, 2026)


@pytest.mark.parametrize(
    ("place", "hint"),
    [
        ("in", "did you mean `IN`?"),
        ("IN-tn", "did you mean `IN-TN`?"),
        ("GB-XX", "there is ENG, NIR, SCT, WLS"),
        ("os", "write its two letters, like IN, or with a region IN-TN"),
        ("", "write its two letters, like IN, or with a region IN-TN"),
        ("AX-X", "write AX alone"),
        ("HolidayBase", "write its two letters, like IN, or with a region IN-TN"),
    ],
)
def test_a_place_that_is_not_known_is_refused_with_what_may_be_meant(place: str, hint: str) -> None:
    with pytest.raises(ValueError, match=r" known; | of that country; ") as caught:
        check_place(place)
    assert str(caught.value).endswith(f"; {hint}")


def test_a_country_with_many_regions_names_some() -> None:
    with pytest.raises(ValueError, match=r", …$"):
        check_place("IT-XX")


def test_a_region_has_those_of_its_country_and_its_own() -> None:
    assert holidays_of("IN", 2026) < holidays_of("IN-TN", 2026) | holidays_of("IN", 2026)
    assert date(2026, 1, 26) in holidays_of("IN", 2026)
    assert date(2026, 1, 16) in holidays_of("IN-TN", 2026)
    assert date(2026, 1, 16) not in holidays_of("IN", 2026)


def test_only_public_holidays_count() -> None:
    assert date(2026, 4, 5) not in holidays_of("IN", 2026)  # Easter Sunday is an optional one there


@pytest.mark.parametrize("year", [2, 1999, 2036, 2099, 9998])
def test_years_of_which_little_is_known_are_no_failure(year: int) -> None:
    """A warning would be an error here."""
    assert all(day.year == year for day in holidays_of("IN", year))


def test_they_may_be_asked_for_in_several_threads() -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda year: holidays_of("IN-KA", 2050 + year % 4), range(64)))
    assert [len(days) for days in found[:4]] == [len(days) for days in found[-4:]]


@pytest.mark.parametrize("place", ["${COUNTRY}", "IN-XX", ""])
def test_a_place_that_nobody_knows_has_none(place: str) -> None:
    assert holidays_of(place, 2026) == frozenset()
