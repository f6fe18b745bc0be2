import random
import re
import uuid

import pytest

from notifier.sandbox.calls import UNKNOWN, Book, SandboxCall, new_call


def book_of(*times: int, rng: int = 1) -> tuple[Book, list[SandboxCall]]:
    book = Book(random.Random(rng))
    return book, [book.add(extension="209", customer="9812000123", placed_at=time) for time in times]


def test_ids_have_telecmis_form_and_come_from_the_random_alone() -> None:
    first, second = (
        new_call(random.Random(7), extension="209", customer="9812000123", placed_at=5) for _ in range(2)
    )
    assert first == second
    assert re.fullmatch(r"[0-9a-f]{24}", first.id)
    assert uuid.UUID(first.cmiuid).version == 4


def test_ids_of_one_book_differ() -> None:
    _, calls = book_of(*range(100))
    assert len({call.id for call in calls} | {call.cmiuid for call in calls}) == 200


def test_a_call_is_unknown_and_visible_at_once_unless_said_otherwise() -> None:
    call = new_call(random.Random(1), extension="", customer="9812000123", placed_at=5)
    assert (call.name, call.visible_at, call.extension) == (UNKNOWN, 5, "")


@pytest.mark.parametrize(
    ("extension", "customer"), [("20x", "98"), ("209", "+98"), ("209", ""), ("209", "९८")]
)
def test_an_extension_or_customer_that_is_not_digits_is_refused(extension: str, customer: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        new_call(random.Random(1), extension=extension, customer=customer, placed_at=5)


def test_both_ends_of_an_interval_are_included() -> None:
    book, (_, at_start, between, at_end, _) = book_of(9, 10, 15, 20, 21)
    assert book.visible(10, 20, now=100) == [at_end, between, at_start]


def test_calls_come_newest_first_however_they_were_added() -> None:
    book, (middle, newest, oldest) = book_of(20, 30, 10)
    assert book.visible(0, 100, now=100) == [newest, middle, oldest]
    assert list(book) == [oldest, middle, newest]


def test_of_calls_placed_in_the_same_ms_none_is_lost() -> None:
    book, calls = book_of(5, 5, 5)
    assert set(book.visible(5, 5, now=5)) == set(calls)
    assert len(book) == 3


def test_a_call_is_hidden_until_its_record_appears() -> None:
    book = Book(random.Random(1))
    call = book.add(extension="209", customer="98", placed_at=10, visible_at=50)
    assert book.visible(0, 100, now=49) == []
    assert book.visible(0, 100, now=50) == [call]


def test_a_call_that_was_only_made_is_not_in_the_book() -> None:
    book = Book(random.Random(1))
    call = book.make(extension="209", customer="98", placed_at=10)
    assert len(book) == 0
    book.keep(call)
    assert list(book) == [call]


def test_traffic_enters_the_book_when_its_time_has_come() -> None:
    source = random.Random(3)
    coming = [new_call(source, extension="209", customer="98", placed_at=time) for time in (10, 20, 30)]
    book = Book(random.Random(1), coming)
    assert book.visible(0, 100, now=9) == []
    assert book.visible(0, 100, now=20) == coming[1::-1]
    assert len(book) == 2
    book.advance(1000)
    assert list(book) == coming
    book.advance(2000)
    assert len(book) == 3
