"""What TeleCMI's errors mean, whether they come as an HTTP status or inside an answer with status 200.

Seen in bodies: ``{"code": 404, "msg": "…"}``, ``{"code": 407, "error": true, "msg": "…"}``,
``{"code": 502, "msg": "Internal Server Error"}``, ``{"Error": "…"}``, ``msg`` as an object. ``code`` is a
number, a number as text, or a word. Of words only "cmi-2000" is known, beside ``"status": "success"``: an
HTTP status with one digit more, and other such words are read in the same way. A code that is none of
this says nothing: then the answer is good if it holds a list of calls.
"""

import re
from collections.abc import Mapping

from notifier.errors import SourceError, SourceRefused, SourceTransient

_LONGEST = 200  # characters of the vendor's own words
_MESSAGES = ("msg", "message", "Error", "error")
_PASSING = frozenset({408, 425, 429})
_REFUSING = re.compile(
    r"authenticat|unauthori|forbidden|denied|not allowed|invalid|incorrect|secret|token"
    r"|required|must be|schema",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?:cmi-?)?(\d{3})\d?", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d ().-]{5,}\d")
_TOKEN = re.compile(r"(?=\S{0,200}\d)\S{16,}")

_CREDENTIALS = (
    "check app_id, secret and region (a wrong region fails as a wrong secret), "
    "and the IP allow-list in TeleCMI's dashboard"
)
_HINTS = {
    400: "check app_id and region, and base_url where it is set",
    401: _CREDENTIALS,
    403: _CREDENTIALS,
    404: f"{_CREDENTIALS}, and base_url where it is set",
    407: _CREDENTIALS,
}


def status_fault(status: int, body: object, secret: str, retry_after: float | None) -> SourceError | None:
    """The error that an HTTP status means; None for a success.

    Args:
        status: of the response.
        body: its decoded JSON; None where it is none.
        secret: what the error's text must not hold.
        retry_after: seconds, where TeleCMI asked to wait.
    """
    if 200 <= status < 300:
        return None
    return _fault(status, f"HTTP {status}", said(body, secret), retry_after)


def body_fault(body: Mapping[str, object], secret: str) -> SourceError | None:
    """The error that stands inside an answer with a good HTTP status; None where there is none.

    Args:
        body: the decoded JSON.
        secret: what the error's text must not hold.
    """
    code = _code(body.get("code"))
    if code is not None and 400 <= code < 600:
        return _fault(code, f"code {code} in the answer", said(body, secret), None)
    if not (body.get("error") or body.get("Error")):
        return None
    return worded_fault("an error in the answer", said(body, secret))


def worded_fault(what: str, words: str) -> SourceError:
    """The error where nothing but words tells: refused if they sound like it, else it may pass.

    Args:
        what: what happened.
        words: the vendor's, fit to be shown.
    """
    if _REFUSING.search(words):
        return SourceRefused(f"TeleCMI refused ({what}{_quoted(words)}): {_CREDENTIALS}")
    return SourceTransient(f"TeleCMI failed ({what}{_quoted(words)})")


def said(body: object, secret: str) -> str:
    """The vendor's own words, fit to be shown: short, printable, without secrets and phone numbers.

    Args:
        body: the decoded JSON, whatever it is.
        secret: what must not be shown, beside everything that looks like a number or a token.
    """
    if not isinstance(body, Mapping):
        return ""
    for key in _MESSAGES:
        if text := _text(body.get(key), 3):
            return presentable(text, secret)
    return ""


def presentable(text: str, secret: str) -> str:
    """Text from outside made fit for an error: one short printable line, with nothing to hide in it.

    Args:
        text: of any length.
        secret: what must not be shown.
    """
    if secret:
        text = text.replace(secret, "***")
    text = " ".join(text[:2_000].split())
    text = "".join(char for char in text if char.isprintable())
    text = _TOKEN.sub("…", _NUMBER.sub("…", text))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _text(value: object, depth: int) -> str:
    if isinstance(value, str):
        return value.strip()
    if depth == 0 or not isinstance(value, (dict, list)):
        return ""
    inner = list(value.values() if isinstance(value, dict) else value)[:10]
    return next((text for part in inner if (text := _text(part, depth - 1))), "")


def _code(value: object) -> int | None:
    if type(value) is int and 0 <= value < 10_000:
        value = str(value)
    match = _CODE.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 20 else None
    return int(match.group(1)) if match else None


def _fault(code: int, what: str, words: str, retry_after: float | None) -> SourceError:
    if 300 <= code < 400:
        return SourceTransient(f"TeleCMI redirects ({what}); where base_url is set, check it", retry_after)
    if code in _PASSING or not 400 <= code < 500:
        return SourceTransient(f"TeleCMI failed ({what}{_quoted(words)})", retry_after)
    hint = _HINTS.get(code, "check the account's settings")
    return SourceRefused(f"TeleCMI refused ({what}{_quoted(words)}): {hint}")


def _quoted(words: str) -> str:
    return f", {words!r}" if words else ""
