from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.mail.message import compose, message_id, one_address, sender_address
from notifier.errors import CredentialsBroken, TargetBroken
from notifier.model import AlertState, Kind, Message, Severity
from tests.support.messages import ALERTS
from tests.support.sample import a_call, a_digest, a_notice, a_notification, a_summary, an_alert

SENDER = "Missed calls <calls@example.com>"
LEAD = "lead@example.com"

HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
}


def sent(message: Message, sender: str = SENDER, **over: Any) -> EmailMessage:
    """The message as the other side reads it."""
    raw = compose(message, sender, LEAD, **over).as_bytes()
    assert raw.isascii()
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


def test_a_message_says_the_same_in_text_and_html() -> None:
    message = sent(a_notification())
    assert message.get_content_type() == "multipart/alternative"
    for kind in ("plain", "html"):
        said = body(message, kind)
        assert "Call back Suresh" in said
        assert "+91 98123 45678" in said


def test_its_headers_tell_machines_not_to_answer() -> None:
    message = sent(a_notification())
    assert set(message.keys()) == HEADERS
    assert message["From"] == SENDER
    assert message["To"] == LEAD
    assert message["Date"] == "Mon, 21 Sep 2026 14:13:20 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"


def test_a_plain_message_has_no_html() -> None:
    message = sent(a_notification(), text_only=True)
    assert message.get_content_type() == "text/plain"
    assert "Call back Suresh" in message.get_content()


def test_messages_about_one_alert_thread_and_each_keeps_its_own_id() -> None:
    first = a_notification(delivery_id="aa")
    later = a_notification(delivery_id="bb", kind=Kind.UPDATE, alert=an_alert(call_count=3, version=4))
    one, two = sent(first), sent(later)
    assert one["References"] == two["References"] == f"<alert-{first.alert.uid}@example.com>"
    assert one["In-Reply-To"] == two["In-Reply-To"] == one["References"]
    assert two["Subject"] == f"Re: {one['Subject']}"
    assert (one["Message-ID"], two["Message-ID"]) == ("<aa@example.com>", "<bb@example.com>")
    assert message_id(first, SENDER) == "<aa@example.com>"
    assert sent(a_notification(alert=an_alert(uid="ff")))["References"] == "<alert-ff@example.com>"


def test_a_notice_and_its_end_thread() -> None:
    one, two = sent(a_notice(delivery_id="aa")), sent(a_notice(delivery_id="bb", cleared_at=a_notice().now))
    assert one["References"] == two["References"] == f"<notice-{a_notice().uid}@example.com>"
    assert one["In-Reply-To"] == two["In-Reply-To"] == one["References"]
    assert one["Subject"] == "notifier: Slack refuses our credentials"
    assert two["Subject"] == f"Re: {one['Subject']}"
    assert (one["Message-ID"], two["Message-ID"]) == ("<aa@example.com>", "<bb@example.com>")


def test_a_summary_stands_alone_and_has_an_id_of_its_own() -> None:
    message = sent(a_summary(delivery_id="aa"))
    assert set(message.keys()) == HEADERS - {"In-Reply-To", "References"}
    assert message["Message-ID"] == message_id(a_summary(delivery_id="aa"), SENDER) == "<aa@example.com>"
    assert message["Subject"] == "2 alerts at once (A12 to A13)"
    for kind in ("plain", "html"):
        assert "A12" in body(message, kind)
        assert "A13" in body(message, kind)


def test_answers_go_where_the_configuration_says() -> None:
    assert "Reply-To" not in sent(a_notification())
    message = sent(a_notification(), answers_to=("lead@example.com", "all सभी <b@example.com>"))
    assert message["Reply-To"] == "lead@example.com, all सभी <b@example.com>"
    assert set(message.keys()) == HEADERS | {"Reply-To"}


@pytest.mark.parametrize("evil", ["a@example.com\r\nBcc: x@example.com", "a@example.com, b@example.com", "x"])
def test_what_is_not_one_address_is_no_header_for_answers(evil: str) -> None:
    with pytest.raises(CredentialsBroken, match="reply_to is not one e-mail address"):
        sent(a_notification(), answers_to=(evil,))


def test_what_is_critical_and_asks_for_somebody_has_a_high_priority() -> None:
    critical = a_notification(alert=an_alert(severity=Severity.CRITICAL))
    assert (sent(critical)["Importance"], sent(critical)["X-Priority"]) == ("high", "1")
    assert sent(a_summary((a_notification(), critical)))["Importance"] == "high"
    on_it = an_alert(severity=Severity.CRITICAL, state=AlertState.ACKNOWLEDGED, handled_by="Asha")
    for quiet in (a_notification(alert=on_it), a_notification(), a_summary(), a_notice(), a_digest()):
        assert "Importance" not in sent(quiet)


def test_a_threads_subjects_differ_by_re_only_whatever_became_of_the_alert() -> None:
    """Gmail wants that, and servers sort by what is left without it (RFC 5256, 2.1)."""
    mails = [sent(ALERTS[name]) for name in ("open", "open-again", "acknowledged", "escalation", "reminder")]
    mails += [sent(message) for name, message in ALERTS.items() if name.startswith("update-")]
    assert {mail["Subject"].removeprefix("Re: ") for mail in mails} == {mails[0]["Subject"]}
    assert len({mail["References"] for mail in mails}) == 1


def test_a_receiver_that_masks_numbers_gets_none_in_any_part() -> None:
    raw = compose(ALERTS["open-masked"], SENDER, LEAD).as_string()
    assert "5678" in raw
    assert not any(number in raw for number in ("98123 45678", "9812345678", "tel:"))


def test_ids_are_never_folded_into_encoded_words() -> None:
    sender = f"calls@{'long.' * 20}example.com"
    raw = compose(a_notification(), sender, LEAD).as_bytes().decode()
    thread = f"<alert-{an_alert().uid}@{'long.' * 20}example.com>"
    assert raw.count(thread) == 2
    assert sent(a_notification(), sender)["References"].strip() == thread


def test_names_beyond_ascii_arrive_whole() -> None:
    call = a_call(name="सुरेश 📞")
    message = sent(a_notification(calls=(call,)), sender="Missed सुरेश <calls@example.com>")
    assert "सुरेश 📞" in body(message, "plain")
    assert "सुरेश 📞" in body(message, "html")
    assert message["From"] == "Missed सुरेश <calls@example.com>"


EVIL = "x\r\nBcc: evil@example.com\r\n\r\n\x0b\x0c\x1c\x85\u2028\u2029\x00<script>{{ 7 * 7 }}</script>"


def test_what_comes_from_outside_can_not_add_a_header_a_part_or_a_template() -> None:
    call = a_call(name=EVIL, customer=EVIL, account=EVIL, extension=EVIL)
    alert = an_alert(rule=EVIL, uid=EVIL, agent=EVIL)
    evil = a_notification(calls=(call,), alert=alert, delivery_id=EVIL, agent_names={call.agent: EVIL})
    message = sent(evil, sender="x\x0b\x85y <calls@example.com>")
    assert set(message.keys()) == HEADERS
    assert message["Message-ID"].count("<") == 1
    assert len(list(message.walk())) == 3
    assert "<script>" not in body(message, "html")
    assert "{{ 7 * 7 }}" in body(message, "html")


@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=400), uid=st.text(max_size=80))
def test_no_text_from_outside_breaks_the_headers(text: str, uid: str) -> None:
    call = a_call(name=text, customer=text, extension=text)
    evil = a_notification(
        calls=(call,), alert=an_alert(rule=text, uid=uid, agent=call.agent), delivery_id=uid
    )
    message = sent(evil)
    assert set(message.keys()) == HEADERS
    assert not message.defects
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lead",
        "lead@",
        "@example.com",
        "a@example.com,b@example.com",
        "a@example.com b@example.com",
        "a@example.com\r\nRCPT TO:<b@example.com>",
        "a@example.com\n",
        "Lead <lead@example.com>",
        "<lead@example.com>",
        '"a b"@example.com',
        "लीड@example.com",
        "lead@exämple.com",
        "lead@example..com",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}",
        "lead@example.com> SIZE=1",
    ],
)
def test_what_is_not_exactly_one_address_breaks_the_target(address: str) -> None:
    with pytest.raises(TargetBroken) as caught:
        compose(a_notification(), SENDER, address)
    assert not address or address not in str(caught.value)


@given(text=st.text(max_size=80) | st.emails())
@settings(deadline=None)
def test_an_accepted_address_is_one_token_on_a_command_line(text: str) -> None:
    accepted = one_address(text)
    assert accepted in {None, text}
    assert accepted is None or not set(accepted) & set(' <>,"\r\n\t;:()[]\\')


@pytest.mark.parametrize("sender", ["", "Missed calls", "calls@", "a@example.com, b@example.com,"])
def test_a_sender_that_is_none_is_a_matter_of_configuration(sender: str) -> None:
    with pytest.raises(CredentialsBroken, match=r"email\.sender"):
        sender_address(sender or "nobody")


@given(text=st.text(alphabet="=?utf-8qQbB0daADccx:@_<> \r\n", max_size=60))
@settings(deadline=None)
def test_no_encoded_word_becomes_a_header_of_its_own(text: str) -> None:
    word = f"=?utf-8?q?=0d=0aBcc:x?={text}"
    alert = an_alert(rule=word, agent=f"main/{word}", per=("extension",))
    raw = compose(a_notification(alert=alert), SENDER, LEAD).as_bytes()
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = {line.split(b":")[0].decode() for line in lines if not line[:1].isspace()}
    assert names == HEADERS
