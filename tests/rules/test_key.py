"""What a rule keeps apart."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config import Agent
from notifier.model import Call
from tests.support.rulebook import compiled
from tests.support.sample import a_call

AGENTS = {"209": Agent(team="sales"), "210": Agent(team="sales"), "other/209": Agent(team="support")}


@pytest.mark.parametrize(
    ("per", "key"),
    [
        ("call", "call=main/out_missed/5d9df5607a2b952710b030dc"),
        ("customer", "customer=+919812345678"),
        ("extension", "extension=main/209"),
        ("team", "team=sales"),
        ("account", "account=main"),
        (["extension", "customer"], "extension=main/209&customer=+919812345678"),
        (["team", "account", "customer"], "team=sales&account=main&customer=+919812345678"),
    ],
)
def test_a_key_says_what_the_calls_have_in_common(per: str | list[str], key: str) -> None:
    assert compiled(AGENTS, per=per).key(a_call()) == key


@pytest.mark.parametrize(
    ("per", "same", "other"),
    [
        ("call", {"name": "Asha"}, {"id": "another"}),
        ("call", {"extension": "210"}, {"account": "other"}),
        ("customer", {"account": "other", "extension": "1"}, {"customer": "+919812345679"}),
        ("extension", {"customer": "+1"}, {"account": "other"}),
        ("extension", {"id": "another"}, {"extension": "0209"}),
        ("team", {"extension": "210"}, {"account": "other"}),
        ("account", {"extension": "210", "customer": "+1"}, {"account": "other"}),
        (["extension", "customer"], {"id": "another"}, {"customer": "+1"}),
        (["extension", "customer"], {"name": "Asha"}, {"account": "other"}),
    ],
)
def test_calls_that_share_what_the_rule_names_share_a_key(
    per: str | list[str], same: dict[str, str], other: dict[str, str]
) -> None:
    key = compiled(AGENTS, per=per).key
    assert key(a_call(**same)) == key(a_call())
    assert key(a_call(**other)) != key(a_call())


DIMENSIONS = ("customer", "extension", "account", "team")
NASTY = st.text(alphabet="&%=/26543customerxnuat", max_size=12)
CALLS = st.builds(
    lambda account, extension, customer: a_call(account=account, extension=extension, customer=customer),
    NASTY.map(lambda text: text.replace("/", "")),
    NASTY,
    NASTY,
)


def _shared(call: Call, dimension: str) -> tuple[str, ...]:
    return {
        "customer": (call.customer,),
        "extension": (call.account, call.extension),
        "account": (call.account,),
        "team": (),
    }[dimension]


@settings(deadline=None)
@given(CALLS, CALLS)
def test_no_two_values_that_differ_share_a_key_whatever_stands_in_them(one: Call, other: Call) -> None:
    for size in (1, 2, 3, 4):
        for per in combinations(DIMENSIONS, size):
            key = compiled(per=per).key
            differ = any(_shared(one, dimension) != _shared(other, dimension) for dimension in per)
            assert (key(one) != key(other)) is differ, per


def test_a_value_that_looks_like_the_next_dimension_is_told_apart() -> None:
    key = compiled(per=["customer", "account"]).key
    assert key(a_call(customer="1&account=2", account="3")) != key(
        a_call(customer="1", account="2&account=3")
    )
    assert key(a_call(customer="1%26", account="2")) != key(a_call(customer="1&", account="2"))
