"""Who is left alone for a while, and whether a target or its service is to blame."""

from notifier.dispatch.breaker import Breakers, Outage
from notifier.dispatch.suspicion import Suspicion
from notifier.model import Target

ROOM, PERSON, OTHER = Target("room", "#room"), Target("agent", "agent main/209"), Target("other", "#other")


def test_what_never_failed_is_not_held() -> None:
    breakers = Breakers()
    assert breakers.outage("room") is None
    assert breakers.failures("room") == 0
    assert breakers.until("room", "slack") == 0
    assert breakers.until() == 0


def test_an_outage_knows_since_when_how_often_why_and_until_when() -> None:
    breakers = Breakers()
    assert breakers.failed("room", "down", 10, 12) == Outage(10, 1, "down", 12)
    assert breakers.failed("room", "slow", 20, 50) == Outage(10, 2, "slow", 50)
    assert breakers.outage("room") == Outage(10, 2, "slow", 50)
    assert breakers.failures("room") == 2


def test_whoever_needs_several_waits_for_the_last_of_them() -> None:
    breakers = Breakers()
    breakers.failed("room", "down", 0, 5)
    breakers.failed("slack", "revoked", 0, 9)
    assert breakers.until("room", "slack") == 9
    assert breakers.until("room") == 5


def test_what_works_again_begins_anew() -> None:
    breakers = Breakers()
    breakers.failed("room", "down", 0, 5)
    breakers.failed("slack", "revoked", 0, 9)
    breakers.works("room", "never failed")
    assert breakers.until("room", "slack") == 9
    assert breakers.failed("room", "down", 30, 31) == Outage(30, 1, "down", 31)


def test_credentials_are_to_blame_as_long_as_nobody_is_told_with_them() -> None:
    suspicion = Suspicion()
    assert suspicion.failed("slack", PERSON, "missing_scope")
    assert suspicion.failed("slack", ROOM, "missing_scope")
    assert suspicion.failed("slack", PERSON, "missing_scope")


def test_where_others_are_told_meanwhile_the_target_is_to_blame_and_all_that_fail_likewise() -> None:
    suspicion = Suspicion()
    suspicion.failed("slack", PERSON, "missing_scope")
    suspicion.worked("slack", ROOM)
    assert not suspicion.failed("slack", PERSON, "missing_scope")
    assert not suspicion.failed("slack", OTHER, "missing_scope")
    assert suspicion.failed("slack", OTHER, "token_revoked")


def test_another_service_that_works_says_nothing_of_this_one() -> None:
    suspicion = Suspicion()
    suspicion.failed("slack", PERSON, "missing_scope")
    suspicion.worked("email", ROOM)
    assert suspicion.failed("slack", PERSON, "missing_scope")


def test_once_the_target_was_told_its_credentials_may_be_to_blame_again() -> None:
    suspicion = Suspicion()
    suspicion.failed("slack", PERSON, "missing_scope")
    suspicion.worked("slack", ROOM)
    suspicion.failed("slack", PERSON, "missing_scope")
    suspicion.worked("slack", PERSON)
    assert suspicion.failed("slack", ROOM, "missing_scope")


def test_another_reason_is_another_matter() -> None:
    suspicion = Suspicion()
    suspicion.failed("slack", PERSON, "missing_scope")
    suspicion.worked("slack", ROOM)
    assert suspicion.failed("slack", PERSON, "token_revoked")
