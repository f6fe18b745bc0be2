"""Every message against a golden file; `GOLDEN=write pytest tests/channels/render` writes them anew."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from notifier.channels.render import blocks, text
from notifier.channels.render.buttons import buttons
from notifier.channels.render.history import history_blocks, history_text
from notifier.channels.render.html import html
from notifier.channels.render.plain import plain
from notifier.channels.render.replies import reply_blocks, reply_text
from notifier.channels.render.subject import subject
from notifier.model import AlertState, EndReason, Gathered, Kind, Message, Severity, Summary
from tests.support.blockkit import assert_fits, assert_harmless
from tests.support.messages import ALERTS, CASES, HISTORIES, MENTIONS, REPLIES, ended
from tests.support.sample import a_notification

GOLDEN = Path(__file__).parent / "golden"
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
CELL = re.compile(r"font-family:Arial[^\"]*?vertical-align:top;")


def without_details(block: dict[str, Any]) -> dict[str, Any]:
    """Buttons by their names only: all that they are is in `buttons.json`."""
    if block["type"] != "actions":
        return block
    return block | {"elements": " ".join(each["action_id"] for each in block["elements"])}


def without_style(page: str) -> str:
    """What is the same in all pages and cells stands in `open.html` only."""
    return CELL.sub("…;", STYLE.sub("<style></style>", page))


def readable(told: dict[str, Any]) -> str:
    """JSON with a line for each entry of a list."""
    said = {key: value if isinstance(value, list) else [value] for key, value in told.items()}
    lists = (
        f"{json.dumps(key)}: [\n"
        + ",\n".join(f" {json.dumps(one, ensure_ascii=False)}" for one in many)
        + "\n]"
        for key, many in said.items()
    )
    return "{\n" + ",\n".join(lists) + "\n}\n"


@pytest.mark.parametrize("name", CASES)
def test_a_message_is_what_its_golden_file_says(name: str) -> None:
    message = CASES[name]
    told = {
        "text": text(message).splitlines(),
        "plain": plain(message).splitlines(),
        "subject": subject(message),
        "blocks": list(map(without_details, blocks(message, MENTIONS, has_buttons=True))),
    }
    files = {
        GOLDEN / f"{name}.json": readable(told),
        GOLDEN / f"{name}.html": (html(message) if name == "open" else without_style(html(message))) + "\n",
    }
    for path, made in files.items():
        if os.environ.get("GOLDEN") == "write":
            path.write_text(made)
        assert path.read_text() == made


def test_the_buttons_are_what_their_golden_file_says() -> None:
    made = json.dumps(buttons(ALERTS["open"])[0], indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("GOLDEN") == "write":
        (GOLDEN / "buttons.json").write_text(made)
    assert (GOLDEN / "buttons.json").read_text() == made


def test_every_mail_has_the_same_style_in_its_head() -> None:
    found = {STYLE.findall(html(message))[0] for message in CASES.values()}
    assert len(found) == 1


@pytest.mark.parametrize("name", [*REPLIES, *HISTORIES])
def test_what_is_said_in_the_thread_is_what_its_golden_file_says(name: str) -> None:
    if name in REPLIES:
        said, drawn = reply_text(REPLIES[name]), reply_blocks(REPLIES[name], MENTIONS)
    else:
        said, drawn = history_text(HISTORIES[name]), history_blocks(HISTORIES[name])
    made = readable({"text": said.splitlines(), "blocks": drawn})
    if os.environ.get("GOLDEN") == "write":
        (GOLDEN / f"{name}.json").write_text(made)
    assert (GOLDEN / f"{name}.json").read_text() == made
    assert_fits(drawn, ("<@U0209ASHA>", "<!here>") if name in REPLIES else ())
    assert_harmless(said)


def test_no_golden_file_is_left_over() -> None:
    made = {*CASES, *REPLIES, *HISTORIES, "buttons"}
    assert {path.stem for path in GOLDEN.iterdir()} == made


def test_every_kind_state_end_and_severity_has_a_golden_file() -> None:
    alerts = [one.alert for one in ALERTS.values()]
    assert {one.kind for one in ALERTS.values()} == set(Kind)
    assert {one.state for one in alerts} == set(AlertState) - {AlertState.PENDING}  # nobody is told of those
    assert {one.ended_as for one in alerts} == {None, *EndReason}
    assert {one.severity for one in alerts} == set(Severity)
    assert {one.gathered for one in CASES.values() if isinstance(one, Summary)} == set(Gathered)


@pytest.mark.parametrize("message", CASES.values(), ids=CASES)
def test_each_fits_into_slack(message: Message) -> None:
    allowed = ("<@U0209ASHA>", "<!here>")
    assert_fits(blocks(message))
    assert_fits(blocks(message, MENTIONS, has_buttons=True), allowed)
    assert_harmless(text(message))
    assert_harmless(text(message, MENTIONS), allowed)


def test_an_alert_that_ended_by_being_told_looks_open() -> None:
    assert blocks(CASES["ended-told"]) == blocks(CASES["open"])


def test_an_ended_alert_is_quieter_than_an_open_one() -> None:
    quiet = blocks(CASES["ended-quiet"])
    assert [block["type"] for block in quiet] == ["section", "context"]
    assert "Quiet since 19:42 IST (+05:30)" in str(quiet)


def test_whoever_sees_to_several_customers_still_has_their_numbers() -> None:
    taken, over = CASES["acknowledged-threshold"], CASES["ended-resolved-threshold"]
    for shown in (blocks, text, plain, html):
        assert "098123 45678" in str(shown(taken))
        assert "098123 45678" not in str(shown(over))


def test_an_ended_test_still_says_that_it_is_one() -> None:
    over = ended(ALERTS["test-customer"], EndReason.EXPIRED, 5)
    assert all(
        "test with sample data" in said for said in (str(blocks(over)), text(over), plain(over), html(over))
    )


UPDATES = ("update", "update-reached", "update-resolved", "update-acknowledged", "update-reopened")


def test_an_escalation_says_whether_its_target_knows_of_it() -> None:
    first = a_notification(kind=Kind.ESCALATION)
    assert text(first).startswith("Escalated to you: still not reached")
    assert text(replace(first, told_before=True)).startswith("Told again: still not reached")


def test_every_mail_about_one_alert_has_one_subject() -> None:
    about_one = [ALERTS[name] for name in ("open", *UPDATES[1:], "reopened", "escalation", "reminder")]
    assert {subject(one).removeprefix("Re: ") for one in about_one} == {subject(ALERTS["open"])}


@pytest.mark.parametrize(
    ("name", "follows"),
    [("open", False), ("level", False), ("escalation", False), ("reminder", True), ("update", True)],
)
def test_the_subject_says_whether_something_went_before(name: str, follows: bool) -> None:  # noqa: FBT001 - a parameter
    assert subject(ALERTS[name]).startswith("Re: ") is follows


@pytest.mark.parametrize("name", UPDATES[1:])
def test_an_update_leads_with_what_is_new_and_speaks_of_no_new_calls(name: str) -> None:
    first = {
        "update-reached": "Reached by Agent 209, ",
        "update-resolved": "Resolved by Asha, ",
        "update-acknowledged": "Asha is on it since ",
        "update-reopened": "Reopened by Asha",
    }[name]
    assert text(ALERTS[name]).startswith(first)
    assert plain(ALERTS[name]).startswith(first)
    assert "New calls" not in text(ALERTS[name]) + html(ALERTS[name]) + str(blocks(ALERTS[name]))


def test_html_loads_nothing_and_dials() -> None:
    page = html(CASES["open"])
    assert 'href="tel:+919812345678"' in page
    assert "src=" not in page
    assert "http" not in page
