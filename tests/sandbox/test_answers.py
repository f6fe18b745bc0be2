"""The documented shapes are compared whole: they are what others' parsers are held against."""

import random
from typing import Any

import pytest

from notifier.sandbox.answers import answer
from notifier.sandbox.calls import Book, SandboxCall
from notifier.sandbox.faults import Fault
from notifier.sandbox.queries import Query
from notifier.sandbox.shapes import Region, Shape

APP_ID = 1111113
EVEN = SandboxCall(
    id="0d9df5607a2b952710b030d0",
    cmiuid="40bed6c9-14f1-435b-b4a3-224bd22e5241",
    extension="209",
    customer="9100000000",
    name="suresh",
    placed_at=1570633130937,
    visible_at=1570633150937,
)
ODD = SandboxCall(
    id="5d9df5607a2b952710b030d1",
    cmiuid="906cd491-680a-4ee1-a75a-43f07878b61d",
    extension="208",
    customer="919200000000",
    name="unknown",
    placed_at=1570633130000,
    visible_at=1570633131000,
)


def page(
    calls: list[SandboxCall],
    *faults: Fault,
    region: Region = "india",
    shape: Shape = "documented",
    number: int = 1,
    limit: int = 10,
) -> dict[str, Any]:
    query = Query(0, 2**62, number, limit)
    return answer(region, shape, APP_ID, calls, query, faults=frozenset(faults))


def many(count: int) -> list[SandboxCall]:
    book = Book(random.Random(1))
    for time in range(count):
        book.add(extension="209", customer="9812000123", placed_at=time)
    return book.visible(0, count, count)


def ids(calls: list[SandboxCall]) -> list[str]:
    return [call.id for call in calls]


def told(answered: dict[str, Any]) -> list[str]:
    return [record["_id"] for record in answered["cdr"]]


def test_the_indian_region_answers_as_documented() -> None:
    assert page([EVEN]) == {
        "total": 1,
        "cdr": [
            {
                "_id": "0d9df5607a2b952710b030d0",
                "to": 9100000000,
                "time": 1570633130937,
                "from": "209_1111113",
                "billedsec": 0,
                "rate": "0.0000",
                "name": "suresh",
            }
        ],
        "code": "200",
    }


def test_the_indian_region_answers_as_seen() -> None:
    answered = page([EVEN, ODD], shape="seen")
    assert (answered["count"], answered["code"], "total" in answered) == (2, 200, False)
    even, odd = answered["cdr"]
    assert even["cmiuid"] == EVEN.cmiuid
    assert even["agent"] == "209_1111113"
    assert even.keys().isdisjoint({"_id", "from"})
    assert (even["to"], even["time"]) == (9100000000, 1570633130937)
    assert (odd["to"], odd["time"]) == ("919200000000", "1570633130000")


def test_the_global_region_answers_as_documented() -> None:
    plain = {
        "cmiuid": "40bed6c9-14f1-435b-b4a3-224bd22e5241",
        "duration": 0,
        "agent": "209_1111113",
        "billedsec": 0,
        "rate": 0,
        "name": "suresh",
        "from": "918000000000",
        "to": 9100000000,
        "time": 1570633130937,
    }
    assert page([EVEN], region="global") == {"count": 1, "cdr": [plain], "code": 200}


def test_the_global_region_puts_notes_on_some_records() -> None:
    even, odd = page([EVEN, ODD], region="global")["cdr"]
    assert "notes" not in even
    assert odd["notes"] == [{"msg": "RNR", "date": 1570633131000, "agent": "208_1111113"}]


def test_the_global_region_answers_as_seen() -> None:
    answered = page([ODD], region="global", shape="seen")
    assert answered["code"] == "200"
    assert (answered["cdr"][0]["to"], answered["cdr"][0]["time"]) == ("919200000000", "1570633130000")


@pytest.mark.parametrize("region", ["india", "global"])
@pytest.mark.parametrize("shape", ["documented", "seen"])
def test_a_call_without_an_extension_names_no_agent(region: Region, shape: Shape) -> None:
    call = SandboxCall("5" * 24, "u", "", "9100000000", "unknown", 1, 1)
    record = page([call], region=region, shape=shape)["cdr"][0]
    assert record.keys().isdisjoint({"agent", "notes"})
    assert record.get("from") == (None if region == "india" else "918000000000")


def test_pages_follow_one_another_and_end_empty() -> None:
    calls = many(25)
    pages = [page(calls, number=number) for number in (1, 2, 3, 4)]
    assert [told(answered) for answered in pages] == [
        ids(calls[:10]),
        ids(calls[10:20]),
        ids(calls[20:]),
        [],
    ]
    assert {answered["total"] for answered in pages} == {25}


@pytest.mark.parametrize(
    ("region", "shape", "limit", "size"),
    [
        ("india", "documented", 25, 25),
        ("india", "seen", 25, 25),
        ("global", "documented", 15, 15),
        ("global", "documented", 25, 20),
        ("global", "seen", 20, 10),
        ("global", "seen", 5, 10),
    ],
)
def test_the_size_of_a_page_is_that_of_the_region(
    region: Region, shape: Shape, limit: int, size: int
) -> None:
    assert len(page(many(30), region=region, shape=shape, limit=limit)["cdr"]) == size


def test_a_page_far_beyond_the_end_is_empty() -> None:
    assert page(many(3), number=10**30)["cdr"] == []


def test_short_pages_hold_half_and_still_reach_every_record() -> None:
    calls = many(12)
    pages = [told(page(calls, Fault.SHORT_PAGES, number=number)) for number in (1, 2, 3)]
    assert pages == [ids(calls[:5]), ids(calls[5:10]), ids(calls[10:])]
    assert len(told(page(calls, Fault.SHORT_PAGES, limit=1))) == 1


def test_shuffled_records_are_not_by_time_but_the_pages_fit_together() -> None:
    calls = many(25)
    shuffled = [one for number in (1, 2, 3) for one in told(page(calls, Fault.SHUFFLED, number=number))]
    assert sorted(shuffled) == sorted(ids(calls))
    assert shuffled != ids(calls)


def test_a_repeated_page_is_always_the_first() -> None:
    calls = many(25)
    assert page(calls, Fault.REPEAT_PAGE, number=3) == page(calls)


def test_a_lying_count_is_one_more_than_there_are() -> None:
    assert page(many(5), Fault.LYING_COUNT)["total"] == 6
    assert page([], Fault.LYING_COUNT, region="global")["count"] == 1


def test_ids_are_repeated_within_a_page() -> None:
    calls = many(3)
    answered = page(calls, Fault.DUPLICATE_IDS)
    assert told(answered) == ids([*calls, *calls[:2]])
    assert answered["total"] == 3


def test_garbage_stands_beside_every_good_record_and_is_counted() -> None:
    calls = many(7)
    pages = [page(calls, Fault.GARBAGE_RECORD, number=number)["cdr"] for number in (1, 2)]
    records = [*pages[0], *pages[1]]
    assert [record["_id"] for record in records[::2]] == ids(calls)
    assert not any(
        isinstance(record["_id"], str) or isinstance(record["to"], int) for record in records[1::2]
    )
    assert page(calls, Fault.GARBAGE_RECORD)["total"] == 14


def test_garbage_is_the_same_whenever_it_is_read() -> None:
    calls = many(3)
    later = page(calls[:2], Fault.GARBAGE_RECORD)["cdr"]
    assert page(calls, Fault.GARBAGE_RECORD)["cdr"][:4] == later


def test_a_huge_name_stands_in_the_first_record_of_each_page() -> None:
    answered = page(many(12), Fault.HUGE_NAME, number=2)
    assert [len(record["name"]) for record in answered["cdr"]] == [1_000_000, 7]
    assert page([], Fault.HUGE_NAME)["cdr"] == []
