import pytest

from notifier.channels.render.numbers import dialled, shown


@pytest.mark.parametrize(
    ("customer", "country", "expected"),
    [
        ("+919812345678", None, "+91 98123 45678"),
        ("+919812345678", "US", "+91 98123 45678"),
        ("+919812345678", "IN", "098123 45678"),
        ("+14155550123", "IN", "+1 415-555-0123"),
        ("+999123456789", "IN", "+999123456789"),
        ("9812345678", "IN", "9812345678"),
        ("", None, ""),
        ("+91<!channel>\n", None, "+91<!channel>"),
        ("9" * 10**6, None, "9" * 39 + "…"),
    ],
)
def test_a_number_is_shown_as_people_read_it(customer: str, country: str | None, expected: str) -> None:
    assert shown(customer, country) == expected


def test_only_a_number_can_be_dialled() -> None:
    assert dialled("+919812345678") == "+919812345678"
    assert [dialled(other) for other in ("9812345678", "+91 98", "+91;ext=1", "")] == [""] * 4
