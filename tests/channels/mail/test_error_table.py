"""Every way in which an SMTP server fails, over a socket: the class of the error, and whether uncertain."""

from contextlib import AsyncExitStack

import pytest

from notifier.channels.mail import Mail, Postman
from notifier.errors import DeliveryError, DeliveryTransient
from tests.support.clock import FakeClock
from tests.support.error_classes import MAIL, UNREACHABLE, Row, mail_server
from tests.support.sample import a_notification
from tests.support.smtp import password, trusting

PATIENCE = 0.2  # seconds, where no answer will come
LEAD = "lead@example.com"


@pytest.mark.parametrize("row", MAIL, ids=str)
async def test_each_failure_of_a_mail_server_is_one_class_of_error(row: Row) -> None:
    login = {"username": "u", "password": password("p")} if row.where == "AUTH" else {}
    security = "starttls" if row.where == "STARTTLS" else "none"
    async with AsyncExitStack() as running:
        server = await running.enter_async_context(mail_server(row))
        settings = server.settings(security=security, **login)
        if row.fault == UNREACHABLE:
            await running.aclose()
        postman = Postman(settings, FakeClock(), timeout=PATIENCE if not row.fault else 5.0, tls=trusting())
        mail = Mail(postman, settings.sender)
        with pytest.raises(DeliveryError) as caught:
            await mail.send(LEAD, a_notification())
        await mail.aclose()
    error = caught.value
    assert type(error) is row.kind
    assert isinstance(error, DeliveryTransient) or not row.uncertain
    assert getattr(error, "uncertain", False) is row.uncertain
    assert row.pause is None
    assert error.__context__ is None, "it may hold the address"
    assert LEAD not in str(error)


def test_the_table_has_every_step_of_a_delivery() -> None:
    steps = {"", "GREETING", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BODY"}
    assert {row.where for row in MAIL} == steps
