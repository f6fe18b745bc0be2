"""One record of an answer: a call, or a reject that says why it could not be read.

Nothing that stands in a record makes this raise: a bad record never costs its neighbours theirs.

What an agent dialled stands in ``to``, and the agent in ``agent`` or ``from``. Where ``to`` has an app id as
well, it is an agent's extension, which rings before the customer does. Of an incoming call ``from``
is the customer and ``to`` the number that was rung, and the agent stands in ``agent``
(https://doc.telecmi.com/chub-india/docs/answered-call). Which list a record stands in says whether anybody
answered: ``billedsec`` may be 0, or missing, for a call that somebody took.
"""

import hashlib
import json
import re
from collections.abc import Mapping

from notifier.model import Call, Endpoint, Reject
from notifier.telecmi.numbers import NotANumber, customer, dialled

LONGEST_ID = 200  # characters
LONGEST_NAME = 200
LONGEST_RAW = 4_096

EARLIEST = 946_684_800_000  # UTC ms: 2000-01-01. Seconds taken for milliseconds end up in 1970
LATEST = 4_102_444_800_000  # UTC ms: 2100-01-01

_AGENT = re.compile(r"([0-9]{1,20})_[0-9]{1,20}")  # extension, app id
_HAS_DIGIT = re.compile(r"\d")
_AGENT_IN: Mapping[Endpoint, tuple[str, ...]] = {
    # Where `agent` is given, `from` is the number that the customer saw.
    Endpoint.OUT_MISSED: ("agent", "from"),
    Endpoint.OUT_ANSWERED: ("agent", "from"),
    # The last two as the webhooks name it, and as the outgoing lists would, the other way round.
    Endpoint.IN_ANSWERED: ("agent", "user", "to"),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _Unreadable(Exception):
    pass


def read_record(record: object, account: str, endpoint: Endpoint, country: str) -> Call | Reject:
    """Read what TeleCMI reports of one call.

    Args:
        record: one element of the answer's list, whatever it is.
        account: the account's name in the configuration.
        endpoint: the list that it stands in.
        country: ISO 3166 code for numbers without a country code; "" where none is known.
    """
    placed_at: int | None = None
    try:
        fields = _fields(record)
        placed_at = _time(fields)
        number = _caller(fields) if endpoint is Endpoint.IN_ANSWERED else _number(fields, "to")
        agent = _agent(fields, _AGENT_IN[endpoint])
        ids = [found for key in ("_id", "cmiuid") if (found := _id(fields.get(key)))]
    except _Unreadable as fault:
        return _reject(record, account, endpoint, str(fault), placed_at)
    return Call(
        account=account,
        endpoint=endpoint,
        id=ids[0] if ids else _hash(agent.group() if agent else "", number, placed_at),
        alias=ids[1] if len(ids) > 1 and ids[1] != ids[0] else None,
        extension=agent.group(1) if agent else "",
        customer=_customer(fields, endpoint, number, country),
        placed_at=placed_at,
        name=_name(fields.get("name")),
    )


def _fields(record: object) -> Mapping[str, object]:
    if not isinstance(record, dict):
        raise _Unreadable("not an object")
    return record


def _time(record: Mapping[str, object]) -> int:
    value = record.get("time")
    if isinstance(value, str) and len(value) <= 15 and value.isascii() and value.isdigit():
        value = int(value)
    if value is None:
        raise _Unreadable("`time` is missing")
    if type(value) is not int:
        raise _Unreadable("`time` is not a whole number of milliseconds")
    if EARLIEST <= value * 1000 < LATEST:
        raise _Unreadable("`time` is in seconds, not in milliseconds")
    if not EARLIEST <= value < LATEST:
        raise _Unreadable("`time` is not between the years 2000 and 2100")
    return value


def _number(record: Mapping[str, object], key: str) -> str:
    value = record.get(key)
    if value is None or value == "":
        raise _Unreadable(f"`{key}` is missing")
    try:
        return dialled(value)
    except NotANumber as fault:
        raise _Unreadable(f"`{key}` {fault}") from None


def _customer(record: Mapping[str, object], endpoint: Endpoint, number: str, country: str) -> str:
    to = record.get("to")
    if endpoint is not Endpoint.IN_ANSWERED and isinstance(to, str) and _AGENT.fullmatch(to.strip()):
        # An agent's own leg. Its digits may well be the number of somebody whom nobody has dialled.
        return "" if endpoint.is_answered else to.strip()
    return customer(number, country) if number else ""


def _caller(record: Mapping[str, object]) -> str:
    """Who rang us; "" for one who withholds the number, or an agent: that call is about no customer."""
    value = record.get("from")
    if isinstance(value, str) and value and (_AGENT.fullmatch(value) or not _HAS_DIGIT.search(value)):
        return ""
    return _number(record, "from")


def _agent(record: Mapping[str, object], keys: tuple[str, ...]) -> re.Match[str] | None:
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and (match := _AGENT.fullmatch(value)):
            return match
    return None


def _id(value: object) -> str:
    if type(value) is int:
        if abs(value) >= 10**LONGEST_ID:
            raise _Unreadable("its id is too long")
        return str(value)
    if not isinstance(value, str):
        return ""
    if len(value) > LONGEST_ID:
        raise _Unreadable("its id is too long")
    return _clean(value)


def _hash(agent: str, number: str, placed_at: int) -> str:
    # The digits as dialled: the customer in E.164 would depend on the configured country.
    text = f"{agent}\n{number.lstrip('+')}\n{placed_at}"
    return "hash:" + hashlib.sha256(text.encode()).hexdigest()


def _name(value: object) -> str:
    if not isinstance(value, str):
        return ""
    name = _clean(value[: 5 * LONGEST_NAME])[:LONGEST_NAME].rstrip()
    return "" if name.lower() == "unknown" else name


def _clean(text: str) -> str:
    if not text.isprintable():
        text = _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text))  # SQLite can't store half a character
    return text.strip()


def _reject(record: object, account: str, endpoint: Endpoint, reason: str, placed_at: int | None) -> Reject:
    text = _canonical(record)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Reject(account, endpoint, digest, reason, text[:LONGEST_RAW], placed_at)


def _canonical(record: object) -> str:
    try:
        return json.dumps(record, sort_keys=True, separators=(",", ":"))
    except (RecursionError, ValueError):
        # Nested too deep, or a number of thousands of digits: what is simple in it has to do.
        simple = record.items() if isinstance(record, dict) else ()
        return json.dumps({key: value for key, value in simple if isinstance(value, str)}, sort_keys=True)
