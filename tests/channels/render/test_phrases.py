from dataclasses import replace
from typing import Any

import pytest

from notifier.channels.render import blocks, text
from notifier.channels.render.escape import mrkdwn
from notifier.channels.render.html import html
from notifier.channels.render.phrases import Words, words
from notifier.channels.render.plain import plain
from notifier.channels.render.subject import subject
from notifier.model import (
    AlertState,
    Attempts,
    Call,
    EndReason,
    Event,
    EventKind,
    Kind,
    Notification,
    Severity,
    ToldLine,
)
from tests.support.clock import START
from tests.support.sample import MINUTE, a_call, a_notification, an_alert


def told(notification: Notification) -> Words:
    return words(notification, str)


def of(*calls: Call, **alert: object) -> Notification:
    """A notification about these calls."""
    last = calls[-1].placed_at if calls else START
    first = calls[0].placed_at if calls else START
    given = {"call_count": len(calls), "first_call_at": first, "last_call_at": last} | alert
    return a_notification(calls=calls, alert=an_alert(**given))


def test_an_agent_without_a_name_is_called_by_the_extension() -> None:
    assert told(replace(a_notification(), agent_names={})).agents == "extension 209"


def test_extensions_name_their_account_only_where_there_are_several() -> None:
    both = of(a_call(extension="210"), a_call(account="other", extension="210"))
    assert told(both).agents == "extension other/210 and extension main/210"
    assert told(of(a_call(extension="210"), a_call())).agents == "Agent 209 and extension 210"


def test_a_call_without_an_extension_says_so() -> None:
    assert told(of(a_call(extension=""))).agents == "an unknown extension"


def test_many_agents_are_counted() -> None:
    calls = [a_call(extension=str(extension)) for extension in range(300, 310)]
    assert told(of(*calls)).agents == "extension 309, extension 308, extension 307 and 7 more"


def test_a_customer_without_a_name_is_called_by_the_number() -> None:
    words_ = told(of(a_call(name="")))
    assert (words_.title, words_.number) == ("Call back +91 98123 45678", "+91 98123 45678")
    assert text(of(a_call(name=""))).count("+91 98123 45678") == 1


def test_a_customer_without_a_number_says_so() -> None:
    assert told(of(a_call(name="", customer=""))).title == "Call back unknown number"
    assert told(of(a_call(name="", customer=""))).dial == ""


def test_a_number_of_the_configured_country_is_shown_in_national_form() -> None:
    assert told(a_notification(country="IN")).number == "098123 45678"
    assert told(a_notification(country="US")).number == "+91 98123 45678"


def test_when_names_the_first_and_the_last() -> None:
    assert told(of(a_call())).placed == "19:42 IST (+05:30)"
    two = of(a_call(placed_at=START - 60 * MINUTE), a_call())
    assert told(two).placed == "2 calls since 18:43, last 19:42 IST (+05:30)"
    several = of(a_call(placed_at=START - 60 * MINUTE, customer="+919812345679"), a_call())
    assert told(several).placed == "since 18:43, last 19:42 IST (+05:30)"  # the title says how many


@pytest.mark.parametrize(
    ("alert", "why"),
    [
        ({"per": ("call",)}, "Customer was not reached (rule r)"),
        ({"per": ("customer",)}, "Customer was not reached (rule r)"),
        ({"per": ("extension",)}, "A customer was not reached by Agent 209 (rule r)"),
        ({"per": ("team",)}, "A customer was not reached by one team (rule r)"),
        ({"per": ("account",)}, "A customer was not reached on account main (rule r)"),
        (
            {"per": ("extension",), "needed": 5, "within": 30 * MINUTE},
            "5 missed calls by Agent 209 within 30 min (rule r)",
        ),
        (
            {"per": ("extension",), "needed": 20, "within": 90 * MINUTE, "level": 2},
            "20 missed calls by Agent 209 within 1 h 30 min (rule r, level 2)",
        ),
        (
            {"per": ("customer", "extension"), "needed": 1, "within": MINUTE},
            "1 missed call to Suresh by Agent 209 within 1 min (rule r)",
        ),
    ],
)
def test_the_reason_is_one_sentence(alert: dict[str, object], why: str) -> None:
    assert told(of(a_call(), rule="r", **alert)).why == why


def test_calls_that_no_row_shows_are_counted() -> None:
    calls = [
        a_call(id=str(back), placed_at=START - back * MINUTE, customer=f"+9198123456{back:02}")
        for back in range(50, 0, -1)
    ]
    notification = of(*calls, call_count=200, per=("extension",))
    for said in (plain(notification), html(notification)):
        assert "and 190 more calls" in said
    assert "and 194 more calls" in str(blocks(notification))


def test_an_alert_whose_calls_are_gone_is_still_told() -> None:
    gone = of(call_count=3)
    assert told(gone).title == "3 missed calls"
    assert told(gone).agents == "Agent 209"
    assert "Missed calls (" in subject(gone)


def test_the_phone_says_the_reason_once() -> None:
    calls = [a_call(customer=f"+91981234567{n}") for n in range(5)]
    notification = of(*calls, per=("extension",), needed=5, within=30 * MINUTE, rule="r")
    first = text(notification).splitlines()[0]
    assert first == (
        "5 missed calls by Agent 209 within 30 min (rule r). Since 19:42, last 19:42 IST (+05:30). A12"
    )


@pytest.mark.parametrize(
    ("per", "expected"),
    [
        (("call",), "Missed call: +91 98123 45678 (A12, r)"),
        (("customer",), "Missed call: +91 98123 45678 (A12, r)"),
        (("extension",), "Missed calls by Agent 209 (A12, r)"),
        (("team",), "Missed calls (A12, r)"),
    ],
)
def test_the_subject_names_what_stays(per: tuple[str, ...], expected: str) -> None:
    before = of(a_call(name="Old"), per=per, rule="r")
    after = of(a_call(name="Old"), a_call(name="New"), per=per, rule="r", level=1, severity=Severity.CRITICAL)
    assert subject(before) == subject(after) == expected


@pytest.mark.parametrize(
    ("handled_by", "who"),
    [
        ("Asha <!here>", "Asha <!here>"),
        ("agent main/209", "Agent 209"),
        ("agent main/210", "extension 210"),
        ("", "Somebody"),
        ("x\n@channel" + "y" * 100, "x @channel" + "y" * 49 + "…"),
    ],
)
def test_who_is_on_it_is_named_on_one_line(handled_by: str, who: str) -> None:
    handled = of(a_call(), state=AlertState.ACKNOWLEDGED, handled_by=handled_by, handled_at=START)
    assert told(handled).status == f"{who} is on it since 19:43 IST (+05:30)"
    assert text(handled).count("<") == 0


def test_what_is_not_known_of_who_did_it_is_left_out() -> None:
    assert told(of(a_call(), state=AlertState.SNOOZED)).status == "Snoozed"
    assert told(of(a_call(), state=AlertState.ENDED, ended_as=EndReason.REACHED)).status == "Reached"


def test_an_escalation_of_what_somebody_is_on_says_both() -> None:
    handled = of(a_call(), state=AlertState.ACKNOWLEDGED, handled_by="Asha", handled_at=START)
    assert told(replace(handled, kind=Kind.ESCALATION)).status == (
        "Escalated to you: still not reached. Asha is on it since 19:43 IST (+05:30)"
    )
    counted = replace(of(a_call(), per=("extension",)), kind=Kind.REMINDER)
    assert told(counted).status == "Reminder: still open"


def test_only_the_note_of_whoever_handled_it_last_is_shown() -> None:
    handled = of(a_call(), state=AlertState.ACKNOWLEDGED, handled_by="Asha", handled_at=START)
    before = Event(START - MINUTE, EventKind.SNOOZED, "Ravi", "later")
    muted = Event(START, EventKind.SILENCED, "Ravi", "fair")
    by = Event(START, EventKind.ACKNOWLEDGED, "Asha", "mine")
    assert told(replace(handled, events=(before, by, muted))).note == "“mine”"
    assert told(replace(handled, events=(before, muted))).note == ""


@pytest.mark.parametrize(
    ("tried", "tries", "reached"),
    [
        (Attempts(1, START, START, ("main/209",), None), "", ""),
        (Attempts(1, START, START, (), START - MINUTE), "", "19:42"),
        (
            Attempts(2, START - MINUTE, START, ("main/209", "main/210"), None),
            "2 since 19:42, by extension 210 and Agent 209",
            "never, as far as is known",
        ),
        (
            Attempts(9, START - MINUTE, START, (), START - 2 * MINUTE, "main/209"),
            "9 since 19:42",
            "19:41 by Agent 209",
        ),
    ],
)
def test_attempts_in_vain_say_since_when_by_whom_and_when_the_customer_was_reached(
    tried: Attempts, tries: str, reached: str
) -> None:
    said = told(replace(a_notification(), attempts=tried))
    assert (said.tries, said.last_reached) == (tries, reached)


def test_calls_that_are_the_attempts_are_counted_once() -> None:
    two = of(a_call(placed_at=START - MINUTE), a_call())
    tried = Attempts(2, START - MINUTE, START, ("main/209",), None)
    assert told(two).placed.startswith("2 calls since ")
    assert told(replace(two, attempts=tried)).placed == "last 19:42 IST (+05:30)"


def test_who_was_told_before_is_named_once_and_no_more_than_three() -> None:
    lines = tuple(ToldLine(name, START + MINUTE, Kind.OPEN) for name in ("b", "c<", "d", "e"))
    lines = (ToldLine("b", START, Kind.OPEN), *lines)
    found = words(replace(a_notification(), told=lines), mrkdwn).told
    assert found == ("b 19:43 IST (+05:30), c&lt; 19:44 IST (+05:30), d 19:44 IST (+05:30), 1 more")


def test_an_agent_and_a_room_that_were_told_are_named_and_an_address_is_not() -> None:
    lines = (
        ToldLine("agent", START, Kind.OPEN, "agent main/209"),
        ToldLine("agent", START, Kind.OPEN, "agent main/210"),
        ToldLine("leads", START, Kind.OPEN, "mail-9fbdefe2837a"),
    )
    at = "19:43 IST (+05:30)"
    made = replace(a_notification(), told=lines)
    assert told(made).told == f"Agent 209 {at}, extension 210 {at}, leads {at}"
    room = replace(made, told=(ToldLine("room", START, Kind.OPEN, "#sales"),))
    assert "Also told: #sales 19:43\n" in plain(room)


def test_a_mail_says_a_number_once_and_leads_with_why_it_comes() -> None:
    nameless = replace(of(a_call(name="")), kind=Kind.ESCALATION)
    assert plain(nameless).startswith("Escalated to you: still not reached\n\nCall back +91 98123 45678\n\n")
    page = html(nameless)
    assert page.count("+91 98123 45678</a></h1>") == page.count("tel:+919812345678") == 1
    assert page.index("Escalated to you") < page.index("<h1")
    assert plain(replace(nameless, kind=Kind.REMINDER)).startswith("Reminder: still not reached\n")


def test_of_an_agents_own_phone_no_call_back_is_asked_for() -> None:
    leg = a_notification(is_agent_leg=True)
    assert told(leg).title == "An agent's phone was not answered: Suresh"
    for said in (text(leg), plain(leg), html(leg).replace("&#39;", "'")):
        assert "This is an agent's own phone: the customer was never rung" in said


def test_what_became_of_it_since_it_was_reopened_is_shown_instead() -> None:
    reopened = Event(START, EventKind.REOPENED, "Asha")
    held = Event(START, EventKind.HELD)
    woke = Event(START, EventKind.WOKE)
    assert told(a_notification(events=(reopened, held))).status == "Reopened by Asha"
    assert told(a_notification(events=(reopened, woke))).status == ""


UPDATES = [
    ({"joined": 1}, "New calls joined, 2 in all"),
    ({"joined": None}, "New calls joined, 2 in all"),
    ({"joined": 0, "stands_anew": True}, "Asha is on it since 19:43 IST (+05:30)"),
    (
        {"joined": 1, "stands_anew": True},
        "Asha is on it since 19:43 IST (+05:30). New calls joined, 2 in all",
    ),
]


@pytest.mark.parametrize(("news", "expected"), UPDATES)
def test_an_update_begins_with_what_is_new(news: dict[str, Any], expected: str) -> None:
    on_it = an_alert(state=AlertState.ACKNOWLEDGED, handled_by="Asha", handled_at=START, call_count=2)
    said = told(a_notification(kind=Kind.UPDATE, alert=on_it, **news)).status
    assert said.startswith(expected)
    assert "Asha is on it" in said


def test_an_update_says_who_reopened_it_whatever_was_repeated_since() -> None:
    note = Event(START, EventKind.REOPENED, "Asha", "they called again")
    story = (note, Event(START, EventKind.ESCALATED), Event(START, EventKind.REMINDED))
    fresh = a_notification(kind=Kind.UPDATE, joined=0, stands_anew=True)
    assert told(replace(fresh, events=story)).status == "Reopened by Asha"
    assert told(replace(fresh, events=story)).note == "“they called again”"
    # In a summary, which tells no stories.
    assert told(fresh).status == "Open again"
    assert told(replace(fresh, stands_anew=False)).status == ""


def cells(notification: Notification) -> list[list[str]]:
    """What the table of a message holds; nothing where it has none."""
    drawn: list[Any] = [block["rows"] for block in blocks(notification) if block["type"] == "table"]
    return [[cell["text"] for cell in row] for rows in drawn for row in rows]


def test_calls_of_one_agent_to_one_customer_need_no_table() -> None:
    assert cells(of(a_call(placed_at=START - 9 * MINUTE), a_call())) == []


def test_a_table_counts_by_customer_and_agent_and_leaves_out_what_all_have_in_common() -> None:
    other = a_call(extension="210", customer="+919812345679", name="", placed_at=START - 9 * MINUTE)
    both = of(a_call(placed_at=START - 19 * MINUTE), other, a_call(), per=("team",))
    assert cells(both) == [
        ["Customer", "Missed by", "Calls", "Last"],
        ["Suresh, +91 98123 45678", "Agent 209", "2", "19:42"],
        ["+91 98123 45679", "extension 210", "1", "19:34"],
    ]
    by_one = of(other, a_call(extension="210"), per=("team",))
    assert [row[0] for row in cells(by_one)] == ["Customer", "Suresh, +91 98123 45678", "+91 98123 45679"]
    assert {len(row) for row in cells(by_one)} == {2}


@pytest.mark.parametrize(("calls", "said"), [(6, None), (7, "and 1 more call"), (50, "and 44 more calls")])
def test_a_table_has_six_rows_at_most_and_says_how_many_calls_it_leaves_out(
    calls: int, said: str | None
) -> None:
    many = of(*(a_call(customer=f"+9198123456{n:02d}") for n in range(calls)), per=("extension",))
    assert len(cells(many)) == 1 + 6
    assert ("more call" in str(blocks(many))) == (said is not None)
    assert said is None or f"{said}\\n" in str(blocks(many))
