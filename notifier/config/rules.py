"""What ops want to be told, and whom."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from notifier.config.values import DAY, Duration, Strict, Switch, Whole, listed
from notifier.model import Severity

Dimension = Literal["call", "customer", "extension", "team", "account"]


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
    expire_after: Duration = DAY
    """The alert ends when no call has joined for so long."""
    dry_run: Switch = False
    """It decides, and tells nobody."""

    @property
    def counts(self) -> bool:
        """Does it count calls in a window (a threshold rule)?"""
        return self.within is not None
