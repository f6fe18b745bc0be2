"""The configuration as the program sees it: frozen, checked, with every default said once, here."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from notifier.config.calendars import Calendar
from notifier.config.digests import Digest
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
    listed,
)
from notifier.config.zones import Zone
from notifier.model import Endpoint

Region = Literal["india", "global"]

ANYONE = "anyone"
"""As one of `actions.allowed`: whoever of the workspace sees the message."""

AGENTS = "agents"
"""Likewise: those whom `agents` gives an address in Slack."""

ANSWERED_OVERLAP = 2 * HOUR
"""ms; a call is listed when it is over, and those that somebody took last."""


class Account(Strict):
    """One TeleCMI app id."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    """Its identity in the store: don't change it later."""
    region: Region
    """Which TeleCMI: piopiy.telecmi.com or rest.telecmi.com."""
    app_id: Annotated[Whole, Field(gt=0)]
    """The app id that TeleCMI gave you."""
    secret: Secret
    """The app secret that belongs to it."""
    base_url: str = ""
    """Asked instead of the region's own address, with its /v1 or /v2."""
    country: str = ""
    """Two letters (ISO 3166) for its numbers without a country code; the top level's where empty."""


class Poll(Strict):
    """How TeleCMI is read."""

    every: Annotated[Duration, at_least(SECOND)] = 30 * SECOND
    """Time between two reads of an account."""
    overlap: Duration = 15 * MINUTE
    """How far each read reaches back behind the last one, since calls are reported late; answered ones, which
    are reported when they are over, always at least 2h."""
    page_size: Annotated[Whole, Field(ge=1, le=1000)] = 10
    """Records that are asked for at once."""
    timeout: Annotated[Duration, at_least(SECOND)] = 15 * SECOND
    """How long to wait for an answer."""
    start_from: str = "now"
    """From when on calls are told: now, a duration back, or an ISO 8601 instant with its offset."""
    stale_after: Annotated[Duration, at_least(MINUTE)] = HOUR
    """What is stored so long after it was placed is told in a summary."""

    def overlap_of(self, endpoint: Endpoint) -> int:
        """How far a read of this list reaches back behind the last one, ms."""
        return max(self.overlap, ANSWERED_OVERLAP) if endpoint.is_answered else self.overlap


class Reconcile(Strict):
    """How often TeleCMI's count over a longer time is compared with ours."""

    every: Annotated[Duration, at_least(MINUTE)] = HOUR
    """Time between two comparisons."""
    window: Annotated[Duration, at_least(HOUR)] = 24 * HOUR
    """How far back a comparison reaches."""


class Telecmi(Strict):
    """Where calls come from."""

    accounts: Annotated[tuple[Account, ...], Field(min_length=1)]
    """The app ids whose calls are watched."""
    poll: Poll = Poll()
    reconcile: Reconcile = Reconcile()
    follow_up: Switch = False
    """Answered calls are read as well: an alert ends when somebody has spoken with the customer."""

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The lists that are read of each account, that of missed calls first."""
        return tuple(each for each in Endpoint if self.follow_up or not each.is_answered)

    @property
    def sources(self) -> tuple[str, ...]:
        """What is read, as the store and `/readyz` name it: "main/out_missed"."""
        return tuple(f"{account.name}/{each}" for account in self.accounts for each in self.endpoints)


class Keep(Strict):
    """For how long the store remembers."""

    calls: Annotated[Duration, at_least(DAY)] = 90 * DAY
    """Calls and rejects are forgotten so long after they were placed."""
    alerts: Annotated[Duration, at_least(DAY)] = 365 * DAY
    """Alerts are forgotten so long after they ended, with what was sent."""


class StoreSettings(Strict):
    """Where notifier remembers."""

    url: str = ""
    """Where it lies: sqlite:/// and a path; by default beside this file, or in the service's folder."""
    keep: Keep = Keep()


class SlackSettings(Strict):
    """The Slack bot."""

    bot_token: Secret
    """The token of the Slack app's bot: xoxb-…"""
    app_token: Secret | None = None
    """The app's own token, xapp-…, with connections:write: with it messages have buttons."""
    base_url: str = "https://slack.com/api/"
    """Slack's Web API; something else only to try things."""


class ActionSettings(Strict):
    """What people may do by the buttons of messages in Slack."""

    allowed: Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)] = (ANYONE,)
    """Who may: anyone of the workspace who sees the message; agents; or a list of member ids (U…), of user
    groups (S…), of the addresses that people have in Slack. Agents are those of `agents`."""


class EmailSettings(Strict):
    """The SMTP server."""

    host: str
    """Its name or IP address."""
    port: Annotated[Whole, Field(gt=0, lt=65536)] = 587
    """587 for starttls, 465 for tls."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted; none only to this machine."""
    username: str = ""
    """To log in with; without it there is no login."""
    password: Secret | None = None
    """That belongs to the username."""
    sender: str
    """Whom messages come from: Missed calls <calls@example.com>."""
    reply_to: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Whom answers go to, one or several; without it to the sender. A receiver may have its own."""


class Retry(Strict):
    """Back-off between tries of one notification."""

    first: Annotated[Duration, at_least(SECOND)] = 2 * SECOND
    """Time before the second try."""
    max: Annotated[Duration, at_least(SECOND)] = 5 * MINUTE
    """Time between tries grows up to this."""


class Delivery(Strict):
    """How notifications are sent."""

    burst: Annotated[Whole, Field(ge=1, le=1000)] = 10
    """Where more than so many are due for one target, they are told as one summary."""
    give_up_after: Annotated[Duration, at_least(SECOND)] = 24 * HOUR
    """A notification that could not be sent for so long becomes a dead letter."""
    update_every: Duration = 30 * SECOND
    """A message is brought up to date no more often than this."""
    retry: Retry = Retry()


class Ops(Strict):
    """Who hears of what concerns nobody else."""

    notify: Texts = ()
    """Receivers that hear of notifier's own trouble, and of what could be told to nobody else."""
    quiet_after: Annotated[Duration, at_least(MINUTE)] | None = None
    """They are told where TeleCMI has listed no call for so long."""
    calendar: str = ""
    """One of `calendars`: only its open hours count for `quiet_after`."""
    heartbeat_url: Secret | None = None
    """Asked for while all is well, so that a monitor elsewhere notices when it is not."""


class Web(Strict):
    """Where health is shown."""

    listen: str = "127.0.0.1:9464"
    """host:port on this machine; port 0 is any free one."""


class Log(Strict):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged."""
    format: Literal["auto", "console", "json"] = "auto"
    """auto: console on a terminal, JSON in the journal."""


class Config(Strict):
    """All of it."""

    timezone: Zone = ZoneInfo("UTC")
    """How times are shown: a name of the IANA list."""
    country: str = ""
    """Two letters (ISO 3166), for numbers without a country code."""
    dry_run: Switch = False
    """Everything is decided and stored, nothing is sent."""
    allow_insecure: Switch = False
    """Let plain http:// and mail without encryption leave this machine."""
    telecmi: Telecmi
    store: StoreSettings = StoreSettings()
    slack: SlackSettings | None = None
    actions: ActionSettings = ActionSettings()
    email: EmailSettings | None = None
    agents: dict[str, Agent] = Field(default_factory=dict)
    """Who sits at which extension; keys are an extension, or account/extension."""
    calendars: dict[str, Calendar] = Field(default_factory=dict)
    """When rules may speak, by a name of your choice."""
    receivers: dict[str, Receiver] = Field(default_factory=dict)
    """Who can be told, by a name of your choice."""
    rules: tuple[Rule, ...] = ()
    """What is told, and whom."""
    digests: tuple[Digest, ...] = ()
    """Reports at fixed times."""
    delivery: Delivery = Delivery()
    ops: Ops = Ops()
    web: Web | None = None
    log: Log = Log()
