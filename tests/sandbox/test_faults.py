import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.sandbox.faults import Chance, Fault, parse_faults, striking


def test_faults_are_read_with_a_probability_a_count_or_neither() -> None:
    assert parse_faults("http-500:0.2, html:3,short-pages,drop:.5") == (
        Chance(Fault.HTTP_500, probability=0.2),
        Chance(Fault.HTML, every=3),
        Chance(Fault.SHORT_PAGES),
        Chance(Fault.DROP, probability=0.5),
    )


def test_an_empty_text_is_no_fault() -> None:
    assert parse_faults("") == parse_faults(" , ") == ()


def test_every_fault_can_be_named() -> None:
    assert [chance.fault for chance in parse_faults(",".join(Fault))] == list(Fault)


@pytest.mark.parametrize(
    "text", ["http-501", "html,oops:0.2", "HTML", "html:0", "html:1.5", "html:-1", "html:", ":3"]
)
def test_what_is_not_a_fault_is_refused_with_the_known_names(text: str) -> None:
    with pytest.raises(ValueError, match=r"known faults: http-500, http-429, html.*, drop"):
        parse_faults(text)


@given(st.text())
@settings(deadline=None)
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    reason = ""
    chances: tuple[Chance, ...] = ()
    try:
        chances = parse_faults(text)
    except ValueError as error:
        reason = str(error)
    assert "known faults" in reason or not reason
    assert all(chance.every >= 1 and 0 <= chance.probability <= 1 for chance in chances)


def test_a_fault_without_a_chance_always_strikes() -> None:
    chance = Chance(Fault.HTML)
    assert all(chance.strikes(nth, random.Random(nth)) for nth in range(1, 100))


def test_a_counted_fault_strikes_on_every_nth_request() -> None:
    struck = [bool(striking((Chance(Fault.HTML, every=3),), nth, random.Random(1))) for nth in range(1, 8)]
    assert struck == [False, False, True, False, False, True, False]


def test_a_probable_fault_strikes_about_that_often_and_the_same_way_again() -> None:
    def strikes() -> list[bool]:
        rng = random.Random(5)
        return [Chance(Fault.HTML, probability=0.2).strikes(nth, rng) for nth in range(1, 1001)]

    assert sum(strikes()) == pytest.approx(200, rel=0.25)
    assert strikes() == strikes()


def test_several_faults_may_strike_at_once() -> None:
    chances = parse_faults("shuffled,lying-count,html:2")
    assert striking(chances, 1, random.Random(1)) == {Fault.SHUFFLED, Fault.LYING_COUNT}
