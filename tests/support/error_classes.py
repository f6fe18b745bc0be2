"""How remote sides fail, and which class of error each failure is: one row each, for tests of every layer."""

from dataclasses import dataclass
from typing import TypeAlias

from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)
from tests.support.slack_faults import Raw
from tests.support.smtp import ScriptedServer, healthy

UNREACHABLE = "unreachable"
"""Instead of a failure of the look-alike: it does not listen."""

Fault: TypeAlias = str | int | Raw | None
"""As the look-alike is told. Of SMTP: what it says, "" for silence, None to hang up."""


@dataclass(frozen=True)
class Row:
    """One failure."""

    fault: Fault
    kind: type[DeliveryError]
    uncertain: bool = False  # it may have arrived all the same
    pause: float | None = None  # seconds, of RateLimited
    where: str = ""  # Slack's method, or the line of SMTP ("GREETING", "RCPT" …) that is answered so

    def __str__(self) -> str:
        said = self.fault
        if isinstance(said, Raw):
            said = f"{said.status} {said.body[:20].decode(errors='replace')} {said.headers or ''}"
        return f"{self.where} {'hangs up' if said is None else said or 'silent'}".strip()


def _rows(
    kind: type[DeliveryError],
    *faults: Fault,
    uncertain: bool = False,
    pause: float | None = None,
    where: str = "",
) -> list[Row]:
    return [Row(fault, kind, uncertain, pause, where) for fault in faults]


def _slack(
    kind: type[DeliveryError],
    *faults: Fault,
    uncertain: bool = False,
    pause: float | None = None,
    where: str = "chat.postMessage",
) -> list[Row]:
    return _rows(kind, *faults, uncertain=uncertain, pause=pause, where=where)


def _said(status: int, body: bytes) -> Raw:
    return Raw(status, body, "text/html")


def _limited(status: int, retry_after: str) -> Raw:
    return Raw(status, b'{"ok": false, "error": "ratelimited"}', headers={"Retry-After": retry_after})


SLACK = (
    # Not posted: wait.
    *_slack(RateLimited, "ratelimited", "rate_limited", Raw(429), _limited(429, "soon"), pause=30),
    *_slack(RateLimited, _limited(429, "7"), _limited(200, "7"), pause=7),
    *_slack(RateLimited, _limited(429, "0"), pause=1),
    *_slack(RateLimited, _limited(429, "99999"), pause=3600),
    *_slack(RateLimited, "message_limit_exceeded", pause=900),
    *_slack(DeliveryTransient, "service_unavailable", "request_timeout", UNREACHABLE),
    # It may have been posted.
    *_slack(DeliveryTransient, "internal_error", "fatal_error", 500, 502, 503, 504, uncertain=True),
    *_slack(DeliveryTransient, "hang", "hang-after-accept", uncertain=True),
    *_slack(DeliveryTransient, "drop-before-accept", "drop-after-accept", uncertain=True),
    *_slack(
        DeliveryTransient, Raw(500, b"oops", "text/plain"), Raw(200, b"fine", "text/plain"), uncertain=True
    ),
    *_slack(DeliveryTransient, Raw(200, b"{", "application/json"), uncertain=True),
    *_slack(DeliveryTransient, Raw(500, b'{"ok": false, "error": "of_next_year"}'), uncertain=True),
    # A long outage, and what stands between us and Slack.
    *_slack(DeliveryTransient, "team_added_to_org", "org_login_required", 403, 407),
    *_slack(DeliveryTransient, Raw(302, headers={"Location": "https://elsewhere.example/"})),
    *_slack(
        CredentialsBroken,
        *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"),
        *("missing_scope", "not_allowed_token_type", "access_denied", "app_access_restricted"),
    ),
    *_slack(
        TargetBroken,
        *("channel_not_found", "not_in_channel", "is_archived", "restricted_action"),
        *("restricted_action_read_only_channel", "restricted_action_thread_only_channel", "no_permission"),
        *(
            "ekm_access_denied",
            "messages_tab_disabled",
            "user_not_found",
            "user_not_visible",
            "user_disabled",
        ),
    ),
    *_slack(TargetBroken, "users_not_found", "missing_scope", where="users.lookupByEmail"),
    *_slack(
        EditRefused,
        *("thread_not_found", "cannot_reply_to_message", "restricted_action_non_threadable_channel"),
    ),
    *_slack(
        EditRefused,
        *("message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"),
        where="chat.update",
    ),
    *_slack(DeliveryTransient, 500, "drop-before-accept", uncertain=True, where="chat.update"),
    *_slack(
        PayloadBroken,
        *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"),
        *("too_many_attachments", "metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema"),
        413,
    ),
    *_slack(DeliveryError, "a_code_of_next_year", "restricted"),
)
"""Of the bot. `where` is the method whose next call `FakeSlack.fail_next` lets fail."""


def _hook(
    kind: type[DeliveryError], *faults: Fault, uncertain: bool = False, pause: float | None = None
) -> list[Row]:
    return _rows(kind, *faults, uncertain=uncertain, pause=pause, where="webhook")


SLACK_WEBHOOK = (
    *_hook(PayloadBroken, _said(400, b"invalid_payload"), _said(400, b"invalid_blocks"), _said(413, b"")),
    *_hook(TargetBroken, _said(400, b"user_not_found"), _said(403, b"action_prohibited")),
    *_hook(TargetBroken, _said(403, b"invalid_token"), _said(403, b"something_new")),
    *_hook(
        TargetBroken, _said(404, b"channel_not_found"), _said(404, b"no_service\n"), _said(404, b"<html>")
    ),
    *_hook(TargetBroken, _said(410, b"channel_is_archived"), _said(410, b"")),
    *_hook(TargetBroken, _said(404, b"<html>"), _said(404, b"no_team"), _said(404, b"no_active_hooks")),
    *_hook(RateLimited, _said(429, b""), pause=30),
    *_hook(RateLimited, Raw(429, headers={"Retry-After": "9"}), pause=9),
    *_hook(DeliveryTransient, _said(500, b"rollup_error"), _said(500, b"\xff\xfe"), 503, uncertain=True),
    *_hook(DeliveryTransient, _said(200, b"<html>please sign in</html>"), uncertain=True),
    *_hook(DeliveryTransient, _said(200, b"ok" + b" " * (9 * 1024 * 1024)), uncertain=True),
    *_hook(DeliveryTransient, "hang", "hang-after-accept", uncertain=True),
    *_hook(DeliveryTransient, "drop-before-accept", "drop-after-accept", uncertain=True),
    *_hook(DeliveryTransient, _said(302, b"ok"), _said(307, b"ok"), _said(407, b""), UNREACHABLE),
    *_hook(DeliveryError, _said(400, b"something_new")),
)
"""Of an incoming webhook of Slack."""


def _mail(kind: type[DeliveryError], where: str, *answers: str | None, uncertain: bool = False) -> list[Row]:
    return _rows(kind, *answers, uncertain=uncertain, where=where)


MAIL = (
    # Nobody there, or not able to: nothing was sent.
    *_mail(DeliveryTransient, "", UNREACHABLE),
    *_mail(DeliveryTransient, "GREETING", None, "", "421 4.3.2 busy", "<html>", "450 4.7.1 come back later"),
    *_mail(DeliveryTransient, "MAIL", None, "", "451 4.3.0 later", "452 4.3.1 no room"),
    *_mail(DeliveryTransient, "RCPT", None, "", "421 4.7.0 too many", "450 4.2.0 greylisted"),
    *_mail(DeliveryTransient, "RCPT", "451 4.3.0 later", "452 4.2.2 full", "nonsense"),
    *_mail(DeliveryTransient, "DATA", "421 4.3.2 going down", "451 4.3.0 later"),
    *_mail(DeliveryTransient, "BODY", "421 4.3.2 going down", "451 4.3.0 later", "452 4.3.1 no room"),
    *_mail(DeliveryTransient, "AUTH", "454 4.7.0 temporary failure", "421 4.3.2 busy", None, ""),
    # It may have arrived.
    *_mail(DeliveryTransient, "DATA", None, "", uncertain=True),
    *_mail(DeliveryTransient, "BODY", None, "", "huh", uncertain=True),
    # For ops to mend.
    *_mail(CredentialsBroken, "GREETING", "554 5.7.1 go away"),
    *_mail(CredentialsBroken, "STARTTLS", "502 5.5.1 what"),
    *_mail(CredentialsBroken, "AUTH", "535 5.7.8 bad password", "534 5.7.9 too weak", "538 5.7.11 encrypt"),
    *_mail(CredentialsBroken, "MAIL", "530 5.7.0 log in first", "550 5.7.1 not yours", "553 5.7.1 not yours"),
    *_mail(CredentialsBroken, "RCPT", "530 5.7.0 log in first"),
    # This address, or this message.
    *_mail(TargetBroken, "RCPT", "550 5.1.1 nobody here", "501 5.1.3 bad address", "551 5.1.6 moved"),
    *_mail(TargetBroken, "RCPT", "552 5.2.2 full for good", "553 5.1.3 no name", "554 5.7.1 not from you"),
    *_mail(PayloadBroken, "DATA", "554 5.5.1 no"),
    *_mail(PayloadBroken, "BODY", "552 5.3.4 too big", "554 5.6.0 refused", "550 5.7.1 spam"),
)
"""Of an SMTP server. `where` is the line that is answered so; AUTH is offered to whoever has a password."""


def mail_server(row: Row) -> ScriptedServer:
    """A server that fails like this and is healthy otherwise; it wants no TLS, and offers to log in."""
    usual = {"EHLO": "250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN", "AUTH": "235 2.7.0 welcome"}

    def reply(line: str) -> str | None:
        word = line.split(maxsplit=1)[0] if line else line
        if word == row.where:
            assert row.fault is None or isinstance(row.fault, str)
            return row.fault
        return usual.get(word, healthy(line))

    return ScriptedServer(reply)


WEBHOOK = (
    *_rows(DeliveryTransient, UNREACHABLE, 407, 408, 421, 425),
    *_rows(DeliveryTransient, 500, 501, 502, 503, 504, 599, uncertain=True),
    *_rows(DeliveryTransient, "hang", "hang-after-accept", uncertain=True),
    *_rows(DeliveryTransient, "drop-before-accept", "drop-after-accept", uncertain=True),
    *_rows(RateLimited, 429, Raw(429, headers={"Retry-After": "soon"}), pause=30),
    *_rows(RateLimited, *(Raw(status, headers={"Retry-After": "7"}) for status in (429, 503)), pause=7),
    *_rows(RateLimited, Raw(503, headers={"Retry-After": "0"}), pause=1),
    *_rows(RateLimited, Raw(503, headers={"Retry-After": "99999"}), pause=3600),
    *_rows(RateLimited, Raw(503, headers={"Retry-After": "Mon, 21 Sep 2026 14:15:20 GMT"}), pause=120),
    *_rows(CredentialsBroken, 401, 403),
    *_rows(PayloadBroken, 400, 409, 413, 415, 422, 431),
    *_rows(TargetBroken, 402, 404, 405, 406, 410, 418, 451),
    *_rows(
        TargetBroken, *(Raw(code, headers={"Location": "/in/else"}) for code in (301, 302, 303, 307, 308))
    ),
)
"""Of a webhook's receiver, at `tests.support.clock.START`."""
