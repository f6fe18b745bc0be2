"""Guesses and words for people."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from notifier.config.meant import meant, meant_or_listed
from notifier.config.messages import fields_at, findings_of
from notifier.config.places import Finding, Places, Spot, dotted, shown
from notifier.config.values import Resolved


@pytest.mark.parametrize(
    ("path", "some"),
    [
        ((), {"telecmi", "rules", "agents"}),
        (("telecmi",), {"accounts", "poll"}),
        (("telecmi", "accounts", 3), {"name", "secret"}),
        (("agents", "main/209"), {"team", "slack"}),
        (("receivers", "x", "slack"), {"to", "webhook_url"}),
        (("rules", 0), {"match", "within"}),
        (("rules", 0, "match", "not", "not"), {"not", "team"}),
        (("rules", 0, "levels", 1), {"count", "severity", "notify"}),
        (("store", "keep"), {"calls", "alerts"}),
        (("web",), {"listen"}),
    ],
)
def test_the_keys_of_every_mapping_are_known(path: tuple[str | int, ...], some: set[str]) -> None:
    assert some <= set(fields_at(path))
    assert "not_" not in fields_at(path)


def test_a_kind_of_error_without_words_of_its_own_shows_no_value() -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter[Any](bytes).validate_python(["hunter2"])
    assert findings_of(raised.value) == [Finding((), "it is not valid")]


def test_what_is_close_is_suggested() -> None:
    assert meant("withn", ["within", "wait"]) == "did you mean `within`?"
    assert meant("WITHIN", ["within"]) == "did you mean `within`?"
    assert meant("zzz", ["within"]) == ""
    assert meant(5, ["5"]) == ""
    assert meant("x" * 61, ["x" * 60]) == ""


def test_what_may_be_secret_is_never_suggested() -> None:
    candidates = [Resolved("hunter2"), "hook:hunter2", "x" * 100]
    assert meant("hunter2", candidates) == ""
    assert meant_or_listed("hunter", candidates) == ""


def test_where_nothing_is_close_all_are_named_unless_there_are_many() -> None:
    assert meant_or_listed("zzz", ["b", "a"]) == "there is a, b"
    assert meant_or_listed("zzz", []) == ""
    many = meant_or_listed("zzz", [f"name{n:02}" for n in range(20)])
    assert many.endswith("name11, …")
    assert meant_or_listed("name99", ["name98"]) == "did you mean `name98`?"


def test_a_key_is_cut_where_it_stops_looking_like_one() -> None:
    assert shown("main/209") == "main/209"
    assert shown("secret:hunter2") == "secret…"
    assert shown("\x1b[31m") == "…"
    assert shown("x" * 100) == "x" * 60 + "…"
    assert dotted(("rules", 0, "a\nb")) == "rules.0.a…"


def test_a_finding_of_no_known_place_points_at_the_beginning() -> None:
    places = Places("c.yaml")
    assert places.spot(Finding(("a", 0), "")) == Spot(1, 1)
    assert places.spot(Finding(("a",), "", spot=Spot(5, 6))) == Spot(5, 6)
