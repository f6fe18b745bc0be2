"""Why a connection could not be made, in words for people. Errors' own texts may hold a URL: none is used."""

import errno
import socket
import ssl

UNRESOLVED = "the name of its host can't be resolved"
_NO_ROUTE = "there is no route to it"
_NO_NETWORK = "there is no network"
OFFLINE = (UNRESOLVED, _NO_ROUTE, _NO_NETWORK)
"""What it is where this machine itself may be cut off."""

_DEEPEST = 10
_WORDS = {
    errno.ECONNREFUSED: "it was refused: nothing listens there",
    errno.ENETUNREACH: _NO_ROUTE,
    errno.EHOSTUNREACH: _NO_ROUTE,
    errno.ENETDOWN: _NO_NETWORK,
    errno.ECONNRESET: "the other side closed it",
    errno.ETIMEDOUT: "no answer in time",
}


def why(error: BaseException) -> str:
    """The first cause among the error's causes that is known; else the name of the error's class."""
    cause: BaseException | None = error
    for _ in range(_DEEPEST):
        if cause is None:
            break
        if words := _words(cause):
            return words
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


def _words(error: BaseException) -> str:
    match error:
        case socket.gaierror():
            return UNRESOLVED
        case ssl.SSLCertVerificationError():
            return "its certificate is not trusted"
        case ssl.SSLError():
            return "no TLS with it"
        case TimeoutError():
            return "no answer in time"
        case OSError():
            return _WORDS.get(error.errno, "") if isinstance(error.errno, int) else ""
        case _:
            return ""
