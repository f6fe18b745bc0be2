"""What is posted: as `docs/webhook.schema.json` says, whatever it is made from."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from notifier.channels.render.sample import sample_notification
from notifier.channels.webhook import Webhook
from notifier.channels.webhook.document import AGENTS_IN_DIGEST, CALLS_IN_SUMMARY, TOLD, body, document
from notifier.model import (
    AgentTally,
    AlertState,
    Attempts,
    EndReason,
    Gathered,
    Kind,
    Message,
    NoticeKind,
    Severity,
    Tally,
    ToldLine,
)
from tests.support.clock import START
from tests.support.hostile import notifications
from tests.support.sample import (
    MINUTE,
    NOBODY_MISSED,
    a_call,
    a_digest,
    a_notice,
    a_notification,
    a_summary,
    an_alert,
)

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA = json.loads((DOCS / "webhook.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


OVER = AlertState.ENDED


def _parts_of(digest: dict[str, Any]) -> list[Any]:
    lists = (each for key in ("agents", "hours", "newest_open") for each in digest.get(key, []))
    return [*([digest["customers"]] if digest else []), *lists]


def parsed(message: Message) -> Any:
    """The document as its reader has it; it is as the schema says."""
    found = json.loads(body(message))
    VALIDATOR.validate(found)
    return found


MESSAGES: dict[str, Message] = {
    **{f"kind {kind}": a_notification(kind=kind) for kind in Kind},
    **{f"severity {each}": a_notification(alert=an_alert(severity=each)) for each in Severity},
    **{f"state {state}": a_notification(alert=an_alert(state=state)) for state in AlertState},
    **{
        f"ended {end}": a_notification(alert=an_alert(ended_as=end, state=AlertState.ENDED))
        for end in EndReason
    },
    "count": a_notification(alert=an_alert(per=("team", "extension"), needed=5, within=MINUTE)),
    "test": sample_notification(a_notification().zone, START, "ab"),
    "no calls": a_notification(calls=()),
    **{f"gathered {each}": a_summary(gathered=each) for each in Gathered},
    **{f"raised {kind}": a_notice(kind=kind) for kind in NoticeKind},
    "cleared": a_notice(cleared_at=START),
    "digest": a_digest(),
    "digest of nobody": a_digest(figures=NOBODY_MISSED),
    "digest without answered calls": a_digest(
        figures=replace(a_digest().figures, knows_reached=False, read_to=None)
    ),
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_every_message_is_as_the_schema_says(message: Message) -> None:
    found = parsed(message)
    assert found["version"] == 1
    assert found["delivery_id"] == message.delivery_id
    assert found["sent_at"] == "2026-09-21T14:13:20.000Z"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (a_notification(), "alert"),
        (a_summary(), "summary"),
        (a_notice(), "notice"),
        (a_digest(), "digest"),
    ],
)
def test_the_type_says_which_it_is(message: Message, kind: str) -> None:
    assert parsed(message)["type"] == kind


@pytest.mark.parametrize("message", [a_notification(), a_summary(), a_notice(), a_digest()])
def test_the_schema_lets_no_field_be_missing_added_or_wrong(message: Message) -> None:
    found = parsed(message)
    for part in (
        found,
        *found.get("alerts", []),
        *(found[key] for key in ("alert", "notice", "digest") if key in found),
        *_parts_of(found.get("digest", {})),
    ):
        for key in list(part):
            value = part.pop(key)
            assert not VALIDATOR.is_valid(found), f"without {key}"
            part[key] = {"not": "this"}
            assert not VALIDATOR.is_valid(found), f"another {key}"
            part[key] = value
        part["new"] = 1
        assert not VALIDATOR.is_valid(found)
        del part["new"]
    assert VALIDATOR.is_valid(found)


def test_an_alert_says_all_that_is_known_of_it() -> None:
    alert = an_alert(
        severity=Severity.WARNING, level=1, needed=5, within=30 * MINUTE, call_count=7, per=("extension",)
    )
    told = parsed(a_notification(alert=alert, kind=Kind.LEVEL))["alert"]
    assert told == {
        "delivery_id": "fedcba9876543210fedcba9876543210",
        "kind": "level",
        "test": False,
        "id": "A12",
        "uid": "0123456789abcdef0123456789abcdef",
        "rule": "not-reached",
        "per": ["extension"],
        "severity": "warning",
        "level": 1,
        "state": "open",
        "ended_as": None,
        "handled_by": "",
        "handled_at": None,
        "snoozed_until": None,
        "is_agent_leg": False,
        "attempts": None,
        "told": [],
        "count": 7,
        "needed": 5,
        "within_ms": 1_800_000,
        "first_call_at": "2026-09-21T14:12:20.000Z",
        "last_call_at": "2026-09-21T14:12:20.000Z",
        "calls": [
            {
                "id": "5d9df5607a2b952710b030dc",
                "account": "main",
                "extension": "209",
                "agent": "Agent 209",
                "customer": "+919812345678",
                "name": "Suresh",
                "placed_at": "2026-09-21T14:12:20.000Z",
            }
        ],
    }


def test_an_alert_says_who_handled_it_who_was_told_and_how_often_it_was_tried() -> None:
    alert = an_alert(
        state=AlertState.SNOOZED, handled_by="Asha\n", handled_at=START, snoozed_until=START + MINUTE
    )
    tried = Attempts(3, START - MINUTE, START, ("main/210", "main/209"), None)
    line = ToldLine("leads", START, Kind.ESCALATION)
    message = a_notification(alert=alert, attempts=tried, told=(line,) * (TOLD + 1), is_agent_leg=True)
    told = parsed(message)["alert"]
    assert (told["handled_by"], told["handled_at"]) == ("Asha", "2026-09-21T14:13:20.000Z")
    assert (told["snoozed_until"], told["is_agent_leg"]) == ("2026-09-21T14:14:20.000Z", True)
    assert (
        told["told"] == [{"receiver": "leads", "at": "2026-09-21T14:13:20.000Z", "kind": "escalation"}] * TOLD
    )
    assert told["attempts"] == {
        "count": 3,
        "first_at": "2026-09-21T14:12:20.000Z",
        "last_at": "2026-09-21T14:13:20.000Z",
        "agents": ["main/210", "main/209"],
        "reached_at": None,
        "reached_by": "",
    }
    reached = replace(tried, reached_at=START, reached_by="main/209")
    found = parsed(a_notification(attempts=reached))["alert"]["attempts"]
    assert (found["reached_at"], found["reached_by"]) == ("2026-09-21T14:13:20.000Z", "main/209")


def test_a_test_says_that_it_is_one() -> None:
    assert parsed(MESSAGES["test"])["alert"]["test"] is True


def test_a_summary_has_its_alerts_each_with_the_id_of_its_own_notification() -> None:
    found = parsed(a_summary(gathered=Gathered.STALE, part=2, parts=3))
    assert [alert["delivery_id"] for alert in found["alerts"]] == ["d12", "d13"]
    assert (found["reason"], found["part"], found["parts"]) == ("stale", 2, 3)


def test_a_full_summary_is_small_enough_for_any_server() -> None:
    calls = tuple(a_call(id=f"{n}", name="न" * 200) for n in range(50))
    many = tuple(a_notification(calls=calls) for _ in range(Webhook.summary_size))
    found = parsed(a_summary(many))
    newest = [call["id"] for call in found["alerts"][0]["calls"]]
    assert newest == [str(n) for n in range(50 - CALLS_IN_SUMMARY, 50)]
    assert len(body(a_summary(many))) < 900_000


def test_a_digest_says_how_many_and_who_is_left() -> None:
    digest = parsed(a_digest())["digest"]
    assert digest["customers"] == {"missed": 3, "reached": 1, "open": 2, "median_ms": 24 * MINUTE}
    assert digest["agents"][0] == {
        "account": "main",
        "extension": "209",
        "agent": "Agent 209",
        "missed": 2,
        "reached": 1,
        "open": 1,
        "median_ms": 24 * MINUTE,
    }
    assert digest["hours"] == [
        {"hour": 10, "calls": 3, "customers": 2, "reached": 1},
        {"hour": 17, "calls": 2, "customers": 2, "reached": 0},
    ]
    assert digest["newest_open"][1] == {
        "customer": "+12025550123",
        "name": "",
        "account": "main",
        "extension": "210",
        "agent": "",
        "attempts": 1,
        "last_call_at": "2026-09-21T12:43:20.000Z",
    }
    assert (digest["time_zone"], digest["until"]) == ("Asia/Kolkata", "2026-09-21T14:13:20.000Z")


def test_a_digest_says_null_of_what_is_not_known() -> None:
    digest = parsed(MESSAGES["digest without answered calls"])["digest"]
    assert (digest["customers"]["reached"], digest["customers"]["open"], digest["read_to"]) == (None,) * 3
    assert {each["reached"] for each in (*digest["agents"], *digest["hours"])} == {None}


def test_a_digest_of_many_agents_is_small_enough_for_any_server() -> None:
    agents = tuple(AgentTally(f"{'न' * 300}/{number}", Tally(1, 0, None)) for number in range(10_000))
    report = a_digest(figures=replace(a_digest().figures, agents=agents))
    assert len(parsed(report)["digest"]["agents"]) == AGENTS_IN_DIGEST
    assert len(body(report)) < 900_000


def test_a_notice_says_what_is_in_trouble_and_until_when() -> None:
    assert parsed(a_notice())["notice"] == {
        "uid": "8888888888888888aaaaaaaaaaaaaaaa",
        "kind": "credentials_broken",
        "subject": "slack",
        "reason": (
            "the Slack app lacks the scope chat:write: add it to the app (OAuth & Permissions → Bot Token"
            " Scopes), and install the app again (chat.postMessage: missing_scope)"
        ),
        "raised_at": "2026-09-21T13:13:20.000Z",
        "cleared_at": None,
    }
    assert parsed(a_notice(cleared_at=START))["notice"]["cleared_at"] == "2026-09-21T14:13:20.000Z"


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_equal_messages_are_equal_bytes_without_needless_blanks(message: Message) -> None:
    made = body(message)
    assert made == body(replace(message))
    assert made == json.dumps(document(message), ensure_ascii=False, separators=(",", ":")).encode()
    assert b'": ' not in made


def test_names_are_written_as_they_are() -> None:
    assert "नमस्ते".encode() in body(a_notification(calls=(a_call(name="नमस्ते"),)))


@pytest.mark.parametrize(("given", "said"), [("a\nb\x00\u202ec", "a bc"), ("\ud800x", "x"), ("", "")])
def test_text_from_outside_is_on_one_line_without_what_can_not_be_seen(given: str, said: str) -> None:
    assert parsed(a_notification(calls=(a_call(name=given),)))["alert"]["calls"][0]["name"] == said


@pytest.mark.parametrize("at", [-(10**15), 10**15])
def test_an_instant_that_no_calendar_has_is_still_one(at: int) -> None:
    parsed(a_notification(calls=(a_call(placed_at=at),)))


@given(
    message=notifications | st.builds(a_summary, st.lists(notifications, min_size=2, max_size=4).map(tuple))
)
@settings(deadline=None, max_examples=100)
def test_whatever_comes_in_the_document_is_as_the_schema_says(message: Message) -> None:
    parsed(message)


def test_a_receiver_whose_numbers_are_masked_gets_none() -> None:
    call = a_call(name="home 98123 45678")
    handled = an_alert(handled_by="Ravi 9812345678", handled_at=START)
    alert = a_notification(calls=(call,), alert=handled, mask_numbers=True)
    assert parsed(alert)["alert"]["calls"][0]["customer"] == "+91…5678"
    for message in (alert, a_summary((alert, alert)), a_digest(mask_numbers=True)):
        said = json.dumps(parsed(message), ensure_ascii=False)
        assert "812345678" not in said
        assert "98123" not in said
    assert "+919812345678" in body(a_digest()).decode()
