import asyncio
import contextlib
from typing import Any

import pytest

from notifier.channels.mail import Postman
from notifier.config.values import Secret
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    PayloadBroken,
    TargetBroken,
)
from tests.support.clock import FakeClock
from tests.support.smtp import Listener, MailServer, ScriptedServer, Security, healthy, password, trusting

MESSAGE = b"Subject: missed call\r\n\r\nCall back Suresh\r\n"
SENDER = "calls@example.com"
LEAD = "lead@example.com"


def postman(
    server: Listener, clock: FakeClock | None = None, *, timeout: float = 5.0, **over: Any
) -> Postman:
    return Postman(server.settings(**over), clock or FakeClock(), timeout=timeout, tls=trusting())


async def failure(server: Listener, **over: Any) -> DeliveryError:
    """What a delivery ends in, through a connection of its own."""
    carrier = postman(server, **over)
    with pytest.raises(DeliveryError) as caught:
        await carrier.deliver(SENDER, LEAD, MESSAGE)
    await carrier.aclose()
    return caught.value


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
async def test_a_message_arrives_over_each_kind_of_security(security: Security) -> None:
    async with MailServer(security) as server:
        carrier = postman(server)
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        await carrier.aclose()
    assert [(to, message["Subject"]) for to, message in server.received] == [(LEAD, "missed call")]


async def test_the_right_password_logs_in() -> None:
    async with MailServer("starttls", password="right") as server:
        carrier = postman(server, username="u", password=password("right"))
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        await carrier.aclose()
    assert server.logins == [True]
    assert len(server.received) == 1


async def test_logging_in_alone_sends_nothing_and_fails_like_a_message() -> None:
    async with MailServer("starttls", password="right") as server:
        carrier = postman(server, username="u", password=password("right"))
        await carrier.log_in()
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        await carrier.aclose()
        wrong = postman(server, username="u", password=password("wr0ng-secret"))
        with pytest.raises(CredentialsBroken, match=r"check email\.username"):
            await wrong.log_in()
        await wrong.aclose()
    assert server.logins[0]
    assert not any(server.logins[1:])
    assert server.sessions == 2
    assert len(server.received) == 1


async def test_a_wrong_password_breaks_the_credentials_and_is_not_said() -> None:
    async with MailServer("starttls", password="right") as server:
        error = await failure(server, username="u", password=password("wr0ng-secret"))
    assert type(error) is CredentialsBroken
    assert "535" in str(error)
    assert "wr0ng-secret" not in repr(error)
    assert server.received == []


async def test_a_server_that_wants_a_login_breaks_the_credentials() -> None:
    async with MailServer("starttls", password="right") as server:
        assert type(await failure(server)) is CredentialsBroken


async def test_a_password_replaced_in_its_file_is_used_by_the_next_try() -> None:
    held = Secret("old", lambda: "right")
    async with MailServer("starttls", password="right") as server:
        carrier = postman(server, username="u", password=held)
        with pytest.raises(CredentialsBroken):
            await carrier.deliver(SENDER, LEAD, MESSAGE)
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        await carrier.aclose()
    assert len(server.received) == 1


async def test_a_password_file_that_is_gone_leaves_the_answer_as_it_was() -> None:
    def gone() -> str:
        raise FileNotFoundError

    async with MailServer("starttls", password="right") as server:
        error = await failure(server, username="u", password=Secret("old", gone))
    assert type(error) is CredentialsBroken


async def test_a_login_where_none_is_offered_is_a_matter_of_configuration() -> None:
    async with MailServer("none") as server:
        error = await failure(server, username="u", password=password("p"))
    assert type(error) is CredentialsBroken
    assert "does not offer login" in str(error)


async def test_starttls_is_never_left_out_where_the_server_does_not_offer_it() -> None:
    async with MailServer("none") as server:
        error = await failure(server, security="starttls")
    assert type(error) is CredentialsBroken
    assert "does not offer STARTTLS" in str(error)
    assert server.received == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for_is_a_matter_of_configuration(security: Security) -> None:
    async with MailServer(security) as server:
        carrier = Postman(server.settings(), FakeClock(), timeout=5.0)
        with pytest.raises(CredentialsBroken, match="certificate is not trusted"):
            await carrier.deliver(SENDER, LEAD, MESSAGE)
        await carrier.aclose()
    assert server.received == []


async def test_tls_to_a_server_that_speaks_none_is_a_matter_of_configuration() -> None:
    async with MailServer("none") as server:
        error = await failure(server, security="tls")
    assert type(error) is CredentialsBroken
    assert "email.security" in str(error)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({LEAD: "550 5.1.1 no lead@example.com here"}, TargetBroken),
        ({LEAD: "501 5.1.3 bad address"}, TargetBroken),
        ({LEAD: "450 4.2.0 greylisted"}, DeliveryTransient),
        ({LEAD: "451 4.3.0 later"}, DeliveryTransient),
        ({LEAD: "452 4.2.2 full"}, DeliveryTransient),
        ({LEAD: "421 4.7.0 too many"}, DeliveryTransient),
        ({LEAD: "530 5.7.0 log in first"}, CredentialsBroken),
        ({"MAIL": "553 5.7.1 not your address"}, CredentialsBroken),
        ({"MAIL": "451 4.3.0 later"}, DeliveryTransient),
        ({"DATA": "552 5.3.4 too big"}, PayloadBroken),
        ({"DATA": "554 5.6.0 content refused"}, PayloadBroken),
        ({"DATA": "451 4.3.0 later"}, DeliveryTransient),
        ({"DATA": "421 4.3.2 going down"}, DeliveryTransient),
    ],
)
async def test_each_refusal_says_what_is_to_be_done(
    answers: dict[str, str], expected: type[DeliveryError]
) -> None:
    async with MailServer(answers=answers) as server:
        error = await failure(server)
    code, status, *_ = next(iter(answers.values())).split()
    assert type(error) is expected
    assert f"SMTP {code} {status}" in str(error)
    assert not (isinstance(error, DeliveryTransient) and error.uncertain)


async def test_no_error_repeats_an_address_that_the_server_said() -> None:
    async with MailServer(answers={LEAD: f"550 no such user {LEAD}"}) as server:
        error = await failure(server)
    assert "SMTP 550" in str(error)
    assert LEAD not in f"{error!r} {error.__context__!r} {error.__cause__!r}"


def scripted(**answers: str | None) -> ScriptedServer:
    """A healthy server but for some lines: by the line's first word."""
    return ScriptedServer(lambda line: answers.get(line.split()[0], healthy(line)))


@pytest.mark.parametrize(
    ("answers", "expected", "uncertain"),
    [
        ({"GREETING": None}, DeliveryTransient, False),
        ({"GREETING": ""}, DeliveryTransient, False),
        ({"GREETING": "421 busy"}, DeliveryTransient, False),
        ({"GREETING": "554 go away"}, CredentialsBroken, False),
        ({"GREETING": "<html>"}, DeliveryTransient, False),
        ({"GREETING": "220 hello", "EHLO": "500 what", "HELO": "504 no"}, CredentialsBroken, False),
        ({"MAIL": None}, DeliveryTransient, False),
        ({"RCPT": ""}, DeliveryTransient, False),
        ({"RCPT": None}, DeliveryTransient, False),
        ({"DATA": None}, DeliveryTransient, True),
        ({"BODY": None}, DeliveryTransient, True),
        ({"BODY": ""}, DeliveryTransient, True),
        ({"BODY": "huh"}, DeliveryTransient, True),
    ],
)
async def test_silence_and_loss_are_uncertain_only_once_the_message_was_begun(
    answers: dict[str, str | None], expected: type[DeliveryError], *, uncertain: bool
) -> None:
    async with scripted(**answers) as server:
        error = await failure(server, timeout=0.2)
    assert type(error) is expected
    assert getattr(error, "uncertain", False) is uncertain


async def test_nobody_listening_is_transient_and_certain() -> None:
    async with scripted() as server:
        settings = server.settings()
    carrier = Postman(settings, FakeClock(), timeout=1.0)
    with pytest.raises(DeliveryTransient) as caught:
        await carrier.deliver(SENDER, LEAD, MESSAGE)
    assert caught.value.uncertain is False
    assert str(caught.value) == (
        "the SMTP server refused the connection: nothing listens there; check email.host and email.port"
    )
    await carrier.aclose()


async def test_a_host_whose_name_is_not_known_is_transient_and_named() -> None:
    error = await failure(MailServer(), host="smtp.invalid", port=25)
    assert type(error) is DeliveryTransient
    assert error.uncertain is False
    assert str(error) == "the SMTP server's name can't be resolved; check email.host"


async def test_a_server_that_never_greets_costs_one_timeout() -> None:
    async with scripted(GREETING="") as server, asyncio.timeout(1.0):
        assert type(await failure(server, timeout=0.3)) is DeliveryTransient


async def test_a_server_that_answers_every_line_just_in_time_must_end_too() -> None:
    async with ScriptedServer(healthy, delay=0.08) as server:
        error = await failure(server, timeout=0.1)
    assert type(error) is DeliveryTransient
    assert "silent" in str(error)


async def test_a_host_that_can_not_be_a_name_is_a_matter_of_configuration() -> None:
    error = await failure(MailServer(), host=f"{'é' * 80}.example.com", port=25)
    assert type(error) is CredentialsBroken
    assert "email.host" in str(error)


async def test_those_who_queued_behind_an_outage_share_its_answer() -> None:
    async with scripted(GREETING="") as server:
        carrier = postman(server, timeout=0.2)
        tries = (carrier.deliver(SENDER, LEAD, MESSAGE) for _ in range(10))
        errors = await asyncio.gather(*tries, return_exceptions=True)
        assert {type(error) for error in errors} == {DeliveryTransient}
        assert server.sessions == 1
        with pytest.raises(DeliveryTransient):
            await carrier.deliver(SENDER, LEAD, MESSAGE)
        assert server.sessions == 2


async def test_a_refused_recipient_costs_those_behind_it_nothing() -> None:
    async with MailServer(answers={LEAD: "550 no"}) as server:
        carrier = postman(server)
        results = await asyncio.gather(
            *(carrier.deliver(SENDER, to, MESSAGE) for to in (LEAD, "b@example.com", "c@example.com")),
            return_exceptions=True,
        )
        await carrier.aclose()
    assert [type(result) for result in results] == [TargetBroken, type(None), type(None)]
    assert [to for to, _ in server.received] == ["b@example.com", "c@example.com"]


async def test_a_batch_goes_over_one_connection() -> None:
    async with MailServer() as server:
        carrier = postman(server)
        await asyncio.gather(*(carrier.deliver(SENDER, LEAD, MESSAGE) for _ in range(20)))
        await carrier.aclose()
    assert len(server.received) == 20
    assert server.sessions == 1


async def test_a_connection_that_was_idle_is_not_used_again() -> None:
    clock = FakeClock()
    async with MailServer() as server:
        carrier = postman(server, clock)
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        clock.advance(5_000)
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        assert server.sessions == 1
        clock.advance(5_001)
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        assert server.sessions == 2
        await carrier.aclose()


async def test_a_connection_is_dropped_after_a_failure() -> None:
    async with MailServer(answers={LEAD: "550 no"}) as server:
        carrier = postman(server)
        with pytest.raises(TargetBroken):
            await carrier.deliver(SENDER, LEAD, MESSAGE)
        await carrier.deliver(SENDER, "b@example.com", MESSAGE)
        assert server.sessions == 2
        await carrier.aclose()


async def test_a_connection_that_the_server_ended_is_replaced() -> None:
    async with MailServer() as server:
        carrier = postman(server)
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        server.hang_up()
        with contextlib.suppress(
            DeliveryTransient
        ):  # whether the loss was noticed before is the loop's affair
            await carrier.deliver(SENDER, LEAD, MESSAGE)
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        assert server.sessions == 2
        await carrier.aclose()


async def test_closing_twice_or_without_a_connection_does_nothing() -> None:
    async with MailServer() as server:
        carrier = postman(server)
        await carrier.aclose()
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        await carrier.aclose()
        await carrier.aclose()
        assert server.sessions == 1


async def test_closing_does_not_wait_for_a_silent_server() -> None:
    waiting = asyncio.Event()

    def silent(line: str) -> str:
        if line == "BODY":
            waiting.set()
        return "" if line == "BODY" else healthy(line)

    async with ScriptedServer(silent) as server:
        carrier = postman(server, timeout=60.0)
        delivery = asyncio.create_task(carrier.deliver(SENDER, LEAD, MESSAGE))
        await waiting.wait()
        async with asyncio.timeout(5):
            await carrier.aclose()
            with pytest.raises(DeliveryTransient) as caught:
                await delivery
    assert caught.value.uncertain is True


async def test_a_cancelled_delivery_leaves_no_half_used_connection() -> None:
    waiting = asyncio.Event()

    def silent_once(line: str) -> str:
        if line == "BODY" and not waiting.is_set():
            waiting.set()
            return ""
        return healthy(line)

    async with ScriptedServer(silent_once) as server:
        carrier = postman(server)
        delivery = asyncio.create_task(carrier.deliver(SENDER, LEAD, MESSAGE))
        await waiting.wait()
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery
        await carrier.deliver(SENDER, LEAD, MESSAGE)
        assert server.sessions == 2
        await carrier.aclose()
