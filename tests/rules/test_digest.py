"""When a digest is due, against a clock that is looked at each minute."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config.digests import Digest
from notifier.rules.digest import Schedule, schedule_of

MINUTE = 60_000  # ms
DAY = 24 * 60 * MINUTE
MANY = 10_000


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def schedule(*at: str, days: str | list[str] = "mon-sun", zone: str = "Asia/Kolkata") -> Schedule:
    digest = Digest.model_validate({"name": "d", "at": list(at), "days": days, "notify": "room"})
    return schedule_of(digest, ZoneInfo(zone))


# Around these instants the clocks of their zones are set: by an hour, half an hour, over midnight, by a day.
EDGES = {
    "Europe/Berlin in spring": ("Europe/Berlin", "2026-03-29T01:00:00+00:00"),
    "Europe/Berlin in autumn": ("Europe/Berlin", "2026-10-25T01:00:00+00:00"),
    "America/New_York in spring": ("America/New_York", "2026-03-08T07:00:00+00:00"),
    "America/New_York in autumn": ("America/New_York", "2026-11-01T06:00:00+00:00"),
    "Australia/Lord_Howe in spring": ("Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
    "Australia/Lord_Howe in autumn": ("Australia/Lord_Howe", "2026-04-04T15:00:00+00:00"),
    "America/Sao_Paulo at midnight": ("America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),
    "America/Sao_Paulo back over midnight": ("America/Sao_Paulo", "2018-02-18T02:00:00+00:00"),
    "Pacific/Apia without a Friday": ("Pacific/Apia", "2011-12-30T10:00:00+00:00"),
    "Asia/Kolkata over a leap day": ("Asia/Kolkata", "2028-02-29T12:00:00+00:00"),
}


@cache
def walls(edge: str) -> list[tuple[int, datetime]]:
    """Each minute of some days around an edge, with what a clock on the wall shows."""
    zone_name, instant = EDGES[edge]
    zone = ZoneInfo(zone_name)
    begin = datetime.fromisoformat(instant).astimezone(UTC) - timedelta(days=4)
    moments = (begin + timedelta(minutes=minute) for minute in range(8 * 24 * 60))
    return [
        (round(moment.timestamp() * 1000), moment.astimezone(zone).replace(tzinfo=None)) for moment in moments
    ]


def looked_at(edge: str, plan: Schedule) -> list[int]:
    """The first minute at which the clock shows each of the times, or has skipped it."""
    minutes = walls(edge)
    days = sorted({wall.date() for _, wall in minutes})
    wanted = [
        datetime.combine(days[0] + timedelta(days=number), at)
        for number in range((days[-1] - days[0]).days + 1)
        for at in plan.times
        if (days[0] + timedelta(days=number)).weekday() in plan.weekdays
    ]
    begin, end = minutes[0][1], max(wall for _, wall in minutes)
    found = {next(at for at, wall in minutes if wall >= each) for each in wanted if begin < each < end}
    return sorted(found)


times = st.lists(st.integers(0, 24 * 60 - 1), min_size=1, max_size=4).map(
    lambda minutes: [f"{minute // 60:02}:{minute % 60:02}" for minute in minutes]
)
night = st.lists(st.integers(0, 16), min_size=1, max_size=4).map(
    lambda quarters: [f"{quarter // 4:02}:{quarter % 4 * 15:02}" for quarter in quarters]
)
days = st.sampled_from(["mon-sun", "mon-sat", "sat-mon", "fri", "sun"])


@pytest.mark.parametrize("edge", EDGES)
@given(at=times | night, on=days)
@settings(deadline=None, max_examples=20)
def test_it_is_due_in_the_minute_in_which_a_clock_on_the_wall_says_so(
    edge: str, at: list[str], on: str
) -> None:
    plan = schedule(*at, days=on, zone=EDGES[edge][0])
    begin, end = walls(edge)[0][0] + DAY, walls(edge)[-1][0] - DAY
    expected = [due for due in looked_at(edge, plan) if begin < due <= end]
    assert plan.between(begin, end, MANY) == expected[::-1]
    assert plan.between(begin, end, 2) == expected[::-1][:2]
    for earlier, later in pairwise(expected):
        assert plan.after(earlier) == plan.after(later - 1) == later
        assert plan.before(later) == plan.before(earlier + 1) == earlier


@pytest.mark.parametrize(
    ("zone", "at", "due"),
    [
        ("Europe/Berlin", "02:30", "2026-03-29T03:00:00+02:00"),
        ("America/Sao_Paulo", "00:00", "2018-11-04T01:00:00-02:00"),
        ("Pacific/Apia", "12:00", "2011-12-31T00:00:00+14:00"),
        ("Australia/Lord_Howe", "02:10", "2026-10-04T02:30:00+11:00"),
    ],
)
def test_a_time_that_the_clocks_skip_is_due_when_they_have_skipped_it(zone: str, at: str, due: str) -> None:
    assert ms(due) in schedule(at, zone=zone).between(ms(due) - DAY // 2, ms(due), MANY)


def test_a_time_that_comes_twice_is_due_the_first_time() -> None:
    found = schedule("02:30", zone="Europe/Berlin").between(
        ms("2026-10-25T00:00:00+02:00"), ms("2026-10-26T00:00:00+01:00"), MANY
    )
    assert found == [ms("2026-10-25T02:30:00+02:00")]


def test_two_times_that_the_clocks_skip_together_are_due_once() -> None:
    found = schedule("02:15", "02:45", zone="Europe/Berlin").between(
        ms("2026-03-29T00:00:00+01:00"), ms("2026-03-30T00:00:00+02:00"), MANY
    )
    assert found == [ms("2026-03-29T03:00:00+02:00")]


def test_a_digest_without_a_zone_has_that_of_the_configuration() -> None:
    given = {"name": "d", "at": "18:30", "notify": "room"}
    own = Digest.model_validate({**given, "timezone": "Asia/Dubai"})
    assert schedule_of(own, ZoneInfo("Asia/Kolkata")).zone.key == "Asia/Dubai"
    assert schedule_of(Digest.model_validate(given), ZoneInfo("Asia/Kolkata")).zone.key == "Asia/Kolkata"


def test_equal_schedules_are_called_the_same_however_they_are_written() -> None:
    assert str(schedule("18:30", "09:00", "9:00", days=["mon-wed", "sat"])) == (
        "09:00,18:30 on 0,1,2,5 in Asia/Kolkata"
    )
    assert str(schedule("18:30")) != str(schedule("18:30", zone="UTC")) != str(schedule("18:31", zone="UTC"))


def test_a_week_between_two_of_them_is_covered() -> None:
    plan = schedule("00:00", days="wed", zone="UTC")
    wednesday = ms("2026-09-23T00:00:00+00:00")
    assert (plan.before(wednesday), plan.after(wednesday)) == (wednesday - 7 * DAY, wednesday + 7 * DAY)
