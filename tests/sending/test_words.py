"""Whom a target stands for, as the configuration names it."""

from zoneinfo import ZoneInfo

import pytest

from notifier.config.receivers import Agent, Receiver
from notifier.model import Target
from notifier.rules import Directory
from notifier.sending.words import Named, in_words, named

MAIL = ["first@example.com", "second@example.com"]
RECEIVERS = {
    "sales": {"slack": {"to": "#sales"}},
    "lead": {"slack": {"to": "lead@example.com"}},
    "agent": {"slack": {"to": "agent"}},
    "agent-mail": {"email": {"to": "agent"}},
    "leads": {"email": {"to": MAIL}},
    "room": {"slack": {"webhook_url": "https://hooks.slack.com/x"}},
    "hook": {"webhook": {"url": "https://example.com/in", "secret": "0123456789abcdef"}},
}
AGENTS = {"209": {"name": "Asha", "slack": "U209"}, "main/210": {"email": "ravi@example.com"}}
DIRECTORY = Directory(
    {name: Receiver.model_validate(one) for name, one in RECEIVERS.items()},
    {key: Agent.model_validate(one) for key, one in AGENTS.items()},
    (),
    ZoneInfo("Asia/Kolkata"),
)


def key(receiver: str, nth: int = 0) -> str:
    return DIRECTORY.receivers[receiver].keys("")[nth]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target("sales", "#sales"), Named("#sales", "receivers.sales.slack.to")),
        (Target("lead", key("lead")), Named("whom lead writes to", "receivers.lead.slack.to")),
        (Target("agent", "agent main/209"), Named("Asha (209)", "agents.209.slack")),
        (Target("agent-mail", "agent main/210"), Named("agent main/210", "agents.main/210.email")),
        (Target("leads", key("leads", 1)), Named("address 2 of leads", "receivers.leads.email.to")),
        (Target("leads", "mail-gone"), Named("an address of leads", "receivers.leads.email.to")),
        (
            Target("room", "webhook"),
            Named("the incoming webhook of room", "receivers.room.slack.webhook_url"),
        ),
        (Target("hook", "webhook"), Named("the webhook of hook", "receivers.hook.webhook.url")),
        (Target("gone", "#gone"), Named("gone:#gone", "receivers.gone")),
    ],
    ids=str,
)
def test_a_target_is_named_without_its_address(target: Target, expected: Named) -> None:
    assert named(target, DIRECTORY) == expected
    assert "@" not in named(target, DIRECTORY).place


def test_the_names_stand_where_the_channel_leaves_room_for_them() -> None:
    text = "{place} is archived: set {setting}; {place} {other} ${file:x}"
    assert in_words(text, Target("sales", "#sales"), DIRECTORY) == (
        "#sales is archived: set receivers.sales.slack.to; #sales {other} ${file:x}"
    )
