"""Any calendar in any zone, against hours that are worked out minute by minute."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.rules.calendar import compile_hours
from tests.support.minutes import MINUTE, Minutes, Plan, Span

AROUND = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that there was not
    ("America/St_Johns", date(2010, 11, 7)),  # from 00:01 to 23:01 of the day before
    ("America/Sao_Paulo", date(2018, 2, 18)),  # from midnight to 23:00
    ("America/Sao_Paulo", date(2018, 11, 4)),  # a day without a midnight
    ("Africa/Casablanca", date(2026, 2, 15)),  # back for Ramadan
    ("Antarctica/Troll", date(2026, 3, 29)),  # by two hours
    ("Asia/Kolkata", date(2026, 9, 21)),
    ("Asia/Kolkata", date(2027, 1, 1)),
    ("Asia/Kathmandu", date(2028, 2, 29)),
    ("UTC", date(2028, 2, 29)),
]
"""Where clocks are put forward or back, and where they are not."""

LOOKED_AT = 4  # days
TIMES = st.integers(0, 95).map(lambda quarter: quarter * 15) | st.integers(0, 1439)
NIGHT = st.sampled_from([0, 30, 60, 90, 105, 120, 150, 180, 1350, 1380, 1410])


@st.composite
def spans(draw: st.DrawFn) -> Span:
    begins = draw(NIGHT | TIMES)
    ends = draw((NIGHT | TIMES | st.just(1440)).filter(lambda end: end != begins))
    return begins, ends


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, Minutes]:
    zone, around = draw(st.sampled_from(AROUND))
    nearby = st.integers(-3, 4).map(lambda days: around + timedelta(days=days))
    plan = Plan(
        zone=zone,
        days=sorted(draw(st.sets(st.integers(0, 6), min_size=1) | st.just(set(range(7))))),
        spans=draw(st.lists(spans(), min_size=1, max_size=4)),
        closed=draw(st.lists(nearby, max_size=2)),
        exceptions=draw(st.dictionaries(nearby, st.lists(spans(), max_size=2), max_size=2)),
    )
    return plan, Minutes(plan, around - timedelta(days=2), LOOKED_AT)


WITHIN = LOOKED_AT * 1440 * MINUTE
INSTANTS = st.integers(0, WITHIN - 1) | st.integers(0, WITHIN // MINUTE - 1).map(
    lambda minute: minute * MINUTE
)


@given(
    found=plans(),
    instants=st.lists(INSTANTS, min_size=8, max_size=8),
    lengths=st.lists(st.integers(0, WITHIN), min_size=8, max_size=8),
)
@settings(deadline=None, max_examples=40)
def test_hours_are_those_of_every_minute(
    found: tuple[Plan, Minutes], instants: list[int], lengths: list[int]
) -> None:
    plan, minutes = found
    hours = compile_hours(plan.calendar(), ZoneInfo(plan.zone))
    start = minutes.start
    for minute in range(start, minutes.end, MINUTE):
        assert hours.is_open(minute) is minutes.is_open(minute)
    for instant, length in zip(instants, lengths, strict=True):
        at = start + instant
        assert hours.is_open(at) is minutes.is_open(at)
        until = min(at + length, minutes.end)
        assert hours.open_between(at, until) == minutes.open_between(at, until)
        for expected, said in (
            (minutes.opens_at(at), hours.opens_at(at)),
            (minutes.after(at, length // 3), hours.after(at, length // 3)),
            (minutes.opens_at(at), hours.after(at, 0)),
        ):
            if expected is None:
                assert said is None or said >= minutes.end
            else:
                assert said == expected


@given(found=plans(), instant=INSTANTS, length=st.integers(1, 400 * WITHIN))
@settings(deadline=None, max_examples=40)
def test_what_comes_after_is_just_so_much_open_time_away(
    found: tuple[Plan, Minutes], instant: int, length: int
) -> None:
    plan, minutes = found
    hours = compile_hours(plan.calendar(), ZoneInfo(plan.zone))
    start = minutes.start + instant
    end = hours.after(start, length)
    if end is not None:
        assert hours.open_between(start, end) == length
        assert hours.open_between(start, end - 1) == length - 1


@given(found=plans(), instant=INSTANTS, length=st.integers(0, 20 * WITHIN) | st.integers(0, WITHIN))
@settings(deadline=None, max_examples=60)
def test_it_is_never_open_for_longer_than_its_configuration_may_be(
    found: tuple[Plan, Minutes], instant: int, length: int
) -> None:
    plan, minutes = found
    calendar, at = plan.calendar(), minutes.start + instant
    hours = compile_hours(calendar, ZoneInfo(plan.zone))
    assert hours.open_between(at, at + length) <= calendar.most_open(length) <= length
