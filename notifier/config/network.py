"""Where connections may go: encrypted, unless they stay on this machine."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

_URL = re.compile(r"[\x21-\x7e]{1,2000}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_PORT = re.compile(r"[0-9]{1,5}")

Trouble = tuple[str, str]
"""What is wrong, and how to mend it."""


def is_host(text: str) -> bool:
    """Is it a host's name or its IP address (IPv6 without brackets)?"""
    return _HOST.fullmatch(text) is not None or _is_ip(text)


def is_loopback(host: str) -> bool:
    """Does it stay on this machine: localhost, 127.0.0.0/8 or ::1?"""
    return host.lower() == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)


def url_trouble(text: str, *, insecure: bool, bare: bool = False) -> Trouble | None:
    """What is wrong with a URL to send to; None where it is fine.

    Args:
        text: the URL.
        insecure: may plain http:// leave this machine?
        bare: paths will be put behind it, so it may have no `?` and no `#`.
    """
    parts = _split(text)
    if parts is None:
        return "not a URL", "write https://host/path"
    if parts.username is not None or parts.password is not None:
        return "a URL with a user or password in it", "take the part before @ out"
    if bare and (parts.query or parts.fragment):
        return "a URL with a query", "write it without ? and #"
    if parts.scheme == "http" and not insecure and not is_loopback(parts.hostname or ""):
        return (
            "plain http:// beyond this machine",
            "write https://, or `allow_insecure: true` at the top level",
        )
    return None


def listen_address(text: str) -> tuple[str, int]:
    """Take "127.0.0.1:9464" or "[::1]:9464" apart, into the host and the port.

    Raises:
        ValueError: it is something else.
    """
    host, _, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    bare = host[1:-1] if bracketed else host
    if not is_host(bare) or bracketed != (":" in bare) or not _PORT.fullmatch(port) or int(port) > 65535:
        raise ValueError("not host:port; write it like 127.0.0.1:9464, port 0 for any free one")
    return bare, int(port)


def _split(text: str) -> SplitResult | None:
    if not _URL.fullmatch(text):  # urlsplit would drop line breaks and tabs in silence
        return None
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return None
    return parts if valid else None


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
