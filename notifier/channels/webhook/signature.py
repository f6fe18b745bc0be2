"""Proof that a request is ours, and from when. Pure."""

import hashlib
import hmac


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Sign a request: "v1=" and the HMAC-SHA256, in hex, of "<timestamp>.<body>".

    The time is signed with the body, so that a request that was overheard can't be sent again later.

    Args:
        secret: that both sides know.
        timestamp: UTC seconds, as the request's header says them.
        body: as it is sent.
    """
    signed = f"{timestamp}.".encode() + body
    key = secret.encode(errors="surrogateescape")  # the environment's own bytes, whatever they are
    return f"v1={hmac.new(key, signed, hashlib.sha256).hexdigest()}"
