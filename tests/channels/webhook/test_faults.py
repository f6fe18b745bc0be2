"""What answers mean, and that there is none; `test_error_table` has every failure over a socket."""

import ssl

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.webhook.faults import lost, refused, retry_after
from notifier.errors import CredentialsBroken, DeliveryError, DeliveryTransient, RateLimited
from tests.support.clock import START


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 30", 30),
        ("0.5", 1),
        ("99999999", 3600),
        ("1e999", None),
        ("-5", None),
        ("nan", None),
        ("", None),
        ("5, 5", None),
        ("Mon, 21 Sep 2026 14:13:50 GMT", 30),
        ("Mon, 21 Sep 2026 14:00:00 GMT", 1),
        ("Tue, 22 Sep 2026 14:13:20 GMT", 3600),
        ("Mon, 99 Sep 2026 14:13:50 GMT", None),
        ("tomorrow", None),
    ],
)
def test_retry_after_is_believed_within_reason(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}, START) == seconds


@given(st.text())
@settings(deadline=None)
def test_any_retry_after_gives_a_sane_pause(header: str) -> None:
    failure = refused(429, {"Retry-After": header}, START)
    assert isinstance(failure, RateLimited)
    assert 1 <= failure.retry_after <= 3600


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_acceptance(status: int) -> None:
    assert refused(status, {}, START) is None


@given(st.integers(0, 999))
@settings(deadline=None)
def test_every_other_status_means_something(status: int) -> None:
    failure = refused(status, {}, START)
    assert (failure is None) is (200 <= status <= 299)
    assert failure is None or (type(failure) is not DeliveryError and str(status) in str(failure))


def caused_by(error: BaseException) -> Exception:
    """As httpx wraps what its own layers wrapped."""
    inner = OSError("secret.example")
    inner.__cause__ = error
    outer = httpx.ConnectError("secret.example")
    outer.__cause__ = inner
    return outer


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("secret.example")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("error", "kind", "uncertain"),
    [
        (httpx.InvalidURL("https://secret.example"), CredentialsBroken, None),
        (httpx.UnsupportedProtocol("ftp://secret.example"), CredentialsBroken, None),
        (UnicodeError("secret.example"), CredentialsBroken, None),
        (caused_by(untrusted()), CredentialsBroken, None),
        (caused_by(ssl.SSLError("secret.example")), DeliveryTransient, False),
        (httpx.ConnectError("secret.example"), DeliveryTransient, False),
        (httpx.ConnectTimeout("secret.example"), DeliveryTransient, False),
        (httpx.PoolTimeout("secret.example"), DeliveryTransient, False),
        (httpx.ProxyError("secret.example"), DeliveryTransient, False),
        (httpx.ReadTimeout("secret.example"), DeliveryTransient, True),
        (httpx.WriteTimeout("secret.example"), DeliveryTransient, True),
        (httpx.ReadError("secret.example"), DeliveryTransient, True),
        (httpx.WriteError("secret.example"), DeliveryTransient, True),
        (httpx.RemoteProtocolError("secret.example"), DeliveryTransient, True),
        (TimeoutError("secret.example"), DeliveryTransient, True),
        (ValueError("secret.example"), DeliveryTransient, True),
    ],
)
def test_without_an_answer_it_matters_whether_the_request_got_out(
    error: Exception, kind: type[DeliveryError], *, uncertain: bool | None
) -> None:
    failure = lost(error)
    assert type(failure) is kind
    assert getattr(failure, "uncertain", None) is uncertain
    assert "secret" not in str(failure)


def test_causes_that_go_round_come_to_an_end() -> None:
    one, two = httpx.ConnectError("a"), OSError("b")
    one.__cause__, two.__cause__ = two, one
    assert type(lost(one)) is DeliveryTransient
