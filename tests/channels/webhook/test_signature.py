"""The signature is the one that `docs/webhook.md` describes, whatever is signed."""

import hashlib
import hmac

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.webhook.signature import signature

KNOWN = "v1=d0cadd434460d4af55e7ab90d79c1802591d7001a77c9e06471d0e3ec8cc85ae"


def test_a_known_request_has_a_known_signature() -> None:
    """Made with: printf '1790000000.{}' | openssl dgst -sha256 -hmac secret."""
    assert signature("secret", 1_790_000_000, b"{}") == KNOWN


@given(st.text(), st.integers(0, 10**11), st.binary(max_size=200))
@settings(deadline=None)
def test_it_is_an_hmac_of_time_and_body(secret: str, timestamp: int, body: bytes) -> None:
    key = secret.encode(errors="surrogateescape")
    expected = hmac.new(key, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert signature(secret, timestamp, body) == f"v1={expected}"


def test_another_secret_time_or_body_has_another_signature() -> None:
    signed = {
        signature("secret", 1, b"{}"),
        signature("secreT", 1, b"{}"),
        signature("secret", 2, b"{}"),
        signature("secret", 1, b"{} "),
    }
    assert len(signed) == 4


def test_a_secret_that_is_no_unicode_signs_with_its_own_bytes() -> None:
    raw = b"\xff\xfe" * 16
    expected = hmac.new(raw, b"1.{}", hashlib.sha256).hexdigest()
    assert signature(raw.decode(errors="surrogateescape"), 1, b"{}") == f"v1={expected}"
