import pytest

from notifier.channels.base import Channel
from notifier.channels.mail import Mail, Postman, mail_channels
from notifier.config.receivers import EmailReceiver
from notifier.errors import ConfigError, EditRefused, PayloadBroken, TargetBroken
from tests.support.clock import FakeClock
from tests.support.sample import a_notice, a_notification, a_summary
from tests.support.smtp import MailServer

LEAD = "lead@example.com"
OTHER = "other@example.com"


def channel(server: MailServer) -> Channel:
    settings = server.settings()
    return Mail(Postman(settings, FakeClock(), timeout=5.0), settings.sender)


async def test_sending_returns_the_message_id_that_was_sent() -> None:
    async with MailServer() as server:
        mail = channel(server)
        receipt = await mail.send(LEAD, a_notification())
        await mail.aclose()
    ((to, message),) = server.received
    assert to == LEAD
    assert message["Message-ID"] == receipt == f"<{a_notification().delivery_id}@example.com>"


async def test_summaries_and_notices_are_sent_like_any_other() -> None:
    async with MailServer() as server:
        mail = channel(server)
        receipts = [await mail.send(LEAD, message) for message in (a_summary(), a_notice())]
        await mail.aclose()
    assert [message["Message-ID"] for _, message in server.received] == receipts


async def test_each_recipient_has_a_result_of_its_own() -> None:
    async with MailServer(answers={LEAD: "550 5.1.1 unknown"}) as server:
        mail = channel(server)
        with pytest.raises(TargetBroken):
            await mail.send(LEAD, a_notification())
        await mail.send(OTHER, a_notification())
        await mail.aclose()
    assert [to for to, _ in server.received] == [OTHER]


async def test_an_address_that_is_two_reaches_nobody() -> None:
    async with MailServer() as server:
        mail = channel(server)
        with pytest.raises(TargetBroken):
            await mail.send(f"{LEAD},{OTHER}", a_notification())
        await mail.aclose()
    assert server.received == []


async def test_after_refused_content_plain_text_goes_without_html() -> None:
    async with MailServer(answers={"DATA": "554 5.6.0 no html here"}) as server:
        mail = channel(server)
        with pytest.raises(PayloadBroken):
            await mail.send(LEAD, a_notification())
        server.answers.clear()
        await mail.send(LEAD, a_notification(), plain=True)
        await mail.aclose()
    assert [message.get_content_type() for _, message in server.received] == ["text/plain"]


async def test_a_mail_can_neither_be_edited_nor_looked_for() -> None:
    mail = channel(MailServer())
    assert (mail.can_edit, mail.summary_size, mail.service) == (False, 200, "email")
    assert await mail.confirm(LEAD, ["ab"], 0) == {}
    with pytest.raises(EditRefused):
        await mail.edit("<ab@example.com>", a_notification())


def test_all_mail_goes_through_one_lane_so_that_nobody_begins_while_another_has_the_connection() -> None:
    mail = channel(MailServer())
    assert mail.lane(LEAD) == mail.lane(OTHER)
    assert "lead" not in mail.lane(LEAD)


async def test_all_receivers_of_a_configuration_share_one_connection() -> None:
    async with MailServer() as server:
        receivers = {"leads": EmailReceiver(to=(LEAD,)), "others": EmailReceiver(to=(OTHER,))}
        made = mail_channels(receivers, server.settings(), FakeClock())
        await made["leads"].send(LEAD, a_notification())
        await made["others"].send(OTHER, a_notification())
        assert server.sessions == 1
        for mail in made.values():
            await mail.aclose()
    assert len(server.received) == 2


async def test_answers_go_to_those_of_the_receiver_else_to_those_of_all_mail() -> None:
    async with MailServer() as server:
        receivers = {
            "agents": EmailReceiver(to=(LEAD,), reply_to=("Lead <lead@example.com>", "b@example.com")),
            "others": EmailReceiver(to=(OTHER,)),
        }
        made = mail_channels(receivers, server.settings(reply_to="help@example.com"), FakeClock())
        for (name, mail), to in zip(made.items(), (LEAD, OTHER), strict=True):
            await mail.send(to, a_notification(delivery_id=name))
            await mail.aclose()
    assert [message["Reply-To"] for _, message in server.received] == [
        "Lead <lead@example.com>, b@example.com",
        "help@example.com",
    ]


def test_a_receiver_without_a_server_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match=r"receivers\.leads\.email: needs an SMTP server"):
        mail_channels({"leads": EmailReceiver(to=(LEAD,))}, None, FakeClock())
    assert mail_channels({}, None, FakeClock()) == {}
