"""The configuration, with rules and calendars as an ops team would write them, and what a reload changes."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.month.office import APP_IDS, AWAY, MAIN, VIP, WEST, WITHOUT_ADDRESS, day_of, staff
from bench.month.remotes import SENDER
from bench.month.size import Size
from bench.month.telecmi import SECRET

ROOMS = ("sales-room", "support-room", "collections-room", "vip-desk", "ops-room")

MAILED: Mapping[str, int] = {"lead": 1, "leads": 2}
"""Receivers of e-mail, and how many addresses they have."""

NOT_REACHED: Mapping[str, Any] = {
    "name": "not-reached",
    "match": {"team": "sales", "leg": "customer"},
    "per": "customer",
    "wait": "10m",
    "calendar": "office",
    "notify": ["agent"],
    "fallback": ["sales-room"],
    "escalate": [
        {"after": "45m", "notify": ["lead"]},
        {"after": "4h", "notify": ["sales-room"], "unless": ["reached"]},
    ],
    "repeat_every": "4h",
    "repeat_limit": 2,
    "expire_after": "2d",
}
TOO_MANY: Mapping[str, Any] = {
    "name": "too-many-misses",
    "per": "extension",
    "count": 8,
    "within": "30m",
    "overrides": {"main/209": 12},
    "levels": [{"count": 18, "severity": "critical", "notify": ["leads"]}],
    "severity": "warning",
    "calendar": "office",
    "critical_passes": True,
    "notify": ["sales-room"],
}
VIP_CALLS: Mapping[str, Any] = {
    "name": "vip",
    "match": {"customer": VIP},
    "severity": "critical",
    "notify": ["vip-desk"],
}
SUPPORT: Mapping[str, Any] = {
    "name": "support-by-day",
    "match": {"team": "support"},
    "per": "customer",
    "wait": "20m",
    "calendar": "day",
    "outside": "drop",
    "notify": ["support-room"],
    "expire_after": "1d",
}
THIRD_TRY: Mapping[str, Any] = {
    "name": "third-try",
    "match": {"team": "collections", "attempts": ">=3"},
    "per": "customer",
    "calendar": "office",
    "outside": "send",
    "critical_passes": True,
    "notify": ["collections-room", "leads"],
}
AGENT_LEGS: Mapping[str, Any] = {
    "name": "agent-legs",
    "match": {"leg": "agent"},
    "per": "extension",
    "notify": ["ops-room"],
    "calendar": "office",
    "expire_after": "6h",
}
ON_TRIAL: Mapping[str, Any] = {
    "name": "on-trial",
    "match": {"account": WEST},
    "per": "team",
    "count": 40,
    "within": "1h",
    "notify": ["ops-room"],
    "dry_run": True,
}
RULES = (NOT_REACHED, TOO_MANY, VIP_CALLS, SUPPORT, THIRD_TRY, AGENT_LEGS, ON_TRIAL)

CALENDARS: Mapping[str, Any] = {
    "office": {"days": "mon-sat", "hours": ["09:30-13:30", "14:00-18:30"], "holidays": "IN"},
    "day": {"hours": "09:00-20:00"},
}
DIGESTS = (
    {"name": "evening", "at": "18:45", "days": "mon-sat", "team": "sales", "notify": ["sales-room", "leads"]},
    {"name": "week", "at": "09:05", "days": "mon", "notify": ["leads"]},
)


def settings(size: Size, store: Path) -> dict[str, Any]:
    """The configuration at the beginning, as it would stand in YAML."""
    accounts = [
        {"name": name, "region": region, "app_id": APP_IDS[name], "secret": SECRET}
        for name, region in ((MAIN, "india"), (WEST, "global"))
    ]
    rooms = {name: {"slack": {"to": f"#{name}"}} for name in ROOMS}
    return {
        "timezone": "Asia/Kolkata",
        "country": "IN",
        "telecmi": {
            "accounts": accounts,
            "poll": {"every": f"{size.poll_open // 60_000}m", "page_size": 20},
            "follow_up": True,
        },
        "store": {"url": f"sqlite:///{store}"},
        "slack": {"bot_token": "xoxb-month"},
        "email": {"host": "127.0.0.1", "security": "none", "sender": SENDER},
        "agents": _agents(size),
        "calendars": dict(CALENDARS),
        "receivers": {
            "agent": {"slack": {"to": "agent"}},
            "lead": {"email": {"to": ["lead@example.com"]}},
            "leads": {"email": {"to": ["lead@example.com", "second@example.com"]}},
            **rooms,
        },
        "rules": [dict(rule) for rule in RULES],
        "digests": [dict(digest) for digest in DIGESTS],
        "ops": {"notify": ["ops-room"], "quiet_after": "6h", "calendar": "office"},
        "log": {"level": "error"},
    }


def reloaded(before: Mapping[str, Any]) -> dict[str, Any]:
    """What ops make of it: a rule goes, a threshold rises, and leads hear of it sooner."""
    sooner = {**NOT_REACHED, "escalate": [{"after": "30m", "notify": ["lead"]}, NOT_REACHED["escalate"][1]]}
    higher = {**TOO_MANY, "overrides": {"main/209": 12, "main/213": 10}}
    changed = {rule["name"]: rule for rule in (sooner, higher)}
    kept = [rule for rule in before["rules"] if rule["name"] != AGENT_LEGS["name"]]
    return {**before, "rules": [changed.get(rule["name"], rule) for rule in kept]}


def _agents(size: Size) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for person in staff():
        made[person.agent] = {"name": f"Agent {person.extension}", "team": person.team}
        if person.agent != WITHOUT_ADDRESS:
            made[person.agent]["slack"] = f"U{person.extension}"
        if person.phone:
            made[person.agent]["phone"] = person.phone
    first = day_of(size.begin) + timedelta(days=size.days // 3)
    last = first + timedelta(days=size.days // 4)
    made[AWAY] |= {"away": [f"{first}..{last}"], "deputy": "main/206"}
    return made
