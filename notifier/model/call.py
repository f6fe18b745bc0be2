"""A call detail record as TeleCMI reported it, and a record that could not be read."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple


class Endpoint(StrEnum):
    """One of an account's lists of calls."""

    OUT_MISSED = "out_missed"
    OUT_ANSWERED = "out_answered"
    IN_ANSWERED = "in_answered"

    @property
    def is_answered(self) -> bool:
        """Did somebody speak with the customer?"""
        return self is not Endpoint.OUT_MISSED


class Call(NamedTuple):
    """One call. A fact: never changed once stored. It is a tuple because there are many of them."""

    account: str  # the account's name in the configuration
    endpoint: Endpoint
    id: str  # TeleCMI's `_id`, else its `cmiuid`, else "hash:" and a hash of agent, to, time
    alias: str | None  # the second id, where both were given
    extension: str  # of the agent, who called or was called: digits, "209"; "" where TeleCMI names none
    customer: str  # E.164 ("+919812345678") where it can be told, else digits; "209_1111113": an agent's leg
    placed_at: int  # UTC ms
    name: str  # contact name, at most 200 characters; "" where none is known

    @property
    def agent(self) -> str:
        """The extension with its account: "main/209"."""
        return f"{self.account}/{self.extension}"


class StoredCall(NamedTuple):
    """A call with its row in the store."""

    row: int
    call: Call
    baseline: bool  # from before its account was first watched: it counts, and opens nothing
    spurious: bool = False  # a leg of a call that was answered: nobody was missed
    reached: bool = False  # the customer was spoken with afterwards, as was known when this was stored
    attempt: int = 1  # so many misses were known since the customer was last reached, with this one


class Contact(NamedTuple):
    """What is known of a customer around a call that was missed. Times are UTC ms."""

    last_answered: int | None = None  # up to then; None: never, as is known
    next_answered: int | None = None  # after it
    missed: int = 0  # calls between the two, without this one and without legs of answered ones


class Standing(NamedTuple):
    """What follows from that for the call; as in `StoredCall`."""

    spurious: bool = False
    reached: bool = False
    attempt: int = 1


class Reject(NamedTuple):
    """A record that could not be read, kept with the reason."""

    account: str
    endpoint: Endpoint
    digest: str  # SHA-256 of the record, hex; its identity
    reason: str
    raw: str  # JSON, at most 4,096 characters
    placed_at: int | None  # UTC ms, where at least that could be read


def is_agent_leg(customer: str, phones: Collection[str]) -> bool:
    """Was an agent rung, and not a customer: at an extension, or at a phone of theirs?

    Args:
        customer: of a call.
        phones: the agents' own, in the forms that the customer of a call may have.
    """
    return "_" in customer or customer in phones


def masked(number: str) -> str:
    """A phone number fit for a log: its first three and last four characters."""
    return f"{number[:3]}…{number[-4:]}" if len(number) > 8 else "…" + number[-2:]
