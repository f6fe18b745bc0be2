"""How a connection breaks. Pure values: the proxy does what they say."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Pass:
    """Nothing breaks."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Nobody listens: connections are refused."""


@dataclass(frozen=True, slots=True)
class HangBeforeAccept:
    """Somebody listens whose queue is full: connecting hangs."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Connected, and then silence."""


@dataclass(frozen=True, slots=True)
class Mute:
    """So many bytes of the answers come back, and then silence."""

    after: int


@dataclass(frozen=True, slots=True)
class CutRequest:
    """So many bytes of the request get through, then the connection is reset."""

    after: int
    behind: bytes = b""  # counted from where the request first says this


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """The request gets through, and so many bytes of the answer come back, then the connection is reset."""

    after: int


@dataclass(frozen=True, slots=True)
class LoseAnswer:
    """The request gets through and nothing comes back: it was accepted, and nobody is told."""

    behind: bytes = b""  # only answers to what comes after this in the request
    silent: bool = False  # the connection stays; else it is reset


@dataclass(frozen=True, slots=True)
class Drip:
    """The answer comes in small pieces."""

    size: int  # bytes at a time
    every: float  # seconds


@dataclass(frozen=True, slots=True)
class Delay:
    """Everything takes longer, each way."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Say:
    """The proxy answers by itself; the request goes nowhere."""

    what: bytes


@dataclass(frozen=True, slots=True)
class Stranger:
    """TLS with a certificate that nobody trusts; only where the proxy speaks TLS."""


Break: TypeAlias = (
    Pass
    | Refuse
    | HangBeforeAccept
    | Hang
    | Mute
    | CutRequest
    | CutAnswer
    | LoseAnswer
    | Drip
    | Delay
    | Say
    | Stranger
)


@dataclass(frozen=True, slots=True)
class Mix:
    """Each time another one, by chance.

    Args:
        rng: seeded.
        breaks: those that may strike; none that closes the door (`Refuse`, `HangBeforeAccept`).
        share: of the requests or connections that are struck.
    """

    rng: random.Random
    breaks: Sequence[Break]
    share: float = 0.5

    def pick(self) -> Break:
        return self.rng.choice(self.breaks) if self.rng.random() < self.share else Pass()


GARBAGE = Say(b"\x00\xff\x13\x37 this is no protocol that anybody speaks\r\n\r\n")
TLS_ALERT = Say(b"\x15\x03\x03\x00\x02\x02\x28")  # fatal, handshake_failure: RFC 5246, 7.2


def http(status: int, body: str = "", *, kind: str = "text/plain", **headers: str) -> Say:
    """An HTTP answer.

    Args:
        status: like 503.
        body: as text.
        kind: its content type.
        headers: more of them; `Retry_After="1"` becomes `Retry-After: 1`.
    """
    raw = body.encode()
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Type: {kind}",
        f"Content-Length: {len(raw)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return Say("\r\n".join([*lines, "", ""]).encode() + raw)


LIMITED = http(429, "slow down", Retry_After="1")
UNAVAILABLE = http(503, "no server is available to handle this request")
FAILED = http(500, "Internal Server Error")
HTML = http(200, "<!doctype html><title>Maintenance</title><p>Back soon.", kind="text/html")
