"""The configurations of a whole life in plain words, as the model has them, and as sections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE
DAY = 24 * HOUR

ZONE = ZoneInfo("Europe/Berlin")  # clocks go back there on the 25th of October 2026
BEGIN = round(datetime(2026, 10, 22, 8, 40, tzinfo=ZONE).timestamp() * 1000)
"""UTC ms: a Thursday, 20 minutes before the office opens."""

CUSTOMERS = ("+919812345678", "+919812345679", "+919900000003")
TEAMS = {"209": "sales", "210": "support"}
AGENTS: dict[str, Any] = {
    "209": {"name": "Asha", "team": "sales", "slack": "U209"},
    "210": {"name": "Ravi", "team": "support"},  # has no address: the fallback is told
}


@dataclass(frozen=True)
class Hours:
    """Open on some days (0 is Monday) in some spans, minutes of the day; some over midnight."""

    days: frozenset[int]
    spans: tuple[tuple[int, int], ...]

    def is_open(self, at: int) -> bool:
        """By what a clock on the wall shows at that instant, UTC ms."""
        wall = datetime.fromtimestamp(at // 1000, ZONE)
        minute = wall.hour * 60 + wall.minute
        is_day, was_day = (day.weekday() in self.days for day in (wall, wall - timedelta(days=1)))
        return any(
            (is_day and begin <= minute < end)
            if begin < end
            else (is_day and begin <= minute) or (was_day and minute < end)
            for begin, end in self.spans
        )

    def open_minutes(self, start: int, end: int) -> int:
        """How many minutes between two instants (UTC ms) are open, begun ones too."""
        return sum(self.is_open(at) for at in range(start - start % MINUTE, end + MINUTE, MINUTE))

    def next_edge(self, at: int) -> int:
        """When it opens or closes next, UTC ms."""
        edge = at - at % MINUTE + MINUTE
        while self.is_open(edge) == self.is_open(at):
            edge += MINUTE
        return edge

    def section(self) -> dict[str, Any]:
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        spans = [
            f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}" for begin, end in self.spans
        ]
        return {"days": [names[day] for day in sorted(self.days)], "hours": spans}


@dataclass(frozen=True)
class Step:
    """Of an escalation: after so many open minutes a receiver is told."""

    after: int
    notify: str
    unless_acknowledged: bool = True


@dataclass(frozen=True)
class Plain:
    """A rule; its spans are minutes."""

    name: str
    per: str
    notify: str
    fallback: str = ""
    extension: str = ""  # only its calls
    wait: int = 0
    outside: str = ""  # hold | drop; "" where it has no calendar
    critical_passes: bool = False
    steps: tuple[Step, ...] = ()
    every: int = 0
    limit: int = 0
    expires: int = 24 * 60
    count: int = 1
    within: int = 0
    level: int = 0  # the count that is critical
    level_notify: str = ""

    @property
    def is_about_customer(self) -> bool:
        return self.per in {"call", "customer"}

    def section(self) -> dict[str, Any]:
        made: dict[str, Any] = {"name": self.name, "per": self.per, "notify": self.notify}
        made["expire_after"] = f"{self.expires}m"
        made |= {"fallback": self.fallback} if self.fallback else {}
        made |= {"match": {"extension": self.extension}} if self.extension else {}
        made |= {"wait": f"{self.wait}m"} if self.wait else {}
        made |= {"calendar": "office", "outside": self.outside} if self.outside else {}
        made |= {"critical_passes": True} if self.critical_passes else {}
        made |= {"repeat_every": f"{self.every}m"} if self.every else {}
        made |= {"repeat_limit": self.limit} if self.limit else {}
        made |= {"count": self.count, "within": f"{self.within}m"} if self.within else {}
        if self.level:
            made["levels"] = [{"count": self.level, "severity": "critical", "notify": self.level_notify}]
        if self.steps:
            made["escalate"] = [
                {"after": f"{one.after}m", "notify": one.notify}
                | ({} if one.unless_acknowledged else {"unless": []})
                for one in self.steps
            ]
        return made


EACH = Plain("each", "call", "room")
CARE = Plain(
    "care",
    "customer",
    "agent",
    fallback="room",
    wait=10,
    outside="hold",
    steps=(Step(30, "leads"), Step(90, "hook", unless_acknowledged=False)),
    every=45,
    limit=3,
    expires=6 * 60,
)
DROPS = Plain("drops", "customer", "hook", fallback="room", outside="drop", extension="210", expires=3 * 60)
MANY = Plain(
    "many",
    "extension",
    "room",
    outside="hold",
    critical_passes=True,
    count=2,
    within=30,
    level=4,
    level_notify="leads",
)

OFFICE = Hours(frozenset(range(5)), ((9 * 60, 13 * 60), (14 * 60, 18 * 60)))
NIGHTS = Hours(frozenset((0, 2, 3, 4, 5, 6)), ((10 * 60, 12 * 60), (20 * 60, 6 * 60)))

SLACK: Mapping[str, Any] = {"room": {"slack": {"to": "#room"}}, "agent": {"slack": {"to": "agent"}}}
HOOK: Mapping[str, Any] = {"hook": {"slack": {"webhook_url": "https://hooks.slack.com/services/T0/B0/x"}}}
LEADS: Mapping[str, Any] = {"leads": {"email": {"to": ["lead@example.com"]}}}


@dataclass(frozen=True)
class Setup:
    """One configuration."""

    rules: tuple[Plain, ...] = (EACH, CARE, DROPS, MANY)
    hours: Hours = OFFICE
    ops: str = "leads"

    def rule(self, name: str) -> Plain | None:
        return next((one for one in self.rules if one.name == name), None)

    def sections(self) -> dict[str, Any]:
        """As `World` takes them."""
        return {
            "rules": [rule.section() for rule in self.rules],
            "receivers": {**SLACK, **HOOK, **({} if self.ops == "room" else LEADS)},
            "calendars": {"office": self.hours.section()},
            "agents": AGENTS,
            "ops": {"notify": self.ops},
            "timezone": str(ZONE),
            "email": {"host": "127.0.0.1", "security": "none", "sender": "a@example.com"},
            "delivery": {"burst": 3},
        }


_WITHOUT_LEADS = (
    EACH,
    replace(CARE, steps=(Step(30, "room"), CARE.steps[1])),
    DROPS,
    replace(MANY, level_notify="hook"),
)
SETUPS: Sequence[Setup] = (
    Setup(),
    Setup(hours=NIGHTS),
    Setup(rules=(EACH, DROPS, MANY)),
    Setup(rules=(EACH, CARE, DROPS, MANY, Plain("more", "customer", "hook", every=60, expires=120))),
    Setup(
        rules=(
            EACH,
            replace(CARE, steps=(Step(20, "leads"), *CARE.steps[1:]), every=20, wait=5),
            DROPS,
            replace(MANY, count=3, level=5),
        )
    ),
    Setup(rules=_WITHOUT_LEADS, ops="room"),
)
