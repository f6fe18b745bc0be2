"""When a read of one interval is complete, answer by answer."""

import pytest

from notifier.model import Call, Endpoint, Reject
from notifier.telecmi.pages import MOST_CALLS, MOST_READ, Pages, Verdict
from notifier.telecmi.parse import Answer


def call(name: str, alias: str | None = None) -> Call:
    return Call("main", Endpoint.OUT_MISSED, name, alias, "209", "+919812345678", 0, "")


def reject(digest: str) -> Reject:
    return Reject("main", Endpoint.OUT_MISSED, digest, "`to` is missing", "{}", None)


def answer(count: int | None, *records: Call | Reject) -> Answer:
    return Answer(count, records, len(records))


def test_a_read_that_agrees_with_the_count_is_over_after_its_first_page() -> None:
    pages = Pages()
    pages.add(answer(12, call("a"), call("b")))
    assert pages.verdict(12) is Verdict.AGREES
    assert pages.next_page == 2


def test_an_idle_read_of_nothing_is_over_at_once() -> None:
    pages = Pages()
    pages.add(answer(0))
    assert pages.verdict(0) is Verdict.AGREES


def test_a_short_page_is_not_the_last_one() -> None:
    pages = Pages()
    pages.add(answer(3, call("a")))
    assert pages.verdict(1) is None
    pages.add(answer(3, call("b"), call("c")))
    assert pages.verdict(3) is Verdict.AGREES
    assert [record.id for record in pages.records if isinstance(record, Call)] == ["a", "b", "c"]


def test_the_documented_sample_is_read_to_an_empty_page_and_its_gap_is_known_from_then_on() -> None:
    first = Pages()
    first.add(answer(6, *(call(name) for name in "abcde")))
    assert first.verdict(5) is None
    first.add(answer(6))
    assert first.verdict(5) is Verdict.EXHAUSTED
    assert first.gap(5) == -1
    again = Pages(known_gap=-1)
    again.add(answer(6, *(call(name) for name in "abcde")))
    assert again.verdict(5) is Verdict.KNOWN_GAP


def test_a_new_call_within_a_known_gap_is_waited_for() -> None:
    pages = Pages(known_gap=-1)
    pages.add(answer(8, call("a")))  # two came in, one of them on this page
    assert pages.verdict(6) is None
    pages.add(answer(8, call("b")))
    assert pages.verdict(7) is Verdict.KNOWN_GAP


def test_a_page_that_repeats_only_what_this_read_saw_ends_it() -> None:
    pages = Pages()
    pages.add(answer(9, call("a"), call("a"), reject("r")))
    pages.add(answer(9, reject("r"), call("a")))
    assert pages.verdict(2) is Verdict.EXHAUSTED
    assert pages.records == (call("a"), reject("r"))


def test_a_call_is_recognised_by_either_of_its_ids() -> None:
    pages = Pages()
    pages.add(answer(9, call("a", alias="b")))
    pages.add(answer(9, call("b"), call("c", alias="a")))
    assert pages.records == (call("a", alias="b"),)
    assert pages.verdict(1) is Verdict.EXHAUSTED


def test_without_a_count_all_pages_are_read() -> None:
    pages = Pages(known_gap=0)
    pages.add(answer(None, call("a")))
    assert pages.gap(1) is None
    assert pages.verdict(1) is None
    pages.add(answer(None))
    assert pages.verdict(1) is Verdict.EXHAUSTED


def test_the_latest_count_holds_since_calls_come_in_while_we_read() -> None:
    pages = Pages()
    pages.add(answer(2, call("a")))
    pages.add(answer(3, call("b")))
    assert pages.count == 3
    assert pages.verdict(2) is None


def test_pages_that_do_not_end_end_the_read_and_keep_what_was_read() -> None:
    pages = Pages()
    while (verdict := pages.verdict(0)) is None:
        page = pages.next_page
        pages.add(answer(10, *(call(f"{page}-{i}") for i in range(100))))
    assert verdict is Verdict.ENDLESS
    assert len(pages.records) == MOST_READ


def test_a_count_that_changes_from_page_to_page_is_not_steady() -> None:
    pages = Pages()
    assert pages.is_steady
    for count, is_steady in ((3, True), (3, True), (4, False), (4, False)):
        pages.add(answer(count))
        assert pages.is_steady is is_steady


def test_a_page_too_large_to_be_read_whole_never_counts_as_all_there_is() -> None:
    pages = Pages()
    pages.add(Answer(9, (call("a"),), 6_000))
    pages.add(Answer(9, (call("a"),), 6_000))
    assert pages.verdict(1) is Verdict.ENDLESS


@pytest.mark.parametrize(
    ("page", "too_many"),
    [
        (answer(1_000, call("a")), False),
        (answer(1_001, call("a")), True),
        (answer(None, call("a")), False),
        (answer(10**15), False),  # it counts much and shows nothing: halving would not help
        (Answer(5, (call("a"),), 1_001), True),  # all at once, whatever page size was asked for
    ],
)
def test_too_many_calls_are_told_by_the_count_or_by_the_page_itself(page: Answer, *, too_many: bool) -> None:
    pages = Pages()
    pages.add(page)
    assert pages.has_too_many is too_many


@pytest.mark.parametrize("count", [None, 3])
def test_where_no_count_tells_it_what_was_read_tells_that_there_are_too_many(count: int | None) -> None:
    pages = Pages()
    while len(pages.records) < MOST_CALLS:
        assert not pages.has_too_many
        pages.add(answer(count, *(call(f"{pages.next_page}-{n}") for n in range(100))))
    assert not pages.has_too_many
    pages.add(answer(count, call("one more")))
    assert pages.has_too_many


def test_only_an_endless_read_is_incomplete() -> None:
    assert {verdict: verdict.is_complete for verdict in Verdict} == {
        Verdict.AGREES: True,
        Verdict.KNOWN_GAP: True,
        Verdict.EXHAUSTED: True,
        Verdict.ENDLESS: False,
    }
