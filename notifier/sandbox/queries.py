"""What a client asks for: the parameters of a request, checked as each region checks them."""

import json
import math
from dataclasses import dataclass

from notifier.sandbox.shapes import SECRET_FIELD, Json, Region

DAY = 86_400_000  # ms
_NUMBERS = ("start_date", "end_date", "page", "limit")


@dataclass(frozen=True, slots=True)
class Query:
    """Which calls, and which page of them."""

    start: int  # UTC ms, included
    end: int  # UTC ms, included
    page: int  # from 1
    limit: int


class QueryError(Exception):
    """The region will not answer this; `status` and `body` are what it says instead."""

    def __init__(self, status: int, message: object) -> None:
        super().__init__(str(status))
        self.status = status
        self.body: Json = {"code": status, "msg": message}


def authentication_failed() -> QueryError:
    """What a wrong app id or secret gets, and by that a wrong region."""
    return QueryError(404, "Invalid app id or secret, authentication failed")


def read_query(region: Region, raw: bytes, app_id: int, secret: str, now: int) -> Query:
    """Read the body of a request as the region does.

    Args:
        region: the global one checks the types before it looks at the secret; the Indian one takes what it
            can read and its defaults for the rest.
        raw: the body.
        app_id: the one that exists.
        secret: its secret.
        now: UTC ms; without dates, the 24 hours before it are meant.

    Raises:
        QueryError: not JSON, wrong types, or wrong credentials.
    """
    fields = _fields(raw)
    if region == "global":
        _check_types(fields)
    if _number(fields.get("appid")) != app_id or fields.get(SECRET_FIELD[region]) != secret:
        raise authentication_failed()
    start, end, page, limit = (_number(fields.get(name)) for name in _NUMBERS)
    return Query(
        start=now - DAY if start is None else start,
        end=now if end is None else end,
        page=max(1, page or 1),
        limit=max(1, limit or 10),
    )


def _fields(raw: bytes) -> Json:
    try:
        fields = json.loads(raw)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise QueryError(400, "Invalid JSON")
    return fields


def _check_types(fields: Json) -> None:
    wrong = {name: "is required" for name in ("appid", "secret") if name not in fields}
    for name in ("appid", *_NUMBERS):
        if name in fields and (isinstance(fields[name], str) or _number(fields[name]) is None):
            wrong[name] = "must be a number"
    if not isinstance(fields.get("secret", ""), str):
        wrong |= {"secret": "must be a string"}
    if wrong:
        raise QueryError(400, wrong)


def _number(value: object) -> int | None:
    match value:
        case bool():
            return None
        case int():
            return value
        case float() if math.isfinite(value):
            return int(value)
        case str() if value.isascii() and value.isdigit() and len(value) <= 16:
            return int(value)
        case _:
            return None
