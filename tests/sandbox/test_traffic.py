import random
from collections import Counter
from itertools import islice, pairwise
from typing import Any

import phonenumbers
import pytest

from notifier.sandbox.calls import SandboxCall
from notifier.sandbox.traffic import HOSTILE_NAMES, NAMES, traffic

START = 1_790_000_000_000
EXTENSIONS = ("209", "210", "211", "1203")


def some(count: int = 2000, seed: int = 1, **options: Any) -> list[SandboxCall]:
    settings: dict[str, Any] = {"per_minute": 30, "start": START} | options
    return list(islice(traffic(random.Random(seed), EXTENSIONS, **settings), count))


def test_the_same_random_gives_the_same_calls() -> None:
    assert some(100) == some(100)
    assert some(100) != some(100, seed=2)


def test_calls_are_placed_one_after_the_other_after_the_start() -> None:
    times = [call.placed_at for call in some()]
    assert times[0] > START
    assert all(earlier < later for earlier, later in pairwise(times))


@pytest.mark.parametrize("per_minute", [0.5, 30, 600])
def test_the_rate_is_that_asked_for(per_minute: float) -> None:
    calls = some(per_minute=per_minute)
    minutes = (calls[-1].placed_at - START) / 60_000
    assert len(calls) / minutes == pytest.approx(per_minute, rel=0.1)


def test_a_rate_of_nothing_gives_no_calls() -> None:
    assert some(per_minute=0) == []


def test_the_first_extensions_miss_more_so_that_thresholds_are_reached() -> None:
    misses = Counter(call.extension for call in some())
    assert [extension for extension, _ in misses.most_common()] == list(EXTENSIONS)
    assert misses["209"] > 3 * misses["1203"] > 0


def test_customers_repeat_with_and_without_their_country_code() -> None:
    forms: dict[str, set[int]] = {}
    for call in some():
        forms.setdefault(call.customer[-10:], set()).add(len(call.customer))
    assert len(forms) <= 40
    assert all(lengths == {10, 12} for lengths in forms.values())


def test_every_number_is_a_valid_indian_mobile_number() -> None:
    for number in {call.customer for call in some()}:
        parsed = phonenumbers.parse(number, "IN")
        assert phonenumbers.is_valid_number_for_region(parsed, "IN")
        assert phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE


def test_records_appear_within_the_lateness_asked_for() -> None:
    lateness = {call.visible_at - call.placed_at for call in some(lateness=(100, 300))}
    assert min(lateness) >= 100
    assert max(lateness) <= 300
    assert len(lateness) > 100


def test_names_are_unknown_or_plain_unless_hostile_ones_are_asked_for() -> None:
    names = {call.name for call in some()}
    assert "unknown" in names
    assert names <= {"unknown", *NAMES}


def test_hostile_names_come_now_and_then_where_they_are_asked_for() -> None:
    hostile = [call for call in some(hostile=True) if call.name in HOSTILE_NAMES]
    assert 0 < len(hostile) < 1000


def test_one_customer_keeps_one_name() -> None:
    names: dict[str, set[str]] = {}
    for call in some(hostile=True):
        names.setdefault(call.customer[-10:], set()).add(call.name)
    assert all(len(given) == 1 for given in names.values())
