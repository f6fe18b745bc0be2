import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from notifier.cli.samples import Sent, send_samples
from notifier.config import load
from tests.support.clock import FakeClock
from tests.support.commands import complaint, notifier
from tests.support.hook import SECRET, FakeHook
from tests.support.slack import TOKEN, FakeSlack
from tests.support.smtp import MailServer

ENVIRON = {"SLACK_BOT_TOKEN": TOKEN}


class Office:
    """A Slack and a mail server, and a configuration that leads there."""

    def __init__(self, folder: Path, slack: FakeSlack, mail: MailServer) -> None:
        self.path = folder / "config.yaml"
        self.slack = slack
        self.mail = mail

    def configure(self, **sections: Any) -> None:
        merged: dict[str, Any] = {
            "timezone": "Asia/Kolkata",
            "telecmi": {"accounts": [{"name": "main", "region": "india", "app_id": 1, "secret": "x"}]},
            "slack": {"bot_token": "${SLACK_BOT_TOKEN}", "base_url": self.slack.api_url},
            "email": {
                "host": "127.0.0.1",
                "port": self.mail.port,
                "security": "none",
                "sender": "Missed calls <calls@example.com>",
            },
            "agents": {
                "209": {"name": "Asha", "slack": "U209", "email": "asha@example.com"},
                "main/210": {"name": "Ravi"},
            },
            "receivers": {
                "agent": {"slack": {"to": "agent"}},
                "sales-room": {"slack": {"to": "#sales"}},
                "hook": {"slack": {"webhook_url": self.slack.webhook_url}},
                "leads": {"email": {"to": ["lead@example.com", "second@example.com"]}},
            },
            "rules": [{"name": "every", "notify": "sales-room"}],
            **sections,
        }
        self.path.write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in merged.items()))

    async def send_test(self, *arguments: str) -> Result:
        return await asyncio.to_thread(notifier, "send-test", *arguments, "-c", self.path, env=ENVIRON)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    slack = FakeSlack()
    slack.add_channel("sales", "C1")
    slack.add_user("U209", "asha@example.com")
    await slack.start()
    async with MailServer() as mail:
        office = Office(tmp_path, slack, mail)
        office.configure()
        yield office
    await slack.stop()


async def test_a_slack_channel_gets_a_message_that_says_it_is_a_test(office: Office) -> None:
    result = await office.send_test("sales-room")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "sales-room #sales: sent\n", "")
    (message,) = office.slack.posted
    assert message.channel == "C1"
    assert "This is a test" in message.text
    assert "Asha" in message.text
    assert "<@U209>" in json.dumps(message.blocks)
    assert not any(block["type"] == "actions" for block in message.blocks or [])


async def test_an_agent_gets_a_direct_message(office: Office) -> None:
    result = await office.send_test("agent")
    assert (result.exit_code, result.stdout) == (0, "agent main/209: sent\n")
    assert office.slack.posted[0].channel == "DU209"


@pytest.mark.parametrize(
    ("deputies", "instead"),
    [
        ({"209": {"deputy": "210"}, "210": {"slack": "U210"}}, "; alerts go to agent main/210 meanwhile"),
        ({"209": {}}, "; alerts go to a rule's fallback meanwhile"),
        (
            {"209": {"deputy": "210"}, "210": {"name": "Ravi", "email": "r@example.com", "deputy": "209"}},
            ", their deputy Ravi (210) has no address; alerts go to a rule's fallback meanwhile",
        ),
    ],
    ids=["deputy", "nobody", "deputy without an address"],
)
async def test_of_an_agent_who_is_away_it_says_so_and_who_is_told_instead(
    office: Office, deputies: dict[str, dict[str, str]], instead: str
) -> None:
    away = {"name": "Asha", "slack": "U209", "away": "2026-01-01..9999-12-31"}
    office.configure(agents={**deputies, "209": {**away, **deputies["209"]}})
    result = await office.send_test("agent", "--extension", "209")
    assert (result.exit_code, result.stdout) == (0, "agent main/209: sent\n")
    said = f"Asha (209) is away through Fri 31 Dec 9999{instead}"
    assert result.stderr.removeprefix("agent main/209: ") == f"{said}\n"
    as_json = await office.send_test("agent", "--extension", "209", "--json")
    assert json.loads(as_json.stdout)[0]["away"] == said


@pytest.mark.parametrize(
    ("look", "shown"),
    [
        ("customer", ("Call back Suresh, +91 98123 45678", "Attempt 2 since", "Customer was not reached")),
        ("count", ("6 missed calls by Asha", "Lakshmi Traders", "5 missed calls by Asha within 30 min")),
        ("reached", ("Reached by Asha",)),
    ],
)
async def test_each_look_is_marked_as_a_test_and_has_no_buttons(
    office: Office, look: str, shown: tuple[str, ...]
) -> None:
    slack = {"bot_token": "${SLACK_BOT_TOKEN}", "app_token": "xapp-x", "base_url": office.slack.api_url}
    office.configure(slack=slack)
    result = await office.send_test("sales-room", "--look", look)
    assert (result.exit_code, result.stdout) == (0, "sales-room #sales: sent\n")
    (message,) = office.slack.posted
    assert all(each in message.text for each in ("This is a test with sample data", *shown))
    kinds = [block["type"] for block in message.blocks or []]
    assert "actions" not in kinds
    assert ("table" in kinds) is (look == "count")


async def test_what_can_not_be_told_names_the_agent_and_the_key(office: Office) -> None:
    del office.slack.workspace.users["U209"]
    office.configure(agents={"209": {"name": "Asha", "slack": "asha@example.com"}})
    result = await office.send_test("agent")
    assert result.exit_code == 1
    assert (
        "nobody in Slack has the address of Asha (209) (any more): correct agents.209.slack" in result.stderr
    )


async def test_a_webhook_gets_a_document_that_says_it_is_a_test(office: Office) -> None:
    hook = FakeHook()
    await hook.start()
    receiver = {"webhook": {"url": hook.url, "secret": SECRET}}
    office.configure(receivers={"program": receiver}, rules=[{"name": "every", "notify": "program"}])
    result = await office.send_test("program")
    await hook.stop()
    assert (result.exit_code, result.stdout, result.stderr) == (0, "program webhook: sent\n", "")
    (request,) = hook.accepted
    assert json.loads(request.body)["alert"]["test"] is True


async def test_an_incoming_webhook(office: Office) -> None:
    result = await office.send_test("hook")
    assert (result.exit_code, result.stdout) == (0, "hook webhook: sent\n")
    assert office.slack.posted[0].channel == "webhook"


async def test_it_is_masked_and_mentions_as_the_receiver_says(office: Office) -> None:
    slack = {"to": "#sales", "mention": "here"}
    receivers = {
        "sales-room": {"slack": slack, "mask_numbers": True},
        "leads": {"email": {"to": "lead@example.com"}, "mask_numbers": True},
        "hook": {"slack": {"webhook_url": office.slack.webhook_url}, "mask_numbers": True},
    }
    office.configure(receivers=receivers)
    for name in receivers:
        assert (await office.send_test(name)).exit_code == 0
    first, second = office.slack.posted
    ((_, mail),) = office.mail.received
    parts = [part.get_content() for part in mail.iter_parts()]
    for said in (json.dumps(first.blocks), first.text, json.dumps(second.blocks), *parts):
        assert "5678" in said
        assert "45678" not in said.replace(" ", "")
    assert "<!here>" in json.dumps(first.blocks)
    assert "<@U209>" in json.dumps(first.blocks)
    assert "<!here>" not in json.dumps(second.blocks)


async def test_everybody_of_an_e_mail_receiver_is_told_and_one_refusal_costs_the_others_nothing(
    office: Office,
) -> None:
    office.mail.answers["lead@example.com"] = "550 no such user"
    result = await office.send_test("leads")
    assert result.exit_code == 1
    assert result.stdout == "leads second@example.com: sent\n"
    assert result.stderr.startswith("leads lead@example.com: not sent: ")
    assert [recipient for recipient, _ in office.mail.received] == ["second@example.com"]


async def test_an_unknown_receiver_is_wrong_usage_with_a_guess(office: Office) -> None:
    result = await office.send_test("sales-rom")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean `sales-room`?" in complaint(result)
    listed = await office.send_test("xyz")
    assert "there is agent, hook, leads, sales-room" in complaint(listed)


async def test_a_configuration_without_receivers_says_so(office: Office) -> None:
    office.configure(receivers={"Ж": {"slack": {"to": "#sales"}}}, rules=[{"name": "a", "notify": "Ж"}])
    result = await office.send_test("room")
    assert result.exit_code == 2


async def test_an_agent_without_an_address_is_told_with_what_to_do(office: Office) -> None:
    result = await office.send_test("agent", "--extension", "main/210")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "notifier: agent comes to nobody for main/210; "
        "give that agent an address, or name another --extension\n"
    )
    assert (await office.send_test("agent", "--extension", "x")).exit_code == 2


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ("invalid_auth", "into slack.bot_token, and restart notifier"),
        ("channel_not_found", "Slack does not know #sales: it was deleted or renamed"),
        ("is_archived", "#sales is archived: unarchive it in Slack, or set receivers.sales-room.slack.to to"),
        (500, "HTTP 500"),
        ("some_new_code", "some_new_code"),
    ],
)
async def test_a_failure_ends_with_1_and_its_reason(office: Office, failure: str | int, reason: str) -> None:
    office.slack.fail_next("chat.postMessage", failure)
    result = await office.send_test("sales-room")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("sales-room #sales: not sent: ")
    assert reason in result.stderr
    assert TOKEN not in result.output


async def test_without_an_answer_it_gives_up(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", "hang")
    config = load(office.path, ENVIRON)
    sent = [one async for one in send_samples(config, "sales-room", "main/209", FakeClock(), limit=0.05)]
    assert sent == [Sent("sales-room #sales", "no answer within 0 s")]


class BrokenClock(FakeClock):
    """Breaks whoever measures time by it."""

    def monotonic(self) -> float:
        raise ZeroDivisionError("a secret")


async def test_of_an_unknown_error_only_its_kind_is_told(office: Office) -> None:
    office.configure(agents={"209": {"slack": "asha@example.com"}})
    config = load(office.path, ENVIRON)
    sent = [one async for one in send_samples(config, "agent", "main/209", BrokenClock())]
    assert sent == [Sent("agent main/209", "unknown error: ZeroDivisionError")]


async def test_json_names_each_message(office: Office) -> None:
    office.mail.answers["second@example.com"] = "550 5.1.1 unknown"
    result = await office.send_test("leads", "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert json.loads(result.stdout) == [
        {"to": "leads lead@example.com", "sent": True, "reason": "", "away": ""},
        {
            "to": "leads second@example.com",
            "sent": False,
            "reason": "SMTP 550 5.1.1 at the recipient's address",
            "away": "",
        },
    ]


async def test_without_agents_any_extension_will_do(office: Office) -> None:
    office.configure(agents={})
    result = await office.send_test("sales-room")
    assert result.exit_code == 0
    assert "209" in json.dumps(office.slack.posted[0].blocks)
