"""What ops want to be told, and whom."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from notifier.config.values import DAY, MINUTE, Duration, Strict, Switch, Whole, at_least, listed
from notifier.model import Severity

_ATTEMPTS = re.compile("(>=)?(1000|[1-9][0-9]{0,2})", re.ASCII)

Dimension = Literal["call", "customer", "extension", "team", "account"]


def _attempts(value: object) -> object:
    """At least so many: ">=3". A bare 3 would read as the third only."""
    found = _ATTEMPTS.fullmatch(str(value).replace(" ", ""))
    if found is None:
        raise ValueError('not a number of attempts; write one like ">=3"')
    if not found[1]:
        raise ValueError(f'it must say that more attempts count as well; write ">={found[2]}"')
    return int(found[2])


AtLeast = Annotated[
    int,
    BeforeValidator(_attempts),
    WithJsonSchema(
        {"type": "string", "pattern": "^ *>= *(1000|[1-9][0-9]{0,2}) *$"},
    ),
]

Texts = Annotated[tuple[str, ...], BeforeValidator(listed)]


class Match(Strict):
    """Conditions that must all hold; within one, any of its values may. Nothing given: every call."""

    extension: Texts = ()
    """Extensions "209", ranges "200-219", or with the account "main/209"."""
    team: Texts = ()
    """Teams of agents."""
    account: Texts = ()
    """Names of TeleCMI accounts."""
    customer: Texts = ()
    """The first digits of numbers in E.164: "+9198"."""
    name: Texts = ()
    """Contact names, whole, regardless of case."""
    leg: Literal["agent", "customer"] | None = None
    """agent: the number is an agent's own phone, so the customer was never rung; customer: it is not."""
    attempts: AtLeast | None = None
    """">=3": from the third miss on since the customer was last reached; without `telecmi.follow_up` nobody
    knows when that was, and all that are stored count."""
    not_: "Match | None" = Field(default=None, alias="not")
    """Calls for which these hold are left out."""


class Level(Strict):
    """A higher count within a rule."""

    count: Annotated[Whole, Field(ge=2)]
    """So many calls within the rule's span reach it."""
    severity: Severity | None = None
    """From then on; the rule's where none is given."""
    notify: Texts = ()
    """Receivers that are told as well."""


Handled = Literal["acknowledged", "reached"]


class Escalation(Strict):
    """Who is told as well where nobody has reached the customer."""

    after: Annotated[Duration, at_least(MINUTE)]
    """Time since the alert was told; where the rule has a calendar, only its open hours count."""
    notify: Annotated[Texts, Field(min_length=1)]
    """Receivers that are told then."""
    unless: Annotated[tuple[Handled, ...], BeforeValidator(listed)] = ("acknowledged", "reached")
    """What makes it unnecessary; a customer who was reached always does."""


class Rule(Strict):
    """One rule: `match` → `per` (the key) → `count` within `within` → `wait` → `notify`."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """Its identity across reloads, shown in messages."""
    match: Match = Match()
    per: Annotated[tuple[Dimension, ...], BeforeValidator(listed), Field(min_length=1)] = ("call",)
    """What calls are put together by: the alert's key."""
    count: Annotated[Whole, Field(ge=1)] = 1
    """So many calls open an alert."""
    within: Duration | None = None
    """The span in which they count."""
    overrides: dict[str, Annotated[Whole, Field(ge=1)]] = Field(default_factory=dict)
    """Other counts for single extensions."""
    levels: tuple[Level, ...] = ()
    """Higher counts, rising."""
    severity: Severity = Severity.INFO
    """How much it matters."""
    wait: Duration = 0
    """How long after the call the first message waits."""
    notify: Annotated[Texts, Field(min_length=1)]
    """Receivers that are told."""
    fallback: Texts = ()
    """Receivers that are told where these have no address, or it does not work."""
    calendar: str = ""
    """One of `calendars`: outside its hours nobody is told."""
    outside: Literal["hold", "drop", "send"] = "hold"
    """What becomes of messages outside the calendar's hours: hold tells them in a summary when it opens."""
    critical_passes: Switch = False
    """What is critical is told at once, whatever the calendar says."""
    escalate: tuple[Escalation, ...] = ()
    """Who is told as well, step by step, while nobody reaches the customer."""
    repeat_every: Annotated[Duration, at_least(MINUTE)] | None = None
    """Those who were told are reminded so often while nobody reaches the customer; counted like `after`."""
    repeat_limit: Annotated[Whole, Field(ge=1)] | None = None
    """They are reminded so often at the most; until the alert ends where none is given."""
    expire_after: Duration = DAY
    """The alert ends when no call has joined for so long."""
    dry_run: Switch = False
    """It decides, and tells nobody."""

    @property
    def counts(self) -> bool:
        """Does it count calls in a window (a threshold rule)?"""
        return self.within is not None
