"""What an address in Slack can be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.slack.address import AddressKind, digest, kind_of
from notifier.errors import TargetBroken


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("#sales-missed", AddressKind.NAME),
        ("#продажи", AddressKind.NAME),
        ("C0123ABC", AddressKind.ROOM),
        ("G0123ABC", AddressKind.ROOM),
        ("D0123ABC", AddressKind.ROOM),
        ("U0123ABC", AddressKind.PERSON),
        ("W0123ABC", AddressKind.PERSON),
        ("agent209@example.com", AddressKind.MAIL),
    ],
)
def test_each_kind_is_told_by_its_form(address: str, kind: AddressKind) -> None:
    assert kind_of(address) is kind


@pytest.mark.parametrize(
    "address", ["", "#", "sales", "C", "c0123", "@agent", "#a b", "a@b@c", "C1\n", "webhook"]
)
def test_anything_else_is_a_broken_target(address: str) -> None:
    with pytest.raises(TargetBroken, match="not an address in Slack"):
        kind_of(address)


@given(st.text())
@settings(deadline=None)
def test_a_digest_is_short_and_the_same_again(text: str) -> None:
    assert digest(text) == digest(text)
    assert len(digest(text)) == 12
