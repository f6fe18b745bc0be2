"""Why a connection could not be made, in words for people. Errors' own texts may hold a URL: none is used."""

import errno
import socket
import ssl

_DEEPEST = 10
_WORDS = {
    errno.ECONNREFUSED: "it was refused: nothing listens there",
    errno.ENETUNREACH: "there is no route to it",
    errno.EHOSTUNREACH: "there is no route to it",
    errno.ENETDOWN: "there is no network",
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
            return "the name of its host can't be resolved"
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
