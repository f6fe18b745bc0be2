"""Whom a receiver comes to, and at which address."""

from notifier.config.receivers import Agent, EmailReceiver, Receiver, SlackReceiver, agent_at
from notifier.config.values import Secret

AGENTS = {
    "209": Agent(name="Asha", slack="U0123", email="asha@example.com"),
    "dubai/209": Agent(slack="U0999"),
    "210": Agent(),
}
WEBHOOK = Receiver(slack=SlackReceiver(webhook_url=Secret("https://hooks.example.com/secret")))


def slack(to: str) -> Receiver:
    return Receiver(slack=SlackReceiver(to=to))


def email(*to: str) -> Receiver:
    return Receiver(email=EmailReceiver(to=to))


def test_an_agent_of_the_account_wins_over_one_of_the_bare_extension() -> None:
    assert agent_at("main/209", AGENTS) is AGENTS["209"]
    assert agent_at("dubai/209", AGENTS) is AGENTS["dubai/209"]
    assert agent_at("main/305", AGENTS) is None
    assert agent_at("main/", AGENTS) is None


def test_a_channel_is_its_own_key_and_address() -> None:
    receiver = slack("#sales")
    assert receiver.recipients("main/209", AGENTS) == ("#sales",)
    assert receiver.address("#sales", AGENTS) == "#sales"
    assert receiver.address("#other", AGENTS) is None
    assert receiver.address("agent main/209", AGENTS) is None


def test_the_agent_of_the_call_is_found_at_their_slack_address() -> None:
    receiver = slack("agent")
    assert receiver.recipients("main/209", AGENTS) == ("agent main/209",)
    assert receiver.address("agent main/209", AGENTS) == "U0123"
    assert receiver.address("agent dubai/209", AGENTS) == "U0999"


def test_an_agent_without_an_address_or_entry_is_nobody() -> None:
    for receiver in (slack("agent"), email("agent")):
        assert receiver.recipients("main/210", AGENTS) == ()
        assert receiver.recipients("main/305", AGENTS) == ()
        assert receiver.address("agent main/305", AGENTS) is None
    assert email("agent").recipients("dubai/209", AGENTS) == ()


def test_the_url_of_a_webhook_is_in_no_key() -> None:
    assert WEBHOOK.recipients("main/209", AGENTS) == ("webhook",)
    assert WEBHOOK.address("webhook", AGENTS) == "webhook"
    assert "secret" not in repr(WEBHOOK)


def test_addresses_are_named_by_a_hash_and_each_once() -> None:
    receiver = email("lead@example.com", "agent", "lead@example.com")
    lead, agent = receiver.recipients("main/209", AGENTS)
    assert lead.startswith("mail-")
    assert "lead" not in lead
    assert agent == "agent main/209"
    assert receiver.address(lead, AGENTS) == "lead@example.com"
    assert receiver.address(agent, AGENTS) == "asha@example.com"
    assert receiver.address("mail-000000000000", AGENTS) is None


def test_an_agent_is_no_recipient_of_a_receiver_that_does_not_name_them() -> None:
    assert email("lead@example.com").address("agent main/209", AGENTS) is None


def test_one_address_may_stand_alone() -> None:
    assert Receiver.model_validate({"email": {"to": "a@example.com"}}) == email("a@example.com")


def test_only_what_the_bot_sends_can_be_edited() -> None:
    assert slack("#sales").can_edit
    assert not WEBHOOK.can_edit
    assert not email("a@example.com").can_edit


def test_an_address_in_slack_is_named_by_a_hash_since_it_may_come_from_a_secret() -> None:
    receiver = slack("lead@example.com")
    (key,) = receiver.recipients("main/209", AGENTS)
    assert "@" not in key
    assert receiver.address(key, AGENTS) == "lead@example.com"
