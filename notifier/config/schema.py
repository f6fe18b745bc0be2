"""The configuration as the program sees it: frozen, checked, with every default said once, here."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from notifier.config.receivers import Agent, Receiver
from notifier.config.rules import Rule, Texts
from notifier.config.values import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    Secret,
    Strict,
    Switch,
    Whole,
    at_least,
)

Region = Literal["india", "global"]


def _zone(value: object) -> object:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        msg = "unknown time zone; write a name of the IANA list, like Asia/Kolkata"
        raise ValueError(msg) from None


class Account(Strict):
    """One TeleCMI app id."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    region: Region
    app_id: Annotated[Whole, Field(gt=0)]
    secret: Secret
    base_url: str = ""  # the region's own where empty
    country: str = ""  # ISO 3166, two letters; the top level's where empty


class Poll(Strict):
    """How TeleCMI is read."""

    every: Annotated[Duration, at_least(SECOND)] = 30 * SECOND
    overlap: Duration = 15 * MINUTE
    page_size: Annotated[Whole, Field(ge=1, le=1000)] = 10
    timeout: Annotated[Duration, at_least(SECOND)] = 15 * SECOND
    start_from: str = "now"  # now | a duration back | an ISO 8601 instant with its offset


class Telecmi(Strict):
    """Where calls come from."""

    accounts: Annotated[tuple[Account, ...], Field(min_length=1)]
    poll: Poll = Poll()


class Keep(Strict):
    """For how long the store remembers."""

    calls: Annotated[Duration, at_least(DAY)] = 90 * DAY
    alerts: Annotated[Duration, at_least(DAY)] = 365 * DAY


class StoreSettings(Strict):
    """Where notifier remembers."""

    url: str = ""  # "sqlite:///path"; load() fills in the default
    keep: Keep = Keep()


class SlackSettings(Strict):
    """The Slack bot."""

    bot_token: Secret
    base_url: str = "https://slack.com/api/"


class EmailSettings(Strict):
    """The SMTP server."""

    host: str
    port: Annotated[Whole, Field(gt=0, lt=65536)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: Secret | None = None
    sender: str  # "Missed calls <calls@example.com>"


class Retry(Strict):
    """Back-off between tries of one notification."""

    first: Annotated[Duration, at_least(SECOND)] = 2 * SECOND
    max: Annotated[Duration, at_least(SECOND)] = 5 * MINUTE


class Delivery(Strict):
    """How notifications are sent."""

    give_up_after: Annotated[Duration, at_least(SECOND)] = 24 * HOUR
    update_every: Duration = 30 * SECOND
    retry: Retry = Retry()


class Ops(Strict):
    """Who hears of what concerns nobody else."""

    notify: Texts = ()


class Web(Strict):
    """Where health is shown."""

    listen: str = "127.0.0.1:9464"  # host:port; port 0: any free one


class Log(Strict):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "console", "json"] = "auto"


class Config(Strict):
    """All of it."""

    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("UTC")
    country: str = ""  # ISO 3166, two letters: for numbers without a country code
    dry_run: Switch = False
    allow_insecure: Switch = False  # plain http:// and unencrypted SMTP beyond loopback
    telecmi: Telecmi
    store: StoreSettings = StoreSettings()
    slack: SlackSettings | None = None
    email: EmailSettings | None = None
    agents: dict[str, Agent] = Field(default_factory=dict)
    receivers: dict[str, Receiver] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    delivery: Delivery = Delivery()
    ops: Ops = Ops()
    web: Web | None = None
    log: Log = Log()
