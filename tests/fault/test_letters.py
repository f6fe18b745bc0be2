"""What the scenario with a real mail server asks of each e-mail, asked of one that is changed on its way."""

from copy import deepcopy
from email.message import EmailMessage

import pytest

from tests.fault import letters
from tests.support.smtp import MailServer


async def posted() -> list[tuple[str, EmailMessage]]:
    async with MailServer() as server:
        await letters.post(server.port)
    return server.received


async def test_mails_that_arrive_as_they_were_sent_are_in_order() -> None:
    received = await posted()
    assert letters.have_arrived(received)
    assert list(letters.faults(received)) == []


@pytest.mark.parametrize(
    ("header", "value", "complaint"),
    [
        ("Reply-To", None, "a mail arrived without whom to answer"),
        ("References", "<other@example.com>", "mails about one alert are in 2 threads"),
        ("Subject", "Missed call: someone else", "the mail open did not arrive as it was sent"),
    ],
)
async def test_a_header_that_is_lost_or_changed_is_noticed(
    header: str, value: str | None, complaint: str
) -> None:
    (to, first), *others = await posted()
    changed = deepcopy(first)
    del changed[header]
    if value is not None:
        changed[header] = value
    assert complaint in list(letters.faults([(to, changed), *others]))


async def test_html_that_lost_its_style_or_its_end_is_noticed() -> None:
    (to, first), *others = await posted()
    changed = deepcopy(first)
    page = changed.get_body(("html",))
    assert page is not None
    page.set_content("<html><p>Call back Suresh", subtype="html")
    found = list(letters.faults([(to, changed), *others]))
    assert "a mail arrived without its dark colours" in found
    assert "a mail arrived without the end of its page" in found
    assert "the mail open did not arrive as it was sent" in found


async def test_a_mail_that_never_arrives_is_noticed() -> None:
    received = (await posted())[1:]
    assert not letters.have_arrived(received)
    assert "the mail open did not arrive as it was sent" in list(letters.faults(received))
