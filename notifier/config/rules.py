"""What ops want to be told, and whom."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from notifier.config.values import DAY, Duration, Strict, Switch, Whole, listed
from notifier.model import Severity

Dimension = Literal["call", "customer", "extension", "team", "account"]


Texts = Annotated[tuple[str, ...], BeforeValidator(listed)]


class Match(Strict):
    """Conditions that must all hold; within one, any of its values may. Nothing given: every call."""

    extension: Texts = ()  # "209", a range "200-219", or with its account "main/209"
    team: Texts = ()
    account: Texts = ()
    customer: Texts = ()  # prefixes of the number in E.164: "+9198"
    name: Texts = ()  # contact names, whole, regardless of case
    not_: "Match | None" = Field(default=None, alias="not")


class Level(Strict):
    """A higher count within a rule."""

    count: Annotated[Whole, Field(ge=2)]
    severity: Severity | None = None
    notify: Texts = ()  # added to the rule's


class Rule(Strict):
    """One rule: `match` → `per` (the key) → `count` within `within` → `wait` → `notify`."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    match: Match = Match()
    per: Annotated[tuple[Dimension, ...], BeforeValidator(listed), Field(min_length=1)] = ("call",)
    count: Annotated[Whole, Field(ge=1)] = 1
    within: Duration | None = None
    overrides: dict[str, Annotated[Whole, Field(ge=1)]] = Field(default_factory=dict)
    levels: tuple[Level, ...] = ()  # rising counts
    severity: Severity = Severity.INFO
    wait: Duration = 0
    notify: Annotated[Texts, Field(min_length=1)]
    fallback: Texts = ()
    expire_after: Duration = DAY
    dry_run: Switch = False

    @property
    def counts(self) -> bool:
        """Does it count calls in a window (a threshold rule)?"""
        return self.within is not None
