"""Calls that somebody gives: TeleCMI's records in a file, which nobody vouches for."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from notifier.config.schema import Account, Config
from notifier.errors import NotifierError
from notifier.model import Call, Endpoint, Reject
from notifier.telecmi.record import read_record

MOST_RECORDS = 1_000_000
"""More are refused: a year of a busy team has fewer."""

MOST_NAMED = 20
"""Records that could not be read that are told of one by one."""

_LONGEST_INT = 40  # digits; longer numbers are read as text, so that they spoil their own record only
_LISTS: Mapping[str, Endpoint] = {"cdr": Endpoint.OUT_MISSED} | {str(each): each for each in Endpoint}
_AGENTS = ("agent", "from", "user", "to")  # where a record may name the agent, with the app id


@dataclass(frozen=True, slots=True)
class GivenReject:
    """A record that could not be read."""

    where: str  # "line 7", "out_answered, record 3"
    reason: str


@dataclass(slots=True)
class Given:
    """What a file holds."""

    calls: list[Call] = field(default_factory=list)
    rejects: list[GivenReject] = field(default_factory=list)  # the first of them
    reasons: Counter[str] = field(default_factory=Counter)  # why how many could not be read


def read_given(data: bytes, config: Config) -> Given:
    """Read calls.

    What stands in a list, or under the key ``cdr`` or ``out_missed``, was missed; what stands under
    ``out_answered`` and ``in_answered`` was answered. Either the whole is JSON, or each line is: one record,
    or one such object. A record belongs to the account whose app id it names, else to the first one.

    Args:
        data: what the file holds; bytes that are no UTF-8 are replaced.
        config: for the accounts and their countries; its secrets are not needed.

    Raises:
        NotifierError: it is neither, or holds more than a million records.
    """
    text = data.decode("utf-8-sig", "replace")
    given, accounts = Given(), {str(account.app_id): account for account in config.telecmi.accounts}
    for where, endpoint, record in _records(text):
        if isinstance(record, _Broken):
            _reject(given, where, record.reason)
            continue
        account = _account(record, accounts) or config.telecmi.accounts[0]
        read = read_record(record, account.name, endpoint, account.country or config.country)
        if isinstance(read, Reject):
            _reject(given, where, read.reason)
        else:
            given.calls.append(read)
    return given


def _reject(given: Given, where: str, reason: str) -> None:
    given.reasons[reason] += 1
    if len(given.rejects) < MOST_NAMED:
        given.rejects.append(GivenReject(where, reason))


def _account(record: object, accounts: Mapping[str, Account]) -> Account | None:
    """The account whose app id a record names: `209_1111113`."""
    if not isinstance(record, dict):
        return None
    named = (record.get(key) for key in _AGENTS)
    app_ids = (value.rpartition("_")[2] for value in named if isinstance(value, str) and "_" in value)
    return next((accounts[app_id] for app_id in app_ids if app_id in accounts), None)


@dataclass(frozen=True, slots=True)
class _Broken:
    """A part of the file that holds no record."""

    reason: str


_Found = Iterator[tuple[str, Endpoint, object]]


def _records(text: str) -> _Found:
    whole = _decoded(text)
    if not isinstance(whole, _Broken):
        _refuse_too_many(_size(whole))
        yield from _in_value(whole, "")
        return
    _refuse_too_many(text.count("\n"))
    # Other characters that end a line may stand in a name.
    lines = text.split("\n")
    read = [_decoded(line) for line in lines]
    # One that is broken among others is a reject; where none is an object, this is no file of calls.
    if not any(isinstance(one, dict | list) for one in read):
        raise NotifierError(f"{whole.reason}; neither the whole nor its lines are records of calls")
    _refuse_too_many(sum(map(_size, read)))
    for number, one in enumerate(read, start=1):
        if isinstance(one, _Broken):
            if lines[number - 1].strip():
                yield f"line {number}", Endpoint.OUT_MISSED, one
        else:
            yield from _in_value(one, f"line {number}")


def _size(value: object) -> int:
    """How many records stand in it, about."""
    lists = value.values() if isinstance(value, dict) else (value,)
    return max(1, sum(len(one) for one in lists if isinstance(one, list)))


def _refuse_too_many(records: int) -> None:
    if records > MOST_RECORDS:
        raise NotifierError(f"more than {MOST_RECORDS:,} records; give them in several files")


def _in_value(value: object, where: str) -> _Found:
    lists = {key: value[key] for key in _LISTS if key in value} if isinstance(value, dict) else {}
    if isinstance(value, list):
        lists = {"": value}
    elif not lists:
        yield where or "the file", Endpoint.OUT_MISSED, value
    for key, records in lists.items():
        here = ", ".join(filter(None, (where, key)))
        endpoint = _LISTS.get(key, Endpoint.OUT_MISSED)
        if not isinstance(records, list):
            yield here, endpoint, _Broken("not a list")
            continue
        for number, record in enumerate(records, start=1):
            yield ", ".join(filter(None, (here, f"record {number}"))), endpoint, record


def _decoded(text: str) -> object:
    try:
        return json.loads(text, strict=False, parse_int=_int)
    except RecursionError:
        return _Broken("nested too deep")
    except ValueError:
        return _Broken("not JSON")


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INT else digits
