"""The form for why nobody needs to call: within Slack's limits, and whole when it comes back."""

import pytest

from notifier.buttons.form import MOST_METADATA, REASONS, Filled, form, read_form
from tests.support.slack_limits import view_fault

CARRIED = Filled("A12 0123", "C1", "1.0", "https://hooks.slack.com/actions/T1/1/x")


def answered(reason: object, note: object) -> dict[str, object]:
    state = {
        "reason": {"reason": {"selected_option": {"value": reason}}},
        "note": {"note": {"value": note}},
    }
    return {**form(CARRIED), "state": {"values": state}}


def test_slack_would_show_it() -> None:
    assert view_fault(form(CARRIED)) is None


def test_nothing_is_chosen_and_something_must_be() -> None:
    reason = form(CARRIED)["blocks"][0]
    assert "initial_option" not in reason["element"]
    assert not reason.get("optional")


def test_what_it_carries_comes_back() -> None:
    assert read_form(form(CARRIED)) == CARRIED
    assert "hooks" not in repr(CARRIED)


def test_it_carries_no_more_than_slack_takes() -> None:
    view = form(Filled("A12 0123", "C1", "", "https://hooks.slack.com/" + "x" * MOST_METADATA))
    assert view_fault(view) is None
    assert read_form(view) == Filled("A12 0123", "C1")


@pytest.mark.parametrize(
    ("reason", "note", "why"),
    [
        ("called-back", None, "They called us"),
        ("called-back", " yesterday ", "They called us: yesterday"),
        ("wrong-number", "", "Wrong number"),
        ("other", "moved abroad", "moved abroad"),
        ("other", " ", "Another reason"),
        ("forged", "x", "Not needed: x"),
        (7, 7, "Not needed"),
        ("called-back", "x" * 5_000, "They called us: " + "x" * 300),
    ],
)
def test_reason_and_note_become_one(reason: object, note: object, why: str) -> None:
    assert read_form(answered(reason, note)).why == why


def test_every_reason_can_be_chosen() -> None:
    assert [read_form(answered(key, None)).reason for key in REASONS] == list(REASONS.values())
