"""The ledger itself: a lost, a doubled, a late and a stray telling are each found."""

from tests.fault.ledger import Ledger, Telling


def a_ledger(**instead: tuple[str, ...]) -> Ledger:
    ledger = Ledger(instead)
    ledger.owe("Ann", ("room", "lead"), since=1_000)
    ledger.owe("Bob", ("room",), since=2_000)
    return ledger


ALL = [Telling("Ann", "room", 1_500), Telling("Ann", "lead", 4_000), Telling("Bob", "room", 2_100)]


def test_what_was_told_once_to_everybody_is_neither_lost_nor_doubled() -> None:
    found = a_ledger().reckon(ALL)
    assert (found.due, found.lost, found.doubled, found.stray) == (3, (), {}, ())
    assert found.worst == {"room": 500, "lead": 3_000}
    assert found.worst_of_all == 3_000


def test_what_nobody_was_told_is_lost() -> None:
    found = a_ledger().reckon(ALL[1:])
    assert found.lost == (("Ann", "room"),)
    assert a_ledger().untold(ALL[1:]) == {("Ann", "room")}


def test_every_telling_beyond_the_first_is_doubled_and_the_first_counts_for_the_delay() -> None:
    more = [Telling("Bob", "room", 9_000, "m1"), Telling("Bob", "room", 8_000, "m2")]
    found = a_ledger().reckon([*ALL, *more, Telling("Ann", "room", 8_000, "m2")])
    assert found.doubled == {("Bob", "room"): 2, ("Ann", "room"): 1}
    assert found.repeats == {"room": 2}
    assert found.worst["room"] == 500


def test_whoever_was_not_to_hear_of_it_is_found() -> None:
    assert a_ledger().reckon([*ALL, Telling("Bob", "lead", 1)]).stray == (("Bob", "lead"),)


def test_a_substitute_will_do_and_both_are_one_too_many() -> None:
    told = [*ALL[:2], Telling("Bob", "fallback", 2_300)]
    found = a_ledger(room=("fallback",)).reckon(told)
    assert (found.lost, found.doubled, found.stray) == ((), {}, ())
    assert found.worst["room"] == 500
    found = a_ledger(room=("fallback",)).reckon([*told, ALL[2]])
    assert found.doubled == {("Bob", "fallback"): 1}


def test_a_substitute_stands_in_for_several_at_once() -> None:
    ledger = a_ledger(room=("ops",), lead=("ops",))
    found = ledger.reckon([Telling("Ann", "ops", 1_900), ALL[2]])
    assert (found.lost, found.doubled, found.stray) == ((), {}, ())
    assert found.worst == {"room": 900, "lead": 900}


def test_a_substitute_that_is_owed_the_call_itself_hears_of_it_once() -> None:
    found = a_ledger(room=("lead",)).reckon([*ALL[1:]])
    assert (found.lost, found.doubled, found.stray) == ((), {}, ())
